"""Counting work, which no clock can do on a busy machine."""

import sys


def calls(work):
    """How many functions are called, Python's and C's, while it works."""
    counted = 0

    def count(frame, event, argument):
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counted


def instructions(work):
    """How many instructions of Python are carried out while it works."""
    counted = 0

    def count(frame, event, argument):
        nonlocal counted
        frame.f_trace_opcodes = True
        counted += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before)
    return counted
