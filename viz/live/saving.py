"""A file that `nn.load` reads, for the page to write: the model's own, without its parameters' numbers."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from autograd.engine.value import Value
from viz.live.data import ranges


def blank_file(model: Any, values: list[Value]) -> dict[str, Any]:
    """`start` and `end` of the file, and what stands between: parameters' names, and their rows in `values`.

    Names that count up, as those of a neuron's weights, are one entry: [what they begin with, how many].
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


def _counted(names: list[str]) -> list[Any]:
    found: list[Any] = []
    for name in names:
        stem, _, last = name.rpartition(".")
        if (
            found
            and isinstance(found[-1], list)
            and found[-1] == [f"{stem}.", int(last) if last.isdigit() else -1]
        ):
            found[-1][1] += 1
        elif last == "0" and stem:
            found.append([f"{stem}.", 1])
        else:
            found.append(name)
    return found
