"""A model as an indented table: its modules, and how many parameters each has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nn.layers.parameters import is_frozen


def summary(module: Any) -> str:
    """One line for each module inside, though not inside the folded ones (a Layer's neurons).

    A module that several share is listed once, where it is met first; a parameter that several share counts
    in each of them, and once in what contains them all.

    >>> from nn import MLP
    >>> print(summary(MLP(2, [16, 1], seed=0)))
    MLP(2, [16, 1])                65 parameters
      layers.0 Layer(2, 16, relu)  48
      layers.1 Layer(16, 1, linear)  17
    """
    rows = list(_rows(module))
    width = max(len(text) for text, _ in rows)
    lines = [f"{text.ljust(width)}  {_count(part, part is module)}" for text, part in rows]
    return "\n".join(lines)


def _rows(outermost: Any) -> Iterator[tuple[str, Any]]:
    met: dict[int, Any] = {}
    rest = [(0, "", outermost)]
    while rest:
        depth, name, module = rest.pop()
        if id(module) not in met:
            met[id(module)] = module
            yield "  " * depth + f"{name} {module.describe()}".lstrip(), module
            if not module.folded:
                inside = [(depth + 1, name, child) for name, child in module.named_children()]
                rest += reversed(inside)


def _count(module: Any, outermost: bool) -> str:
    parameters = module.parameters()
    frozen = sum(map(is_frozen, parameters))
    return (
        f"{len(parameters):>7,}"
        + (" parameters" if outermost else "")
        + (f" ({frozen:,} frozen)" if frozen else "")
    )
