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
    """The outputs of a cell in groups. Pictures are in `folder`, which gives their sizes."""
    found = [_kind(output) for output in outputs]
    for place, (kind, content) in enumerate(found):
        if kind == "prediction":
            before, rest = outputs[:place], outputs[place + 1 :]
            return [*grouped(before, folder), Group(kind, [content], grouped(rest, folder))]
    groups = [
        Group(kind, [content for _, content in items], [])
        for kind, items in groupby(found, lambda pair: pair[0])
    ]
    return [_measured(group, folder) for group in groups if group.kind != "stream" or _says(group)]


def _kind(output: dict[str, Any]) -> tuple[str, Any]:
    if output["output_type"] != "display_data":
        kind = output["output_type"]
        return kind, output["text"] if kind == "stream" else "".join(output["traceback"])
    data = output["data"]
    if PICTURE in data:
        kind = {"svg": "pictures", "gif": "pictures", "html": "frame", "text": "text"}[data[PICTURE]["kind"]]
        return kind, data[PICTURE]
    return ("numbers", data[NUMBER]) if NUMBER in data else ("prediction", data[PREDICTION])


def _says(group: Group) -> bool:
    return bool("".join(group.items).strip())


def _measured(group: Group, folder: Path) -> Group:
    """Pictures with their sizes, texts with their words, what was printed without lines that are empty."""
    if group.kind == "stream":
        return group._replace(items=["".join(group.items).strip("\n")])
    if group.kind == "pictures":
        return group._replace(items=[shown | size(folder / shown["files"][-1]) for shown in group.items])
    if group.kind == "text":
        texts = [(folder / shown["files"][0]).read_text("utf-8").rstrip() for shown in group.items]
        return group._replace(items=[shown | {"text": text} for shown, text in zip(group.items, texts)])
    return group


def size(svg: Path) -> dict[str, int]:
    """Width and height of an SVG in pixels, and the least width at which it can be read."""
    head = svg.read_text("utf-8")[:3000]
    found = re.search(r'<svg [^>]*?width="([\d.]+)(pt|px|)" height="([\d.]+)', head)
    assert found is not None, svg
    width, height = (round(float(number) * _PIXELS[found[2]]) for number in found.group(1, 3))
    return {"width": width, "height": height, "least": round(width * _LEAST[found[2]])}
