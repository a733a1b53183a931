"""Whether the package that Python imports as `autograd` is this one: HIPS autograd has the same name.

`nn` and `viz` run this file, by its path, before they import anything: the package that has the name may lack
it. It imports nothing of ours.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import shlex
import subprocess
import sys

_PLACE = os.path.dirname(os.path.realpath(__file__))


def check_autograd() -> None:
    """Raise an ImportError unless `autograd` is ours alone: what happened, and which commands mend it."""
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
    from urllib.parse import urlsplit  # slow to import, and all but never needed
    from urllib.request import url2pathname

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
