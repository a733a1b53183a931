"""What a cell shows goes to the terminal and is kept."""

import pytest

from demos.lesson import Lesson
from demos.outputs import NUMBER, PICTURE, PREDICTION, kept


def test_what_is_printed_is_seen_and_kept_in_its_order(tmp_path, capsys):
    """Lines between numbers, numbers as data, with the words that a notebook shows."""
    outputs = []
    with kept(outputs):
        lesson = Lesson("moons", out=tmp_path)
        print("one")
        print("two")
        lesson.check("share right", 0.98765, at_least=0.5)
        lesson.report("time", 1.23456, "s")
        lesson.show("text", "three\nfour", "some *text*")
        print("five")
    said = "one\ntwo\n✓ share right: 0.9877 (at least 0.5)\n  time: 1.235 s\nthree\nfour\nfive\n"
    assert capsys.readouterr().out == said
    assert [output.get("text") for output in outputs] == ["one\ntwo\n", None, None, None, "five\n"]
    numbers = [output["data"][NUMBER] for output in outputs[1:3]]
    assert numbers == [
        {"claim": "share right", "value": "0.9877", "should": "at least 0.5", "holds": True},
        {"claim": "time", "value": "1.235 s", "should": "", "holds": None},
    ]
    assert outputs[1]["data"]["text/plain"] == "✓ share right: 0.9877 (at least 0.5)"
    assert outputs[3]["data"][PICTURE]["files"] == ("text.txt",)


def test_an_error_is_kept_and_raised(capsys):
    """What was printed before it is kept, too, and afterwards nothing is."""
    outputs = []
    with pytest.raises(ZeroDivisionError), kept(outputs):  # noqa: PT012
        print("before")
        print(1 // 0)
    print("after")
    assert [output["output_type"] for output in outputs] == ["stream", "error"]
    assert outputs[1]["ename"] == "ZeroDivisionError"
    assert capsys.readouterr().out == "before\nafter\n"


def test_a_prediction_is_asked_before_it_is_answered(tmp_path, capsys):
    """A question, then the answer; near enough is a tenth of it, or what is said."""
    lesson = Lesson("moons", out=tmp_path)
    outputs = []
    with kept(outputs):
        lesson.predict("How many layers?", 30, unit="layers")
        lesson.predict("How large?", -2.0, within=0.5)
    assert capsys.readouterr().out == "? How many layers?\n  30 layers\n? How large?\n  -2\n"
    first, second = (output["data"][PREDICTION] for output in outputs)
    assert (first["value"], first["within"], first["answer"]) == (30.0, 3.0, "30 layers")
    assert (second["value"], second["within"]) == (-2.0, 0.5)


def test_a_prediction_asks_for_a_number(tmp_path):
    """A word or a truth is no number."""
    lesson = Lesson("moons", out=tmp_path)
    with pytest.raises(TypeError, match=r"predict asks for a number, got str for 'Which\?'"):
        lesson.predict("Which?", "tanh")
    with pytest.raises(TypeError, match="got bool"):
        lesson.predict("Is it?", True)
