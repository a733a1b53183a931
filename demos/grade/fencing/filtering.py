"""Keeps a process from calls of the kernel that a fence of files does not know of.

The kernel does it (seccomp, Linux), for the processor's own numbers of the calls: x86-64 and 64-bit ARM.
Modes, owners, times and attributes of files stay as they are, and so do priorities of processes; a program
that changes them is told that it is done, so that copying files works. It sets limits for itself alone.
Sockets are those of the internet alone: others, as a desktop's, lead to processes outside the fence. Memory
is that of processes alone, where it is limited.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from typing import Any

# fmt: off
_X86_64 = {
    "changes": (90, 91, 92, 93, 94, 132, 141, 142, 144, 188, 189, 190, 197, 198, 199, 203, 235, 251, 260, 261,
                268, 280, 314, 452, 463, 466, 469),
    "denied": (29, 64, 68, 248, 249, 250, 319, 425, 447), "limits": 302, "socket": 41, "socketpair": 53,
}
_ARM_64 = {
    "changes": (5, 6, 7, 14, 15, 16, 30, 52, 53, 54, 55, 88, 118, 119, 122, 140, 274, 452, 463, 466, 469),
    "denied": (186, 190, 194, 217, 218, 219, 279, 425, 447), "limits": 261, "socket": 198, "socketpair": 199,
}
"""Changes: chmod, chown, utime, setxattr, removexattr and their kin; setpriority, ioprio_set and sched_set….
Denied: keys; io_uring, which opens sockets itself; memory, messages and semaphores that belong to no process:
memfd and those of System V. Limits: prlimit, of other processes."""
# fmt: on
_PROCESSORS = {"x86_64": (0xC000003E, _X86_64), "aarch64": (0xC00000B7, _ARM_64)}
_LOAD, _EQUAL, _LEAST, _MASK, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_NUMBER, _PROCESSOR, _FIRST, _SECOND = 0, 4, 16, 24  # where the kernel puts them
_OTHER_WAY = 0x40000000  # bit of x32's calls, on x86-64
_FAMILIES = (2, 10, 16)  # IPv4, IPv6, and the kernel's own, which lists addresses
_FILTER, _SET = 2, 22  # for prctl


def keep_to_files() -> bool:
    """From now on this process, and all that it starts, is kept from those calls.

    It has given up to gain privileges before. False where the kernel cannot, or the processor is another.
    """
    known = _PROCESSORS.get(os.uname().machine) if sys.platform == "linux" else None
    if known is None or sys.maxsize < 1 << 32:
        return False
    program = _program(*known)
    text = ctypes.create_string_buffer(program, len(program))
    whole = _Program(len(program) // 8, ctypes.addressof(text))
    return bool(ctypes.CDLL(None).prctl(_SET, *map(ctypes.c_ulong, (_FILTER, ctypes.addressof(whole)))) == 0)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]


def _program(processor: int, calls: dict[str, Any]) -> bytes:
    """Steps of 8 bytes: what to do, how many to leave out where it holds and where not, and a number."""
    refused = _ERROR | errno.EPERM
    steps = [
        (_LOAD, 0, 0, _PROCESSOR), (_EQUAL, 1, 0, processor), (_RETURN, 0, 0, refused),
        (_LOAD, 0, 0, _NUMBER), (_LEAST, 0, 1, _OTHER_WAY), (_RETURN, 0, 0, refused),
    ]  # fmt: skip
    for number in calls["changes"]:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERROR)]
    for number in calls["denied"]:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, refused)]
    # a process is 0 where it means itself
    steps += [(_EQUAL, 0, 4, calls["limits"]), (_LOAD, 0, 0, _FIRST)]
    steps += [(_EQUAL, 1, 0, 0), (_RETURN, 0, 0, refused), (_RETURN, 0, 0, _ALLOW)]
    many = len(_FAMILIES)
    steps += [(_EQUAL, 0, many + 3, calls["socket"]), (_LOAD, 0, 0, _FIRST)]
    steps += [(_EQUAL, many - at, 0, family) for at, family in enumerate(_FAMILIES)]
    steps += [(_RETURN, 0, 0, _ERROR | errno.EACCES), (_RETURN, 0, 0, _ALLOW)]
    # a pair of datagrams, which can be sent elsewhere
    steps += [(_EQUAL, 0, 4, calls["socketpair"]), (_LOAD, 0, 0, _SECOND), (_MASK, 0, 0, 0xF)]
    steps += [(_EQUAL, 0, 1, 2), (_RETURN, 0, 0, _ERROR | errno.EACCES), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
