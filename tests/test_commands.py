"""Every `python -m` command, in whatever terminal, pipe and folder it finds itself."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograd.commands import run_command
from tests.copying import copy_package

ROOT = Path(__file__).parent.parent
EXPRESSION = ("viz", "tanh(w*x + b)", "w=-3", "x=2", "b=6.88")
slow = pytest.mark.slow

PRINTING = [
    pytest.param(EXPRESSION, id="viz"),
    pytest.param(("viz", "--help"), id="viz --help"),
    pytest.param(("demos", "--help"), id="demos --help"),
    pytest.param(("demos", "--list"), id="demos --list"),
    pytest.param(("demos.grade", "--help"), id="demos.grade --help"),
    pytest.param(("tests.benchmarks", "--help"), id="tests.benchmarks --help", marks=slow),
    pytest.param(
        ("tests.benchmarks.scans", "--help"), id="scans --help", marks=[slow, pytest.mark.needs("jax")]
    ),
    pytest.param(("autograd.engine.printing",), id="autograd.engine.printing"),
    pytest.param(("demos", "by-hand", "--quick"), id="demos by-hand", marks=slow),
    pytest.param(("demos", "--solutions", "by-hand"), id="demos --solutions", marks=slow),
    pytest.param(("demos", "--notebook", "by-hand"), id="demos --notebook", marks=slow),
    pytest.param(("demos.grade", "ada.py"), id="demos.grade", marks=slow),
]
PICTURES = pytest.param(("demos.readme_picture",), id="demos.readme_picture", marks=slow)
printing = pytest.mark.parametrize("command", PRINTING)
posix = pytest.mark.skipif(os.name == "nt", reason="as POSIX shells do it")


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A copy to run commands in: some write into their own folder."""
    folder = tmp_path_factory.mktemp("clone")
    for package in ("autograd", "nn", "viz", "demos", "tests"):
        copy_package(package, folder)
    (folder / "ada.py").write_text(
        "class Value:\n    def __init__(self, data): self.data, self.grad = data, 0.0\n"
    )
    return folder


def run(clone, command, *before, encoding="utf-8", unbuffered="", **options):
    """Run a command in the copy."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(clone), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "PYTHONIOENCODING": encoding,
        "PYTHONUNBUFFERED": unbuffered,
        "MPLBACKEND": "Agg",
    }
    words = [*before, sys.executable, "-m", *command]
    return subprocess.run(words, cwd=clone, env=environment, timeout=300, check=False, **options)


def one_line(done, status):
    """What a command said that ended with this status: one line, and no traceback."""
    assert done.returncode == status, done.stderr
    (line,) = done.stderr.decode().splitlines()
    return line


@printing
@pytest.mark.parametrize(
    "encoding", ["ascii", pytest.param("cp1252", marks=slow), pytest.param("latin-1", marks=slow)]
)
def test_it_prints_in_any_encoding(clone, command, encoding):
    """What the terminal cannot show becomes a question mark."""
    done = run(clone, command, encoding=encoding)
    assert done.returncode == (1 if "ada.py" in command else 0), done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert done.stdout.decode(encoding)


@pytest.mark.parametrize(
    ("command", "unbuffered"),
    [
        *(pytest.param(*case.values, "", id=case.id, marks=case.marks) for case in [*PRINTING, PICTURES]),
        pytest.param(("demos", "--list"), "1", id="unbuffered"),
    ],
)
def test_a_reader_that_goes_away_ends_it_in_silence(clone, command, unbuffered):
    """As `| head -1` does: no traceback, and the status that shells give to a program in a closed pipe."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing) as pipe:
        done = run(clone, command, unbuffered=unbuffered, stdout=pipe)
    assert (done.returncode, done.stderr) == (141, b"")


@posix
@printing
def test_a_closed_output_is_no_error(clone, command):
    """As `>&-` leaves it: the command does its work, and writes nothing elsewhere."""
    done = run(clone, command, "sh", "-c", 'exec "$@" >&-', "sh")
    assert done.returncode == (1 if "ada.py" in command else 0)
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("command", [EXPRESSION, ("demos", "--list")], ids=["viz", "demos"])
def test_a_full_disk_is_one_line(clone, command):
    """Output that cannot be written is said, not lost."""
    with open("/dev/full", "w") as full:
        assert one_line(run(clone, command, stdout=full), 1) == "error: No space left on device"


