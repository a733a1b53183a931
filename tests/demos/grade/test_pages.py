"""The pages: what a student gets by mail, and what the teacher sees."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from demos.grade.judging.verdicts import FAILED, NOT_RUN, PASSED, Finding, Report, StageReport
from demos.grade.reports.classroom import file_names
from demos.grade.reports.overview import write_pages
from demos.grade.reports.pages import page_of
from demos.grade.reports.picturing import Number, picture
from demos.grade.reports.results import as_results
from demos.grade.trials.stages import STAGES, Trial

NASTY = "<script>alert(1)</script> & \x1b[31m \"'"


def report(student="Ada Lovelace", **more):
    """An engine that overwrites: it passes two stages, fails the third, and the fourth was not run."""
    trial = Trial("a = Value(3.0); c = a + a; c.backward()", ("a.grad",))
    says = "Your a.grad is 1 where 2 is right: this is what `=` in place of `+=` gives; look at `__add__`."
    finding = Finding(
        "a = Value(3.0)\nc = a + a\nc.backward()",
        says,
        ("overwrite",),
        trial=trial,
        seen={"a.grad": 1.0},
        right={"a.grad": 2.0},
    )
    states = [(PASSED, ()), (PASSED, ()), (FAILED, (finding,)), (NOT_RUN, ())]
    stages = [StageReport(stage.name, stage.title, *state) for stage, state in zip(STAGES, states)]
    return replace(Report("secret/folder/engine.py", tuple(stages), student=student), **more)


class Checked(HTMLParser):
    """Whether every tag is closed, no id is there twice, and what is loaded or run."""

    VOID = ("meta", "br", "!doctype")

    def __init__(self, html):
        super().__init__()
        self.open, self.ids, self.text, self.tags = [], [], "", []
        self.feed(html)
        assert self.open == [] and len(self.ids) == len(set(self.ids))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        self.ids += [attributes["id"]] if "id" in attributes else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_the_page_shows_the_first_cause_drawn_with_both_numbers():
    """The sentence, the code, the numbers, and the picture in which yours stands below the right one."""
    page = Checked(page_of(report()))
    for said in ("Look at this first", "a = Value(3.0)\nc = a + a", "in place of", "! yours 1", "1 × 1 = 1"):
        assert said in page.text
    assert "Back to a comes 1 × 1 = 1 and 1 × 1 = 1, together 2." in page.text
    assert page.text.count("look at __add__") == 1  # said once


def test_a_page_needs_nothing_else():
    """No script, no network, nothing beside it, and no folder of the teacher's."""
    html = page_of(report())
    page = Checked(html)
    assert not {"script", "link", "img", "iframe", "a"} & {tag for tag, _ in page.tags}
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert "http" not in html.replace('xmlns="http://www.w3.org/2000/svg"', "") and "url(" not in html
    assert "secret" not in html


@pytest.mark.parametrize(
    "nasty",
    [
        report(student=NASTY),
        report(student="", target=f"x/{NASTY.replace('/', '')}.py", remarks=(NASTY,)),
        report(problem=NASTY),
        report(remarks=(NASTY,)),
        report(stages=(StageReport("data", NASTY, FAILED, (Finding(NASTY, NASTY),), NASTY),)),
    ],
    ids=["name", "file", "problem", "remark", "stage"],
)
def test_text_is_text_wherever_it_stands(nasty, tmp_path):
    """A student's name, file, words and code cannot be markup, on the page and on the overview."""
    write_pages([nasty], tmp_path)
    for path in tmp_path.iterdir():
        page = Checked(path.read_text(encoding="utf-8"))
        assert "script" not in {tag for tag, _ in page.tags}
        assert path.name == "index.html" or "<script>alert(1)</script>" in page.text


def test_the_overview_leads_to_every_page(tmp_path):
    """Also to those of one name, of names that no system allows, and of names in every script."""
    names = ["Zoë Nguyễn", "Zoë Nguyễn", "山田 太郎", "con", "index", "a/b\\c:d", "..", "x" * 300]
    write_pages([report(name) for name in names], tmp_path)
    page = Checked((tmp_path / "index.html").read_text(encoding="utf-8"))
    from urllib.parse import unquote

    links = {unquote(attributes["href"]) for tag, attributes in page.tags if tag == "a"}
    assert links == {path.name for path in tmp_path.iterdir()} - {"index.html"}
    assert len(links) == len(names)
    assert re.search(r"overwrite: = in place of \+=8", page.text)


def test_names_of_pages_differ_on_systems_that_know_no_case():
    """Ada and ada would be one file there."""
    assert len({name.casefold() for name in file_names([report("Ada"), report("ada"), report("Ada-2")])}) == 3


