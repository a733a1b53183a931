"""A small course: one lesson that ran, one with outputs of every kind, one that failed; no other was run."""

import json

import pytest

from demos.catalogue import entry_named
from demos.outputs import kept
from demos.running import RECORD, run


def shown_everything(folder):
    """A cell's outputs: all kinds of them, a prediction before the last two."""
    from autograd import Value
    from demos.lesson import Lesson
    from demos.palette import figure
    from viz import draw, play

    x = Value(2.0, label="x")
    y = (x * x).tanh()
    outputs = []
    with kept(outputs):
        lesson = Lesson("by-hand", 3, True, folder)
        print("if a < b: pass")
        lesson.check("1 < 2 & `so` on", 1.0, at_most=2.0)
        lesson.report("time", 0.5, "s")
        lesson.check("loss", 2.0, at_most=1.0)
        lesson.show("graph", draw(y), 'the graph of "tanh" <here>')
        fig, axes = figure()
        axes.plot([1, 2, 3])
        lesson.show("curve", fig, "a curve")
        lesson.show("player", play(y), "the player")
        lesson.predict("How large is 2 * 3?", 6.0, unit="units")
        lesson.show("text", "if a < b:\n    pass", "a program")
        lesson.check("2 * 3", 6.0, equals=6.0)
    return outputs


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """The folder of the course."""
    from demos.pages.course import write_course

    out = tmp_path_factory.mktemp("course")
    run(entry_named("first-steps"), 0, True, out)
    failed = []
    with pytest.raises(ZeroDivisionError), kept(failed):
        print(1 // 0)
    others = {"by-hand": (True, [[], shown_everything(out)]), "xor": (False, [[], failed])}
    for name, (ran, cells) in others.items():
        (out / name).mkdir(exist_ok=True)
        text = entry_named(name).path.read_text("utf-8")
        record = {"seed": 3, "quick": True, "ran": ran, "text": text, "cells": cells}
        (out / name / RECORD).write_text(json.dumps(record), encoding="utf-8")
    write_course(out)
    return out
