"""The command line: one lesson, all of them, their solutions, and what it refuses."""

import sys

import pytest

from demos import __main__, everything
from demos.__main__ import main
from demos.catalogue import NAMES, Entry, entry_named
from demos.running import run, run_solutions


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """The folder `out` of the command line is not one of the checkout."""
    monkeypatch.chdir(tmp_path)


def test_list_shows_every_lesson_on_one_line(capsys):
    """Its name, and its one line."""
    assert main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(NAMES)
    assert all(len(line) <= 21 + 105 for line in lines)


@pytest.mark.needs("nbconvert", "latex2mathml", "pdoc")
def test_a_lesson_alone_is_the_moons(monkeypatch):
    """`python -m demos`, with the default of every option; its page is made, unless it is not wanted."""
    asked, made = [], []
    monkeypatch.setattr(
        "demos.pages.course.write_page", lambda entry, out: made.append((entry.name, str(out)))
    )
    monkeypatch.setattr(
        __main__, "run", lambda entry, *options: asked.append((entry.name, *map(str, options)))
    )
    assert main([]) == main(["--no-page"]) == 0
    assert asked == [("moons", "0", "False", "out")] * 2
    assert made == [("moons", "out")]


@pytest.mark.slow
@pytest.mark.needs("matplotlib", "nbconvert", "latex2mathml", "pdoc")
def test_the_moons_are_learnt_and_drawn(tmp_path, capsys):
    """Pictures, the model and the page are where it says."""
    assert main(["--quick", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Two moons\n")
    for name in (
        "decision-boundary.svg",
        "decision-boundary-dark.svg",
        "loss.svg",
        "neuron.svg",
        "moons.model",
    ):
        assert (tmp_path / "moons" / name).stat().st_size > 1000
    assert str(tmp_path / "moons" / "loss.svg") in said
    assert said.endswith(f"\nas a page: {tmp_path / 'moons' / 'index.html'}\n")
    assert "<h1>Two moons</h1>" in (tmp_path / "moons" / "index.html").read_text("utf-8")


def a_lesson(folder, *lines):
    """A lesson of these lines, which is in no catalogue."""
    entry = Entry("small")
    entry.path = folder / "small.py"
    head = ["# %% [markdown]", "# # Small", "#", "# A line.", "# %%", 'seed, quick, out = 0, False, "out"']
    entry.path.write_text("\n".join([*head, *lines]))
    return entry


def test_a_lesson_gets_its_parameters_from_the_command_line(tmp_path, capsys):
    """In the place of its own."""
    run(a_lesson(tmp_path, "print(seed, quick, out)"), 3, True, "elsewhere")
    assert capsys.readouterr().out == "Small\nA line.\n\n3 True elsewhere\n"


def test_a_failing_lesson_shows_its_own_line(tmp_path):
    """The traceback names the file and the line, though the parameters were filled in."""
    entry = a_lesson(tmp_path, "1 / seed")
    with pytest.raises(ZeroDivisionError) as failed:
        run(entry)
    assert (str(failed.traceback[-1].path), failed.traceback[-1].lineno + 1) == (str(entry.path), 7)


def test_solutions_are_shown_as_they_run(tmp_path, capsys):
    """Prose as text, code indented, and after each cell what it printed."""
    entry = Entry("small")
    entry.solutions = tmp_path / "small.py"
    entry.solutions.write_text("# %% [markdown]\n# 1. Two.\n\n# %%\nx = 1 + 1\n\n# %%\nprint(x)\n")
    run_solutions(entry)
    assert capsys.readouterr().out == "\n1. Two.\n\n    x = 1 + 1\n    print(x)\n2\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["vanish"], "there is no lesson 'vanish'; did you mean vanishing?"),
        (["--notebook", "vanish"], "there is no lesson 'vanish'; did you mean vanishing?"),
        (["--solutions", "mons"], "there is no lesson 'mons'; did you mean moons?"),
        (["moons", "--all"], "one thing at a time: the lesson 'moons', or what the option asks"),
        (["--list", "--all"], "not allowed with argument"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(capsys, arguments, words):
    """With the exit status of wrong usage."""
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(("package", "extra"), [("matplotlib", "demos"), ("llvmlite", "jit"), ("jax", "jax")])
def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch, capsys, package, extra):
    """Not a traceback."""

    def missing(*_):
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)

    monkeypatch.setattr(__main__, "run", missing)
    assert main(["moons"]) == 1
    expected = f"python -m demos: this needs {package}, which is not installed: pip install -e '.[{extra}]'\n"
    assert capsys.readouterr().err == expected


def test_missing_scikit_learn_is_named_though_nn_words_the_error(monkeypatch, capsys, tmp_path):
    """nn's own ImportError has another text; the command stays the same."""
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    assert main(["iris", "--quick", "--out", str(tmp_path)]) == 1
    assert "this needs sklearn" in capsys.readouterr().err


def test_an_import_error_of_another_kind_is_not_hidden(monkeypatch):
    """A lesson with a wrong import is a bug and shows its traceback."""

    def wrong(*_):
        raise ImportError("cannot import name 'relus'", name="nn")

    monkeypatch.setattr(__main__, "run", wrong)
    with pytest.raises(ImportError, match="relus"):
        main(["moons"])


@pytest.mark.needs("nbconvert", "latex2mathml", "pdoc")
def test_all_goes_on_after_a_failure_and_says_which(monkeypatch, capfd, tmp_path):
    """The exit status is 1, and the course has what there is."""
    monkeypatch.setattr("demos.pages.course.write_reference", lambda folder: None)
    entries = [a_lesson(tmp_path), entry_named("first-steps")]
    monkeypatch.setattr(everything, "lessons", lambda: entries)
    assert main(["--all", "--quick", "--out", str(tmp_path)]) == 1
    said = capfd.readouterr().out
    assert "1 of 2 lessons failed: small" in said
    page = (tmp_path / "first-steps" / "index.html").read_text("utf-8")
    assert "did not run to its end" not in page
    assert 'href="first-steps/index.html"' in (tmp_path / "index.html").read_text("utf-8")


@pytest.mark.needs("nbconvert", "latex2mathml", "pdoc")
def test_all_leaves_out_by_name_what_needs_a_package_that_is_not_installed(monkeypatch, capfd, tmp_path):
    """The lesson and the package; that is no failure."""
    entry = a_lesson(tmp_path)
    entry.path.write_text("# %% [markdown]\n# # Small\n#\n# A line.\n#\n# Needs: `no_such_package` (none)\n")
    monkeypatch.setattr(everything, "lessons", lambda: [entry])
    monkeypatch.setattr("demos.pages.course.write_reference", lambda folder: None)
    assert main(["--all", "--quick", "--out", str(tmp_path)]) == 0
    said = capfd.readouterr().out
    assert said.count("small is left out: no_such_package is not installed\n") == 2
    assert "failed" not in said
