"""Structures whose leaves may be arrays of numpy: an array is one leaf, which holds many numbers.

An array without dimensions is the number that it holds. numpy is not imported: where there is an array, it is
there already.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from math import prod
from typing import Any

from autograd.engine.messages import describe
from autograd.trees import leaves, map_leaves, paths, rebuild


def holds_arrays(tree: Any) -> bool:
    """Whether one of the leaves of a structure is an array."""
    return _any_array(leaves(tree))


def numbers_in(tree: Any) -> list[Any]:
    """What the leaves and arrays of a structure hold, left to right; arrays row by row.

    >>> import numpy as np
    >>> numbers_in({"w": np.array([[1.0, 2.0], [3.0, 4.0]]), "b": [5.0]})
    [1.0, 2.0, 3.0, 4.0, 5.0]
    """
    found = leaves(tree)
    if not _any_array(found):
        return found
    return [number for leaf in found for number in (_entries(leaf) if _is_array(leaf) else [leaf])]


def objects_in(tree: Any) -> list[Any]:
    """The same without what arrays of plain numbers hold."""
    found = leaves(tree)
    if not _any_array(found):
        return found
    return numbers_in([leaf for leaf in found if not _is_array(leaf) or leaf.dtype == object])


def refilled(tree: Any, new: Iterator[Any]) -> Any:
    """A structure like `tree`, its numbers taken from `new`: arrays of the same shapes.

    >>> import numpy as np
    >>> refilled([np.zeros(2), 0.0], iter([1.0, 2.0, 3.0]))
    [array([1., 2.]), 3.0]
    """
    return blocks(tree, [new], ())


def blocks(tree: Any, rows: Sequence[Iterator[Any]], shape: tuple[int, ...]) -> Any:
    """A structure like `tree`, with a number from each row for each of its numbers: arrays of this `shape`.

    The axes of an array in it come last. Without a shape there is one row.

    >>> import numpy as np
    >>> blocks([np.zeros(2), 0.0], [iter([1.0, 2.0, 3.0]), iter([4.0, 5.0, 6.0])], (2,))
    [array([[1., 2.],
           [4., 5.]]), array([3., 6.])]
    """
    if not shape and not holds_arrays(tree):
        return rebuild(tree, rows[0])

    def block(leaf: Any) -> Any:
        own = shape_of(leaf)
        entries = list(chain.from_iterable(islice(row, prod(own)) for row in rows))
        return array_of(entries, shape + own) if shape + own else entries[0]

    return map_leaves(block, tree)


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


def _entries(array: Any) -> list[Any]:
    if type(array) is not sys.modules["numpy"].ndarray:
        raise TypeError(
            f"derivatives are of arrays of numpy's own class, got {describe(array)}, whose mask or operators "
            "arrays of Values would not have; write np.asarray(x)"
        )
    return array.ravel().tolist()  # type: ignore[no-any-return]


def _is_array(leaf: Any) -> bool:
    return _any_array([leaf])


def _any_array(leaves: Sequence[Any]) -> bool:
    """Whether one of the leaves is an array: asked of all together, since there may be many."""
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        kind = numpy.ndarray
        for leaf in leaves:
            if isinstance(leaf, kind):
                return True
    return False
