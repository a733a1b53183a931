"""The command line of the lessons; without a name, it trains a network on the moons."""

from __future__ import annotations

import argparse
import errno
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from autograd.commands import Parser, run_command
from demos.catalogue import UnknownLessonError, entry_named, lessons
from demos.everything import run_all
from demos.notebooks import write_notebook
from demos.running import run, run_solutions

_EXTRAS = {
    "matplotlib": "demos",
    "tqdm": "demos",
    "sklearn": "demos",
    "jupytext": "demos",
    "nbconvert": "demos",
    "latex2mathml": "demos",
    "pdoc": "demos",
    "llvmlite": "jit",
    "jax": "jax",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; its exit status. 1: a lesson failed, 2: it was not understood."""
    usage = parser()
    options = usage.parse_args(arguments)
    if options.name and (options.list or options.all or options.notebook or options.solutions):
        usage.error(f"one thing at a time: the lesson {options.name!r}, or what the option asks")
    try:
        return _obey(options)
    except UnknownLessonError as error:
        usage.error(str(error))
    except ImportError as error:
        name = error.name or getattr(error.__context__, "name", None) or ""
        missing = name.partition(".")[0]
        if missing not in _EXTRAS:
            raise
        command = f"pip install -e '.[{_EXTRAS[missing]}]'"
        print(f"python -m demos: this needs {missing}, which is not installed: {command}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """What the command line understands."""
    parser = Parser(prog="python -m demos", description="Lessons on backpropagation.")
    parser.add_argument("name", nargs="?", help="the lesson to run (moons)")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--list", action="store_true", help="show all lessons, one line each")
    instead.add_argument("--all", action="store_true", help="run all lessons, and write the course")
    instead.add_argument(
        "--notebook", metavar="NAME", help="write the lesson as NAME.ipynb, into OUT or here"
    )
    instead.add_argument("--solutions", metavar="NAME", help="show and run the solutions of its exercises")
    parser.add_argument("--seed", type=_seed, default=0, help="of data and weights (0)")
    parser.add_argument("--out", type=Path, help="the folder for what is written (out)")
    parser.add_argument("--no-page", action="store_true", help="run the lesson, and make no page of it")
    parser.add_argument("--quick", action="store_true", help="fewer steps: some seconds for each lesson")
    return parser


def _seed(text: str) -> int:
    """A seed as numpy and scikit-learn take it."""
    digits = text.lstrip("0") or "0"  # Python refuses to read thousands of them
    if not (text.isascii() and text.isdecimal() and len(digits) <= 10 and int(digits) < 2**32):
        raise argparse.ArgumentTypeError(f"a seed is a whole number from 0 to 2**32 - 1, got {text!r}")
    return int(digits)


def _writable(folder: Path) -> Path:
    """The folder, made if need be; OSError, before any lesson runs, where nothing can be written into it."""
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:  # it names the file, of which nobody has heard
        raise OSError(error.errno, error.strerror, str(folder)) from None


def _obey(options: argparse.Namespace) -> int:
    seed, quick, out = options.seed, options.quick, options.out or Path("out")
    if options.list:
        for entry in lessons():
            print(f"{entry.name:20} {entry.summary}")
    elif options.all:
        return 0 if all(outcome.ran for outcome in run_all(seed, quick, _writable(out))) else 1
    elif options.notebook:
        print(write_notebook(entry_named(options.notebook), _writable(options.out or Path()), seed, quick))
    elif options.solutions:
        run_solutions(entry_named(options.solutions), seed, quick, _writable(out))
    else:
        entry = entry_named(options.name or "moons")
        run(entry, seed, quick, _writable(out))
        if not options.no_page:
            from demos.pages.course import write_page

            print(f"\nas a page: {write_page(entry, out)}")
    return 0


if __name__ == "__main__":
    run_command(main)
