"""Browsers: whether one could be opened here, and a page for it to open. Nothing waits for it.

The page is a file, which stays when this process ends. What opens it is a process of its own without a
terminal, so that a browser that does not come back holds up nobody.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

_IN_A_TERMINAL = ("www-browser", "links", "elinks", "lynx", "w3m")
"""Browsers that would take the terminal."""

_OPEN = "import sys, webbrowser; webbrowser.open(sys.argv[1])"


def is_here() -> bool:
    """Whether a page that is opened here would be seen by who sits here, as the environment says."""
    named = os.environ.get("BROWSER", "").replace(os.pathsep, " ").split()
    if named:
        return Path(named[0]).name not in _IN_A_TERMINAL
    if sys.platform in ("win32", "darwin"):
        return "SSH_CONNECTION" not in os.environ  # its screen is elsewhere
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_page(html: str) -> str | None:
    """Write a page and have it opened; its address, or None where it cannot be written."""
    try:
        handle, name = tempfile.mkstemp(prefix="seegrad-", suffix=".html", dir=_folder())
        with open(handle, "w", encoding="utf-8") as file:
            file.write(html)
        address = Path(name).as_uri()
        opening = subprocess.Popen(
            [sys.executable, "-I", "-c", _OPEN, address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return None
    threading.Thread(target=opening.wait, daemon=True).start()  # no zombie is left
    return address


def _folder() -> Path:
    """Where a browser may read files: one from a snap has a /tmp of its own, but sees the home."""
    if sys.platform == "linux" and Path("/snap/bin").is_dir():
        folder = Path.home() / "seegrad-pages"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError:
            pass
        else:
            return folder
    return Path(tempfile.gettempdir())
