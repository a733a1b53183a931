"""Commands: how every `python -m` of ours ends, whatever the terminal, the pipe or the file it meets."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn, TextIO


class Parser(argparse.ArgumentParser):
    """argparse's, but that a pipe which nobody reads ends its help as it ends any other output."""

    def print_help(self, file: Any = None) -> None:
        """Write the help, to stdout."""
        print(self.format_help(), end="", file=file)


def run_command(main: Callable[[], int | None]) -> NoReturn:
    """Run a command, and end the process with its status, as a shell expects of a program.

    What the terminal's encoding cannot show becomes a question mark. A reader that goes away (`| head -1`)
    ends it in silence, with status 141 as for any program in a pipe; Ctrl-C ends it with "stopped" and 130.
    A file that cannot be read or written is one line on stderr, and status 1.
    """
    for name, errors in (("stdout", "replace"), ("stderr", "backslashreplace")):
        stream = getattr(sys, name)
        if stream is None:  # closed by the shell: >&-
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=errors)
    status: int | str | None
    try:
        try:
            status = main()
        except SystemExit as ended:  # argparse has said what is wrong, or has given help
            status = ended.code
        sys.stdout.flush()
    except KeyboardInterrupt:
        status = _say("stopped", 130)
    except OSError as error:
        status = _file_error(error)
    finally:
        for stream in (sys.stdout, sys.stderr):
            _flush_for_good(stream)
    sys.exit(status)


def _file_error(error: OSError) -> int:
    """Say which file could not be read or written, but nothing about a pipe that nobody reads: the status."""
    pipe = isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL)
    if pipe and error.filename is None:  # EINVAL is what Windows calls it
        return 141
    place = "" if error.filename is None else f"{error.filename}: "
    return _say(f"error: {place}{error.strerror or error}", 1)


def _say(text: str, status: int) -> int:
    with suppress(OSError):  # nobody reads that either
        print(text, file=sys.stderr)
    return status


def _flush_for_good(stream: TextIO) -> None:
    """Write what is left in a stream, or drop it: Python would try to write it once more at its end."""
    try:
        stream.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