@pytest.mark.parametrize(
    "command",
    [
        ("demos", "moons"),
        ("demos", "--all"),
        ("demos", "--solutions", "by-hand"),
        ("demos", "--notebook", "by-hand"),
    ],
    ids=["lesson", "all", "solutions", "notebook"],
)
def test_a_folder_that_cannot_be_written_is_one_line(clone, command):
    """A regular file as the folder, or above it, is said once, before any lesson has run."""
    for out in ("ada.py", str(Path("ada.py") / "out")):
        done = run(clone, (*command, "--out", out))
        assert re.fullmatch(r"error: ada\.py.*: Not a directory", one_line(done, 1))
        assert done.stdout == b""


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_one_line(clone, tmp_path):
    """It is named, with the reason."""
    tmp_path.chmod(0o500)
    line = one_line(run(clone, ("demos", "--all", "--out", str(tmp_path))), 1)
    assert line == f"error: {tmp_path}: Permission denied"


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ((*EXPRESSION, "-o", "ada.py/neuron.mmd"), 1),
        pytest.param(
            ("demos.grade", "ada.py", "--until", "data", "--csv", "ada.py/class.csv"), 2, marks=slow
        ),
    ],
    ids=["viz", "demos.grade"],
)
def test_a_file_that_cannot_be_written_is_one_line(clone, command, status):
    """It is named, with the reason."""
    assert "ada.py/" in one_line(run(clone, command), status)


@pytest.mark.parametrize("seed", ["-1", "x", "1.5", "4294967296", "9" * 5000, "0" * 11 + "9" * 20, "²"])
def test_a_seed_is_a_whole_number(clone, seed):
    """Others are refused as the command line is read."""
    done = run(clone, ("demos", "--seed", seed))
    assert done.returncode == 2
    last = done.stderr.decode().splitlines()[-1]
    assert "argument --seed: a seed is a whole number from 0 to 2**32 - 1, got" in last


@posix
@pytest.mark.parametrize(
    ("command", "status"),
    [
        (("viz", b"tanh(\xff)"), 2),
        (("viz", "x*2", b"\xff=2"), 2),
        (("viz", "x*2", "x=2", "-o", b"\xff.mmd"), 0),
        (("demos", b"\xff"), 2),
        (("demos.grade", b"\xff.py"), 1),
    ],
)
def test_arguments_that_are_no_text(clone, command, status):
    """A byte that is in no character is shown escaped or as a question mark, never a traceback."""
    done = run(clone, command)
    assert done.returncode == status
    assert b"Traceback" not in done.stderr


def test_ctrl_c_stops_without_a_traceback(capsys):
    """With the exit status that shells expect."""

    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as ended:
        run_command(interrupted)
    assert ended.value.code == 130
    assert capsys.readouterr().err == "stopped\n"


def test_a_mistake_of_ours_keeps_its_traceback():
    """Only what a terminal, a pipe or a file does is put in one line."""
    with pytest.raises(ZeroDivisionError):
        run_command(lambda: 1 // 0)


STARTED_BY_ANOTHER = ("worker", "recording_worker", "nursery")


def test_every_command_is_run_so():
    """Whatever can be started with `python -m` is run by `run_command`, but for what another starts."""
    started = []
    for package in ("autograd", "nn", "viz", "demos", "tests/benchmarks"):
        for path in sorted((ROOT / package).rglob("*.py")):
            _, found, block = path.read_text("utf-8").partition('\nif __name__ == "__main__":\n')
            if found and path.stem not in STARTED_BY_ANOTHER:
                assert re.search(r"^    run_command\(\w+\)\n\Z", block, re.MULTILINE), path
                started.append(".".join(path.relative_to(ROOT).with_suffix("").parts))
    listed = {case.values[0][0] for case in [*PRINTING, PICTURES]}
    assert {name.removesuffix(".__main__") for name in started} == listed
