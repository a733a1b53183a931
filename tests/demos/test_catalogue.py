"""Every lesson is in the catalogue, says what it is, and every section of the notes has one."""

import re

import pytest

from demos.__main__ import parser
from demos.catalogue import FOLDER, NAMES, SECTIONS, UnknownLessonError, cells, entry_named, lessons
from demos.running import filled


@pytest.mark.parametrize("folder", ["lessons", "solutions"])
def test_the_catalogue_has_every_file_and_every_file_is_in_it(folder):
    """One lesson and one file of solutions for each name."""
    files = {path.stem for path in (FOLDER / folder).glob("*.py")} - {"__init__"}
    assert files == {name.replace("-", "_") for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_says_at_its_top_what_is_learnt(name):
    """A title, one line, two points or more, its sections of the notes, and where they are filled in."""
    entry = entry_named(name)
    assert re.match(r"# \w", cells(entry.path)[0].prose)
    assert 20 <= len(entry.summary) <= 105
    assert len(entry.learnt) >= 2
    assert entry.notes and set(entry.notes) <= set(SECTIONS)
    text = entry.path.read_text("utf-8")
    assert filled(text, 5, True, "somewhere").count("seed, quick, out = 5, True, 'somewhere'") == 1
    assert f'Lesson("{name}", seed, quick, out)' in text


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_says_how_long_it_takes_and_what_it_builds_on(name):
    """A quarter of an hour to two hours; lessons before it, and only the first needs none."""
    entry = entry_named(name)
    assert entry.minutes in range(15, 121, 15)
    assert set(entry.builds_on) <= set(NAMES[: NAMES.index(name)])
    assert bool(entry.builds_on) == (name != NAMES[0])


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_of_the_notes_has_a_lesson(section):
    """At least one lesson names it."""
    assert [entry.name for entry in lessons() if section in entry.notes]


def test_the_readme_lists_every_lesson_with_its_line_and_its_sections():
    """The table is the catalogue's own words."""
    readme = (FOLDER.parent / "README.md").read_text("utf-8")
    for entry in lessons():
        sections = "; ".join(
            note.removeprefix("The ").replace(" of Backpropagation, ", ", ") for note in entry.notes
        )
        assert f"| `{entry.name}` | {entry.summary} | {sections} |\n" in readme


def test_the_commands_in_the_readme_are_understood():
    """Every line that begins with python -m demos names options and lessons that exist."""
    readme = (FOLDER.parent / "README.md").read_text("utf-8")
    commands = re.findall(r"^    python -m demos( [^#\n]*)", readme, re.MULTILINE)
    assert len(commands) >= 5
    for command in commands:
        options = parser().parse_args(command.split())
        for name in (options.name, options.notebook, options.solutions):
            assert name is None or entry_named(name)


def test_an_unknown_lesson_is_refused_with_names_that_are_near():
    """The error says what was asked and what to do."""
    with pytest.raises(UnknownLessonError, match=r"no lesson 'vanish'; did you mean vanishing\?"):
        entry_named("vanish")
    with pytest.raises(UnknownLessonError, match="no lesson 'zzz'; python -m demos --list shows all"):
        entry_named("zzz")
