"""The course as files: what is on the pages and in the index, and that every link leads somewhere."""

import re

import pytest

from demos.catalogue import NAMES, SECTIONS, entry_named, lessons
from demos.pages.course import write_page
from demos.running import run
from tests.demos.pages.links import Page, broken

MADE = ("first-steps", "by-hand", "xor")


@pytest.fixture(scope="module")
def texts(course):
    """The pages' texts by name; the index is ""."""
    return {name: (course / name / "index.html").read_text("utf-8") for name in ("", *MADE)}


def test_every_link_leads_somewhere(course):
    """Of the index, the lessons, the reference: to a file, and to a place in it, without a network."""
    assert broken(course) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    """A file that is not there, a place that is not there, a network."""
    (tmp_path / "a.html").write_text('<a href="b.html">b</a> <a href="#c">c</a> <img src="https://d/e.png">')
    assert broken(tmp_path) == ["a.html: b.html", "a.html: #c", "a.html: https://d/e.png"]


@pytest.mark.parametrize("name", MADE)
def test_a_page_has_no_formula_and_no_markup_left(course, name):
    """LaTeX is MathML; no dollar, no backslash and no backtick is left in the prose."""
    assert Page(course / name / "index.html").unset() == []


@pytest.mark.parametrize("name", MADE)
def test_every_exercise_has_its_solution(texts, name):
    """Behind a click, and with code."""
    exercises = texts[name].split('<section class="exercise">')[1:]
    assert len(exercises) >= 3
    for number, exercise in enumerate(exercises, start=1):
        assert f'<h3 id="exercise-{number}">' in exercise
        question, solution = exercise.split('<details class="solution">')
        assert "<p>" in question and 'highlight hl-python"><pre>' in solution


def test_a_page_says_what_its_lesson_is(texts):
    """Title, line, what is learnt, time, what it builds on, sections, headings, neighbours, command."""
    page = texts["by-hand"]
    entry = entry_named("by-hand")
    assert f"<h1>{entry.title}</h1>" in page and f"{entry.minutes} minutes" in page
    assert '<a href="../first-steps/index.html">First steps</a>' in page
    assert '<a href="../index.html#the-complete-process-of-backpropagation-1-forward-pass">' in page
    assert '<a href="../first-steps/index.html" rel="prev">' in page
    assert '<a href="../index.html#finite-differences" rel="next">' in page
    assert "python -m demos by-hand --seed 3 --quick" in page


def test_a_page_shows_what_the_cells_showed(texts):
    """Printed lines, numbers, pictures for light and dark, a frame, a text; all in words that are escaped."""
    page = texts["by-hand"]
    assert '<pre class="stream" tabindex="0">if a &lt; b: pass</pre>' in page
    assert '<li class="holds">1 &lt; 2 &amp; <code>so</code> on: <strong>1</strong>' in page
    assert '<li class="measured">time: <strong>0.5 s</strong>' in page
    assert "not at this seed" in page
    assert '<source media="screen and (prefers-color-scheme: dark)" srcset="curve-dark.svg"' in page
    assert 'width="768"' in page and 'src="curve.svg"' in page
    assert "tanh" in page and "&lt;here&gt;" in page
    frame = re.search(r"<iframe [^>]*>", page)[0]
    assert 'src="player.html"' in frame and 'sandbox="allow-scripts allow-downloads"' in frame
    assert "if a &lt; b:\n    pass</pre>" in page


def test_a_prediction_covers_what_its_cell_shows_after_it(texts):
    """The question is in sight, the answer and the rest are not."""
    before, covered = texts["by-hand"].split("<summary>Show the answer</summary>")
    assert "How large is 2 * 3?" in before
    covered = covered.split("</details>")[0]
    assert "6 units" in covered and "a program" in covered and "2 * 3: <strong>6" in covered


def test_a_lesson_that_failed_says_so_with_its_error(texts):
    """On its page and in the index."""
    assert "did not run to its end" in texts["xor"] and "ZeroDivisionError" in texts["xor"]
    assert texts[""].count("It did not run to its end.") == 1


def test_the_index_has_every_lesson_in_the_order_of_the_course(texts):
    """Title, line, points, time; one that has not been run says how to run it."""
    index = texts[""]
    places = [index.index(f'<li id="{name}">') for name in NAMES]
    assert places == sorted(places)
    for entry in lessons():
        assert f"{entry.minutes} minutes" in index
        made = f'href="{entry.name}/index.html"' in index
        assert made == (entry.name in MADE) != (f"<code>python -m demos {entry.name}</code>" in index)


def test_the_index_has_every_section_of_the_notes_with_its_lessons(texts):
    """Titles and parts, in the order of the notes."""
    notes = texts[""].partition('<h2 id="notes">')[2]
    titles = [part for section in SECTIONS for part in section.split(", ", 1)]
    places = [notes.index(f">{title}<") for title in dict.fromkeys(titles)]
    assert places == sorted(places)
    assert re.search(r"<strong>1. Forward Pass</strong>\s*<ul>\s*<li><a", notes)


def test_the_reference_has_what_the_lessons_use(course):
    """Public names of each package, those that are imported late, too; no private ones."""
    for file, name in {
        "autograd": "compile",
        "nn": "MLP",
        "viz": "playground",
        "autograd/symbols": "where",
    }.items():
        page = (course / "reference" / f"{file}.html").read_text("utf-8")
        assert f'id="{name}"' in page
    assert not (course / "reference" / "autograd" / "engine.html").exists()


def test_a_lesson_alone_has_its_page_with_links_that_lead_somewhere(tmp_path, course, monkeypatch):
    """Its neighbours, which have no page yet, are places in the index."""
    made = []
    monkeypatch.setattr("demos.pages.course.write_reference", lambda folder: made.append(folder))
    run(entry_named("first-steps"), 0, True, tmp_path)
    page = write_page(entry_named("first-steps"), tmp_path)
    assert page == tmp_path / "first-steps" / "index.html"
    assert 'href="../index.html#by-hand"' in page.read_text("utf-8")
    assert made == [tmp_path / "reference"]
    assert {link for link in broken(tmp_path) if "reference/" not in link} == set()
