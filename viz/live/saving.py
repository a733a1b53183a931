"""A file that `nn.load` reads, for the page to write: the model's own, without its parameters' numbers."""

from __future__ import annotations

import json
from os.path import commonpath
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from autograd.engine.value import Value
from viz.live.data import ranges


def blank_file(model: Any, values: list[Value]) -> dict[str, Any]:
    """`start` and `end` of the file, and what stands between: parameters' names, and their rows in `values`.

    Names that count up, as those of a neuron's weights, are one entry; see `saving.js`.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save(path)
        content = json.loads(path.read_text("utf-8"))
    state = content["parts"]["model"]
    rows = {id(value): row for row, value in enumerate(values)}
    named = {name: rows[id(value)] for name, value in model.named_parameters()}
    others = {name: entry for name, entry in state.items() if name not in named}
    content["parts"]["model"] = others
    text = json.dumps(content)
    end = "}}}"
    between = ", " if others else ""
    return {
        "start": text.removesuffix(end) + between,
        "end": end,
        "names": _counted(list(named)),
        "rows": ranges(list(named.values())),
    }


def _counted(names: list[str]) -> list[list[Any]]:
    """Names as [how much of the entry before it one begins with, the rest, how many it counts up to]."""
    stems: list[tuple[str, int]] = []
    for name in names:
        stem, _, last = name.rpartition(".")
        if stems and stems[-1][1] and (f"{stem}.", last) == (stems[-1][0], str(stems[-1][1])):
            stems[-1] = (stems[-1][0], stems[-1][1] + 1)
        else:
            stems.append((f"{stem}.", 1) if last == "0" and stem else (name, 0))
    found: list[list[Any]] = []
    before = ""
    for text, count in stems:
        shared = len(commonpath([before, text]))
        found.append([shared, text[shared:], *([count] if count else [])])
        before = text
    return found
