"""Terminals: which of them draw pictures, and the escape sequences that make them do it.

Which terminal it is, its documented environment variables say. It is asked nothing: an answer that does not
come would be waited for, and one that comes late would be typed into the prompt.

The protocols: https://sw.kovidgoyal.net/kitty/graphics-protocol/, https://iterm2.com/documentation-images.html,
and DEC's sixels, https://vt100.net/docs/vt3xx-gp/chapter14.html.
"""

from __future__ import annotations

import os
import struct
import sys
from base64 import standard_b64encode
from collections.abc import Callable

from viz.screens.sixels import sixels

_CHUNK = 4096
"""The most that kitty takes at once."""


def protocol() -> Callable[[bytes], str] | None:
    """What makes a text of a PNG that this terminal draws; None for one that is not known to draw.

    TERM is each terminal's own, and TERM_PROGRAM that of the innermost one that sets it; the other variables
    may come from a terminal that this one was started in.
    """
    if not (sys.stdout and sys.stdout.isatty()):
        return None
    term = os.environ.get("TERM", "")
    if "TMUX" in os.environ or "STY" in os.environ or term.startswith(("tmux", "screen")):
        return None  # they stand between, and keep to themselves what they do not know
    for start, protocol in _BY_TERM.items():
        if term.startswith(start):
            return protocol
    if "TERM_PROGRAM" in os.environ:
        return _BY_PROGRAM.get(os.environ["TERM_PROGRAM"])
    if any(name in os.environ for name in ("VTE_VERSION", "XTERM_VERSION", "WT_SESSION")):
        return None
    if "KITTY_WINDOW_ID" in os.environ:
        return kitty
    if os.environ.get("LC_TERMINAL") == "iTerm2":  # ssh passes it on
        return iterm
    konsole = os.environ.get("KONSOLE_VERSION", "")
    return sixels if konsole.isdecimal() and int(konsole) >= 220400 else None


def say(text: str) -> None:
    """Print a text in whatever encoding the terminal has; what that lacks becomes a question mark."""
    if sys.stdout:
        encoding = sys.stdout.encoding or "utf-8"
        print(text.encode(encoding, "replace").decode(encoding))


def width() -> int | None:
    """Pixels in a line of the terminal, less a column; None where the system does not say."""
    try:
        import fcntl
        import termios

        told = fcntl.ioctl(sys.stdout.fileno(), termios.TIOCGWINSZ, bytes(8))
    except (ImportError, OSError, ValueError):
        return None
    _, columns, pixels, _ = struct.unpack("HHHH", told)
    return pixels - pixels // columns if columns and pixels else None


def kitty(png: bytes) -> str:
    """The picture in kitty's graphics protocol, in pieces; it is to answer nothing."""
    data = standard_b64encode(png).decode()
    pieces = [data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)]
    head = ["a=T,f=100,q=2,"] + [""] * (len(pieces) - 1)
    more = ["m=1"] * (len(pieces) - 1) + ["m=0"]
    return "".join(f"\033_G{first}{last};{piece}\033\\" for first, last, piece in zip(head, more, pieces))


def iterm(png: bytes) -> str:
    """The picture in iTerm2's protocol."""
    return f"\033]1337;File=inline=1;size={len(png)}:{standard_b64encode(png).decode()}\a"


_BY_TERM = {
    "xterm-kitty": kitty,
    "xterm-ghostty": kitty,
    "foot": sixels,
    "mlterm": sixels,
    "yaft": sixels,
    "contour": sixels,
}
_BY_PROGRAM = {"ghostty": kitty, "iTerm.app": iterm, "WezTerm": iterm, "mintty": sixels}
