"""Nested lists, tuples and dicts of scalars: taken apart into leaves, and put together again."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any


def leaves(tree: Any) -> list[Any]:
    """What a nested structure holds, left to right; dicts in their own order.

    A structure that contains itself, or is nested deeper than Python can follow, is a ValueError.

    >>> leaves({"w": [1.0, 2.0], "b": 3.0})
    [1.0, 2.0, 3.0]
    """
    if not isinstance(tree, (list, tuple, dict)):
        return [tree]
    try:
        return _leaves(tree)
    except RecursionError:
        raise ValueError(
            f"a structure of lists, tuples and dicts ends in leaves, but this {type(tree).__name__} contains "
            "itself, or is nested too deeply to follow; give a flat list of what it holds"
        ) from None


def _leaves(tree: Any) -> list[Any]:
    if isinstance(tree, dict):
        return [leaf for branch in tree.values() for leaf in _leaves(branch)]
    if isinstance(tree, (list, tuple)):
        return [leaf for branch in tree for leaf in _leaves(branch)]
    return [tree]


def rebuild(tree: Any, new: Iterator[Any]) -> Any:
    """A structure like `tree`, its leaves taken from `new`. A subclass of list or dict keeps all else.

    >>> rebuild([1.0, (2.0, 3.0)], iter("abc"))
    ['a', ('b', 'c')]
    """
    if isinstance(tree, (list, dict)):
        rebuilt = copy.copy(tree)
        for place, branch in tree.items() if isinstance(tree, dict) else enumerate(tree):
            rebuilt[place] = rebuild(branch, new)
        return rebuilt
    if isinstance(tree, tuple):
        branches = [rebuild(branch, new) for branch in tree]
        return type(tree)(*branches) if hasattr(tree, "_fields") else type(tree)(branches)
    return next(new)


def map_leaves(function: Callable[[Any], Any], tree: Any) -> Any:
    """A structure like `tree`, with `function` applied to each leaf."""
    return rebuild(tree, map(function, leaves(tree)))


def leaves_like(tree: Any, model: Any, where: str = "") -> list[Any]:
    """The leaves of `tree` in the order of those of `model`: dicts are matched by key, sequences by place.

    A ValueError says where the two do not fit; `where` names the structure.

    >>> leaves_like({"b": 3.0, "w": [1.0, 2.0]}, {"w": [0.0, 0.0], "b": 0.0})
    [1.0, 2.0, 3.0]
    >>> leaves_like({"w": [1.0]}, {"w": [0.0, 0.0]}, "tangents")
    Traceback (most recent call last):
    ValueError: tangents['w'] needs 2 entries, got 1
    """
    if _kind(tree) is not _kind(model):
        raise ValueError(f"{where} needs {_a(model)}, got {_a(tree)}")
    if _kind(model) is None:
        return [tree]
    if isinstance(model, dict):
        _check_keys(tree, model, where)
        keys: Any = model
    else:
        _check_entries(tree, model, where)
        keys = range(len(model))
    return [leaf for key in keys for leaf in leaves_like(tree[key], model[key], f"{where}[{key!r}]")]


def _check_keys(tree: dict[Any, Any], model: dict[Any, Any], where: str) -> None:
    missing, unknown = [key for key in model if key not in tree], [key for key in tree if key not in model]
    if missing or unknown:
        wrong = [f"{', '.join(map(repr, missing))} missing"] * bool(missing)
        wrong += [f"{', '.join(map(repr, unknown))} unknown"] * bool(unknown)
        keys = ", ".join(map(repr, model)) or "of an empty dict"
        raise ValueError(f"{where} needs the keys {keys}; {'; '.join(wrong)}")


def _check_entries(tree: Any, model: Any, where: str) -> None:
    if len(tree) != len(model):
        raise ValueError(f"{where} needs {len(model)} entries, got {len(tree)}")
    if hasattr(tree, "_fields") and hasattr(model, "_fields") and tree._fields != model._fields:
        raise ValueError(f"{where} needs {_a(model)}, got {_a(tree)}")


def paths(tree: Any, where: str) -> list[str]:
    """Where each leaf stands, in the order of `leaves`.

    >>> paths({"w": [1.0, 2.0], "b": 3.0}, "x")
    ["x['w'][0]", "x['w'][1]", "x['b']"]
    """
    if isinstance(tree, dict):
        return [path for key, branch in tree.items() for path in paths(branch, f"{where}[{key!r}]")]
    if isinstance(tree, (list, tuple)):
        return [path for at, branch in enumerate(tree) for path in paths(branch, f"{where}[{at}]")]
    return [where]


def _kind(tree: Any) -> type | None:
    return next((kind for kind in (dict, list, tuple) if isinstance(tree, kind)), None)


def _a(tree: Any) -> str:
    return "a number" if _kind(tree) is None else f"a {type(tree).__name__}"