@pytest.mark.parametrize(
    ("text", "numbers", "shown"),
    [
        ("a = Value(3.0); c = a * 5.0 * 7.0; c.backward()", {"a.grad": (5.0, 35.0)}, "5 × 7 = 35"),
        ("a = Value(3.0); b = a + a; c = b + b", {"c.data": (9.0, 12.0)}, "! yours 9"),
        ("a = Value(3.0); b = Value(7.0); (a * 2.0).backward(); (b * 5.0).backward()",
         {"b.grad": (0.0, 5.0)}, "5 × 1 = 5"),
        ("a = Value(3.0); b = Value(2.0); c = a * b; c.grad = 7.0; c._backward()",
         {"b.grad": (1.0, 21.0)}, "3 × 7 = 21"),
    ],
)  # fmt: skip
def test_a_picture_shows_where_the_numbers_part(text, numbers, shown):
    """At the box of the wrong number the student's, and on the arrows to it what the right one is made of."""
    given = tuple(Number(name, f"{seen:g}", right, True) for name, (seen, right) in numbers.items())
    drawn = picture(text, given)
    words = re.sub(r"<[^>]+>", "", drawn.svg)
    assert shown in words and f"! yours {given[0].theirs}" in words
    assert drawn.svg.count('stroke="var(--alarm)"') >= 1 and "#c0100" not in drawn.svg


@pytest.mark.parametrize(
    ("numbers", "at", "shown"),
    [
        (
            {"a.grad": ("2", 26.0), "b.grad": ("1", 13.0)},
            "b",
            "Back to b comes 6 × 1 = 6 and 6 × 1 = 6 and 1 × 1 = 1, together 13.",
        ),
        ({"a.grad": ("2", 26.0), "b.grad": ("0", 13.0)}, "a", "Back to a comes 2 × 13 = 26."),
        (
            {"a.grad": ("2", 26.0), "c.grad": ("0", 1.0)},
            "c",
            "The gradient of c, where backward begins, is 1.",
        ),
        ({"c.data": ("9", 42.0), "b.data": ("5", 6.0), "a.grad": ("2", 26.0)}, "b", ""),
    ],
)
def test_the_box_that_stands_out_is_where_the_numbers_first_part(numbers, at, shown):
    """Of data the first on the way forward; of gradients the first on the way back that was kept there."""
    text = "a = Value(3.0); b = a * 2.0; c = b + b * b; c.backward()"
    drawn = picture(text, tuple(Number(name, *number, True) for name, number in numbers.items()))
    assert drawn.sentence.startswith(shown) and bool(drawn.sentence) == bool(shown)
    [group] = [part for part in drawn.svg.split("<g ") if 'stroke="var(--alarm)"' in part]
    assert f">{at}</tspan>" in group


def test_what_has_no_picture_is_told_in_words():
    """A graph too large to read, and an expression that our own engine refuses."""
    large = "a = Value(1.0); c = a\nfor step in range(100):\n    c = c + a\nc.backward()"
    assert picture(large, (Number("a.grad", "1", 101.0, True),)) is None
    assert picture("a = Value(0.0); c = 1 / a", (Number("c.data", "1", 0.0, True),)) is None


@pytest.mark.slow
def test_every_trial_that_can_be_drawn_is_drawn():
    """All stages but the large graphs; a new trial whose form is not understood would fail here."""
    for stage in STAGES:
        for trial in stage.trials:
            if not trial.answer:
                given = tuple(Number(name, "?", 0.5, True) for name in trial.shows)
                assert picture(trial.text, given) is not None, trial.text


def test_results_are_what_gradescope_documents():
    """Each field is one of its documentation, in its type; points add up to the score."""
    documented = {
        "score": (int, float),
        "execution_time": (int, float),
        "output": str,
        "output_format": str,
        "test_output_format": str,
        "test_name_format": str,
        "visibility": str,
        "stdout_visibility": str,
        "extra_data": dict,
        "tests": list,
        "leaderboard": list,
    }
    of_a_test = {
        "score": (int, float),
        "max_score": (int, float),
        "status": str,
        "name": str,
        "name_format": str,
        "number": str,
        "output": str,
        "output_format": str,
        "tags": list,
        "visibility": str,
        "extra_data": dict,
    }
    visibilities = {"hidden", "after_due_date", "after_published", "visible"}
    for one in (report(), report(problem="cannot be imported")):
        results = json.loads(as_results(one))
        assert all(isinstance(value, documented[name]) for name, value in results.items())
        assert {results["visibility"], results["stdout_visibility"]} <= visibilities
        for test in results["tests"]:
            assert all(isinstance(value, of_a_test[name]) for name, value in test.items())
            assert test["visibility"] in visibilities and test["output_format"] in ("text", "html", "md")
            assert test.get("status", "passed") in ("passed", "failed")
        assert results["score"] == sum(test.get("score", 0) for test in results["tests"])
    assert "cannot be imported" in results["output"]
