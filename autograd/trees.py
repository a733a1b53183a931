"""Nested lists, tuples and dicts of scalars: taken apart into leaves, and put together again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def leaves(tree: Any) -> list[Any]:
    """What a nested structure holds, left to right; dicts in their own order.

    >>> leaves({"w": [1.0, 2.0], "b": 3.0})
    [1.0, 2.0, 3.0]
    """
    if isinstance(tree, dict):
        return [leaf for branch in tree.values() for leaf in leaves(branch)]
    if isinstance(tree, (list, tuple)):
        return [leaf for branch in tree for leaf in leaves(branch)]
    return [tree]


def rebuild(tree: Any, new: Iterator[Any]) -> Any:
    """A structure like `tree`, its leaves taken from `new`.

    >>> rebuild([1.0, (2.0, 3.0)], iter("abc"))
    ['a', ('b', 'c')]
    """
    if isinstance(tree, dict):
        return {key: rebuild(branch, new) for key, branch in tree.items()}
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(rebuild(branch, new) for branch in tree))
    if isinstance(tree, (list, tuple)):
        return type(tree)(rebuild(branch, new) for branch in tree)
    return next(new)


def map_leaves(function: Callable[[Any], Any], tree: Any) -> Any:
    """A structure like `tree`, with `function` applied to each leaf."""
    return rebuild(tree, map(function, leaves(tree)))
