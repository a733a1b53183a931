"""What a cell of a lesson shows, in its order: printed in the terminal, and kept for a notebook or a page.

It is kept as notebooks keep it: a cell that has run is a cell of a notebook with its outputs. This knows
nothing of how a cell is run, or of what a page makes of it.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

NUMBER = "application/vnd.seegrad.number+json"
"""A claim or a report: its claim, value, should (in words) and holds (None where nothing is claimed)."""

PICTURE = "application/vnd.seegrad.picture+json"
"""What was shown: the fields of `demos.showing.Picture`."""

PREDICTION = "application/vnd.seegrad.prediction+json"
"""A question to answer before the number is seen: the arguments of `demos.predictions.as_html`."""


class _Kept:
    """Standard output: all that is written goes on to the terminal, and is kept."""

    def __init__(self, terminal: TextIO, outputs: list[dict[str, Any]]) -> None:
        self.terminal, self.outputs = terminal, outputs

    def __getattr__(self, name: str) -> Any:
        return getattr(self.terminal, name)

    def write(self, text: str) -> int:
        if not self.outputs or self.outputs[-1]["output_type"] != "stream":
            self.outputs.append({"output_type": "stream", "name": "stdout", "text": ""})
        self.outputs[-1]["text"] += text
        return self.terminal.write(text)


@contextmanager
def kept(outputs: list[dict[str, Any]]) -> Iterator[None]:
    r"""What is printed and published inside is added to `outputs`; so is an error, which is raised again.

    >>> outputs = []
    >>> with kept(outputs):
    ...     print("a line")
    a line
    >>> outputs
    [{'output_type': 'stream', 'name': 'stdout', 'text': 'a line\n'}]
    """
    terminal = sys.stdout
    sys.stdout = _Kept(terminal, outputs)  # type: ignore[assignment]
    try:
        yield
    except BaseException as error:
        lines = traceback.format_exception(error)
        name = type(error).__name__
        outputs.append({"output_type": "error", "ename": name, "evalue": str(error), "traceback": lines})
        raise
    finally:
        sys.stdout = terminal


def publish(kind: str, content: dict[str, Any], text: str) -> None:
    """Print `text`, if there is any; where outputs are kept, keep `content` of this kind in its place."""
    out = sys.stdout
    if isinstance(out, _Kept):
        out.outputs.append(
            {"output_type": "display_data", "data": {"text/plain": text, kind: content}, "metadata": {}}
        )
        out = out.terminal
    if text:
        print(text, file=out)
