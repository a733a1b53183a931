"""Structures whose leaves may be arrays of numpy: an array is one leaf, which holds many numbers.

An array without dimensions is the number that it holds. numpy is not imported: where there is an array, it is
there already.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograd.trees import leaves, map_leaves, paths


def numbers_in(tree: Any) -> list[Any]:
    """What the leaves and arrays of a structure hold, left to right; arrays row by row.

    >>> import numpy as np
    >>> numbers_in({"w": np.array([[1.0, 2.0], [3.0, 4.0]]), "b": [5.0]})
    [1.0, 2.0, 3.0, 4.0, 5.0]
    """
    return [number for leaf in leaves(tree) for number in _held(leaf)]


def objects_in(tree: Any) -> list[Any]:
    """The same without what arrays of plain numbers hold."""
    return [
        entry for leaf in leaves(tree) if not _is_array(leaf) or leaf.dtype == object for entry in _held(leaf)
    ]


def refilled(tree: Any, new: Iterator[Any]) -> Any:
    """A structure like `tree`, its numbers taken from `new`: arrays of the same shapes.

    >>> import numpy as np
    >>> refilled([np.zeros(2), 0.0], iter([1.0, 2.0, 3.0]))
    [array([1., 2.]), 3.0]
    """

    def filled(leaf: Any) -> Any:
        shape = shape_of(leaf)
        return array_of([next(new) for _ in range(leaf.size)], shape) if shape else next(new)

    return map_leaves(filled, tree)


def map_numbers(function: Callable[[Any], Any], tree: Any) -> Any:
    """A structure like `tree`, with `function` applied to each number."""
    return refilled(tree, map(function, numbers_in(tree)))


def array_of(entries: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """An array of this shape: of floats where all entries are, else of objects."""
    kind = float if all(type(entry) is float for entry in entries) else object
    array = sys.modules["numpy"].empty(len(entries), dtype=kind)
    array[:] = entries
    return array.reshape(shape)


def shape_of(leaf: Any) -> tuple[int, ...]:
    """The shape of an array; () of anything else."""
    return leaf.shape if _is_array(leaf) else ()


def number_paths(tree: Any, where: str) -> list[str]:
    """Where each number stands, in the order of `numbers_in`.

    >>> import numpy as np
    >>> number_paths({"w": np.zeros((1, 2)), "b": 0.0}, "x")
    ["x['w'][0, 0]", "x['w'][0, 1]", "x['b']"]
    """
    found = []
    for leaf, path in zip(leaves(tree), paths(tree, where), strict=True):
        if shape_of(leaf):
            found += [f"{path}{list(place)}" for place in sys.modules["numpy"].ndindex(leaf.shape)]
        else:
            found.append(path)
    return found


def _held(leaf: Any) -> list[Any]:
    """The numbers of a leaf: of an array all, of anything else itself."""
    if not _is_array(leaf):
        return [leaf]
    return sys.modules["numpy"].asarray(leaf).ravel().tolist()  # type: ignore[no-any-return]


def _is_array(leaf: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(leaf, numpy.ndarray)
