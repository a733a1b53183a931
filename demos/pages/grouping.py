"""What a cell showed, as a page sets it: what belongs together in one group, each with its kind.

A group is its kind, what is in it, and what a prediction covers: the groups after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from demos.outputs import NUMBER, PICTURE, PREDICTION

_PIXELS = {"pt": 4 / 3, "px": 1.0, "": 1.0}

_LEAST = {"pt": 0.6, "px": 1.0, "": 1.0}
"""How small a picture may be shown, for its words: a figure's, in points, are larger than a drawing's."""


class Group(NamedTuple):
    """Outputs of one kind: "stream", "error", "numbers", "pictures", "frame", "text" or "prediction"."""

    kind: str
    items: list[Any]
    rest: list[Group]


def grouped(outputs: Sequence[dict[str, Any]], folder: Path) -> list[Group]:
    """The outputs of a cell in groups. Pictures and texts are in `folder`."""
    shown = (_shown(output, folder) for output in outputs)
    return _in_groups([(kind, content) for kind, content in shown if content])


def _in_groups(shown: Sequence[tuple[str, Any]]) -> list[Group]:
    kinds = [kind for kind, _ in shown]
    if "prediction" in kinds:
        place = kinds.index("prediction")
        covered = _in_groups(shown[place + 1 :])
        return [*_in_groups(shown[:place]), Group("prediction", [shown[place][1]], covered)]
    runs = groupby(shown, lambda pair: pair[0])
    return [Group(kind, [content for _, content in run], []) for kind, run in runs]


def _shown(output: dict[str, Any], folder: Path) -> tuple[str, Any]:
    """The kind of an output, and what the page shows of it; "" for printed lines that are all empty."""
    if output["output_type"] == "stream":
        return "stream", output["text"].strip("\n") if output["text"].strip() else ""
    if output["output_type"] == "error":
        return "error", "".join(output["traceback"])
    data = output["data"]
    if NUMBER in data:
        return "numbers", data[NUMBER]
    if PREDICTION in data:
        return "prediction", data[PREDICTION]
    picture = data[PICTURE]
    if picture["kind"] == "html":
        return "frame", picture
    if picture["kind"] == "text":
        return "text", picture | {"text": (folder / picture["files"][0]).read_text("utf-8").rstrip()}
    return "pictures", picture | size(folder / picture["files"][-1])


def size(svg: Path) -> dict[str, int]:
    """Width and height of an SVG in pixels, and the least width at which it can be read."""
    head = svg.read_text("utf-8")[:3000]
    found = re.search(r'<svg [^>]*?width="([\d.]+)(pt|px|)" height="([\d.]+)', head)
    assert found is not None, svg
    width, height = (round(float(number) * _PIXELS[found[2]]) for number in found.group(1, 3))
    return {"width": width, "height": height, "least": round(width * _LEAST[found[2]])}
