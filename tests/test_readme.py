"""A command line that nobody runs cannot be in the README, nor a place that is gone in CONTRIBUTING."""

import doctest
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
RUN = ROOT / ".ci" / "run"

posix = pytest.mark.skipif(
    os.name != "posix" or not shutil.which("bash") or not shutil.which("git"), reason="needs bash and git"
)

ELSEWHERE = {
    'python -m pytest -m ""': (".ci/run", "python -m pytest -m"),
    "pip install -e '.[dev]'": (".ci/run", "pip install --quiet -e '.[dev]'"),
    "pip install notebook": (".ci/run", "pip install --quiet notebook"),
    "python -m demos": (".ci/run", "setup_lines"),
    "python -m demos --list": ("tests/demos/test_running.py", 'main(["--list"])'),
    "python -m demos vanishing": (".ci/run", "python -m demos --all"),
    "python -m demos --notebook vanishing": ("tests/demos/conftest.py", "write_notebook("),
    "python -m demos --solutions vanishing": ("tests/demos/conftest.py", '"--solutions", name'),
    "python -m demos --all": (".ci/run", "python -m demos --all"),
    "python -m demos.grade ada.py": (
        "tests/demos/grade/test_command_line.py",
        'main([str(submissions / "ada.py")',
    ),
    "python -m demos.grade class.zip --html pages": (
        "tests/demos/grade/test_command_line.py",
        'main([str(submissions / "class.zip"), "--html"',
    ),
    "python -m demos.grade submissions/*.py --csv class.csv": (
        "tests/demos/grade/test_command_line.py",
        'main([str(submissions / "*.py")',
    ),
    "python -m demos.readme_picture": (
        "tests/demos/test_readme_picture.py",
        "from demos.readme_picture import",
    ),
    "python -m tests.benchmarks eager": ("tests/benchmarks/test_eager_steps.py", "eager.main("),
    "python -m tests.benchmarks compiled": ("tests/benchmarks/test_compiled_steps.py", "compiled.main("),
    "python -m tests.benchmarks large": ("tests/benchmarks/test_large.py", "large.main("),
    "python -m tests.benchmarks live": ("tests/benchmarks/test_live.py", "pictures("),
    "python -m tests.benchmarks.scans": ("tests/benchmarks/test_scans.py", "scans.main("),
}
"""Commands that are not set-up lines: which file runs them, and by what."""


def without_blocks(text):
    """A text without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def commands():
    """The indented lines of the README that are no rows of a table, and the commands within its sentences."""
    prose = without_blocks(README)
    lines = re.findall(r"^ {4}(?!op\(|#)(.*)$", prose, re.MULTILINE)
    inline = re.findall(r"`((?:python3?|pip|jupyter|git|bash) [^`]*)`", prose)
    return {re.sub(r" {2,}#.*", "", line).strip() for line in [*lines, *inline]}


@posix
def test_every_command_of_the_readme_is_run_by_ci():
    """The set-up lines as they stand, each other one where ELSEWHERE says; and it lists no others."""
    setup = {command for command in commands() if command.startswith("python3 -m venv ")}
    assert len(setup) >= 2
    taken = subprocess.run(["bash", RUN, "setup_lines"], capture_output=True, text=True, check=True)
    assert {line.strip() for line in taken.stdout.splitlines()} == setup
    assert commands() - setup == set(ELSEWHERE)


@pytest.mark.parametrize("command", ELSEWHERE)
def test_what_runs_a_command_is_there(command):
    """A test that is renamed takes its line of the README along."""
    file, text = ELSEWHERE[command]
    assert text in (ROOT / file).read_text(encoding="utf-8")


@posix
def test_ci_fails_with_a_set_up_line(tmp_path):
    """Each is tried in a clone, and a broken one is named."""
    broken = 'python3 -m venv --help > /dev/null && python3 -c "raise SystemExit(7)"'
    held = "python3 -m venv --help > /dev/null"
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / "run").write_text(RUN.read_text())
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(tmp_path)]
    for lines, status in ([held, broken], 1), ([held, held], 0), ([held], 1):
        (tmp_path / "README.md").write_text("".join(f"    {line}\n" for line in lines))
        for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "Try"]):
            subprocess.run([*git, *command], check=True)
        ended = subprocess.run(
            ["bash", tmp_path / ".ci" / "run", "setup"], capture_output=True, text=True, check=False
        )
        assert ended.returncode == status, ended.stderr
        assert (f"FAILED: {broken}" in ended.stdout) == (broken in lines)


PYTHON = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_a_block_pastes_into_a_repl():
    """A compound statement ends with a line that has nothing on it; otherwise a REPL waits for more of it."""
    compound = re.findall(r"^>>> [^\n]*:(?: *#[^\n]*)?\n((?:\.\.\.[^\n]*\n)+)", "".join(PYTHON), re.MULTILINE)
    assert len(compound) >= 2
    for lines in compound:
        assert lines.splitlines()[-1] == "...", lines


def test_a_picture_is_the_last_line_of_its_cell():
    """A notebook shows what the last line of a cell gives."""
    drawn = [block for block in PYTHON if ">>> draw(" in block]
    assert drawn
    for block in drawn:
        last = doctest.DocTestParser().get_examples(block)[-1]
        assert last.source.startswith("draw(")


def test_contributing_names_places_that_are_there():
    """Files and folders that move take the guide along."""
    places = re.findall(r"`((?:autograd|nn|viz|demos|tests)/[\w./]*)`", CONTRIBUTING)
    assert len(places) >= 10
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_contributing_runs_what_ci_runs():
    """Each command of the guide is one of the README's, or of a test's, or a part of `.ci/run`."""
    listed = re.findall(r"^    (.*?)(?: +#.*)?$", without_blocks(CONTRIBUTING), re.MULTILINE)
    parts = re.findall(r"^(\w+)\(\) \{", RUN.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(listed) >= 4
    for command in listed:
        words = command.split()
        assert command in ELSEWHERE or command == "python -m pytest" or words[:2] == ["bash", ".ci/run"], (
            command
        )
        assert words[:1] != ["bash"] or set(words[2:]) <= set(parts)


def test_the_rows_that_the_readme_shows_are_those_of_the_table():
    """The first thing that is said of how it works is a piece of the source, spaces aside."""
    table = (ROOT / "autograd" / "rules" / "table.py").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```text\n#  name (.*?)^```$", README, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^op\(.*?\)$", shown, re.MULTILINE | re.DOTALL)
    assert len(rows) == 3
    for row in rows:
        assert " ".join(row.split()) in " ".join(table.split())


def test_the_readme_names_files_that_are_there():
    """Each file and folder that the page on how it works names is one of the engine or of its rooms."""
    (page,) = re.findall(r"^## How it works.*?(?=^## )", README, re.MULTILINE | re.DOTALL)
    engine = ROOT / "autograd"
    named = set(re.findall(r"`((?:\w+/)*(?:\w+\.py|\w+/))`", page))
    assert len(named) >= 15
    rooms = [ROOT, engine, *(path for path in engine.iterdir() if path.is_dir())]
    assert [name for name in named if not any((room / name).exists() for room in rooms)] == []
