"""Following a film in a notebook: the page is in the cell while it runs, and is told of new frames.

The page is in a frame, which hears messages alone. A second, empty output of the cell is shown anew with a
script for each message; what it passes on is nowhere else in the notebook. It knows IPython, and no training.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

from viz.formats.scripting import script_json

PAUSE = 0.08
"""Seconds between two messages: more than a notebook can show is not sent."""


class Follower:
    """A page in the cell that runs. `page_of` makes it, for the name under which it hears messages."""

    def __init__(self, page_of: Callable[[str], Any]) -> None:
        self._name = f"film-{uuid.uuid4().hex}"
        self._post = _shown(_html(_script(self._name, None)))  # first: it waits for the page to ask
        self._place = _shown(_bundle(page_of(self._name)))
        self._told_at = 0.0

    def is_due(self) -> bool:
        """Whether the pause after the last message is over."""
        return time.monotonic() - self._told_at >= PAUSE

    def tell(self, frame: dict[str, Any]) -> None:
        """Tell the page of a frame."""
        self._post.update(_html(_script(self._name, {"seegrad": self._name, "film": frame})), raw=True)
        self._told_at = time.monotonic()

    def end(self, page: Any) -> None:
        """Leave this page, which follows nothing, and no messages."""
        self._place.update(_bundle(page), raw=True)
        self._post.update(_html(""), raw=True)


def _script(name: str, message: dict[str, Any] | None) -> str:
    """A script that passes a message on."""
    return f"<script>({_post()})({script_json(name)}, {script_json(message)});</script>"


@cache
def _post() -> str:
    return (files("viz") / "live" / "posting.js").read_text("utf-8").strip()


def _shown(bundle: dict[str, str]) -> Any:
    """An output of the cell, which can be shown anew."""
    from IPython.display import display

    return display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]


def _html(text: str) -> dict[str, str]:
    return {"text/html": text, "text/plain": ""}


def _bundle(page: Any) -> dict[str, str]:
    return dict(page._repr_mimebundle_())
