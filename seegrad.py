"""seegrad is three packages: `autograd`, the engine; `nn`, networks; `viz`, pictures. Import those.

The lessons, `python -m demos`, are in the folder `demos` of a clone of the repository, as the tests are; an
installed package does not have them.

What is here is for the packages themselves. `nn` and `viz` call `check_autograd` before they import
anything else: the HIPS package `autograd` has the import name of ours, and the check cannot live in the
package that may be another one. Every `python -m` command ends in `run_command`.
"""

from __future__ import annotations

import errno
import importlib.metadata
import importlib.util
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn, TextIO
from urllib.parse import urlsplit
from urllib.request import url2pathname

_PLACE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "autograd")


def check_autograd() -> None:
    """Raise an ImportError, which says what happened and what mends it, unless `autograd` is ours alone."""
    import autograd

    folders = list(getattr(autograd, "__path__", []))
    ours = _PLACE in map(os.path.realpath, folders)
    if ours and hasattr(autograd, "Value") and not _has_files_of_hips():
        return
    hips = hips_version()
    if hips:
        happened = f"HIPS autograd {hips} and seegrad share an environment and the import name autograd"
    elif ours:
        happened = f"files of seegrad's autograd are missing in {_PLACE}; pip uninstall autograd deletes them"
    else:
        raise ImportError(
            f"seegrad's autograd is in {_PLACE}, but Python finds {autograd.__file__ or folders[0]}; "
            "rename that, or put seegrad before it on sys.path",
            name="autograd",
        )
    mend = [_pip("uninstall", "autograd")] if hips else []
    if ours:  # what HIPS installed over it, pip uninstall deletes
        mend.append(_pip("install", "--force-reinstall", "--no-deps", *_requirement()))
    lines = "".join(f"\n    {command}" for command in mend)
    raise ImportError(f"{happened}. To keep seegrad here:{lines}", name="autograd")


def hips_version() -> str | None:
    """The version of the HIPS package `autograd`, where it is installed."""
    try:
        return importlib.metadata.version("autograd")
    except importlib.metadata.PackageNotFoundError:
        return None


def _has_files_of_hips() -> bool:
    return importlib.util.find_spec("autograd.differential_operators") is not None


def _requirement() -> list[str]:
    """What pip was given to install seegrad: a folder, a file, an address or, from an index, the name."""
    try:
        recorded = importlib.metadata.distribution("seegrad").read_text("direct_url.json")
    except importlib.metadata.PackageNotFoundError:
        recorded = None
    if not recorded:
        return ["seegrad"]
    origin = json.loads(recorded)
    if "vcs_info" in origin:
        version = origin["vcs_info"]
        return [f"{version['vcs']}+{origin['url']}@{version['commit_id']}"]
    address = urlsplit(origin["url"])
    place = url2pathname(address.path) if address.scheme == "file" else origin["url"]
    return ["-e", place] if origin.get("dir_info", {}).get("editable") else [place]


def _pip(verb: str, *words: str) -> str:
    """A command that changes what is installed for this Python: of its pip, or else of uv."""
    if importlib.util.find_spec("pip"):
        command = [sys.executable, "-m", "pip", verb, *(["-y"] if verb == "uninstall" else []), *words]
    else:
        command = ["uv", "pip", verb, "--python", sys.executable, *words]
    return subprocess.list2cmdline(command) if os.name == "nt" else shlex.join(command)


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
        status = _unwritten(error)
    finally:
        for stream in (sys.stdout, sys.stderr):
            _flush_for_good(stream)
    sys.exit(status)


def _unwritten(error: OSError) -> int:
    """Say which file could not be read or written; of a pipe that nobody reads, nothing. The status."""
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
    """Write what is left; where that fails, drop it, or Python would complain of it once more at its end."""
    try:
        stream.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
