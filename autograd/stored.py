"""Stored arrays: arrays whose numbers are in a file, as a `numpy.memmap` or a data set of h5py.

They are read by rows, as many as are needed at a time. An array of another library counts if it has a shape,
a dtype and entries that are asked for by number, unless its numbers are in memory already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

IN_MEMORY = ("__dlpack__", "__array_interface__", "to_numpy")
"""What arrays and tables have whose numbers are in memory: PyTorch's, JAX's, those of pandas."""


READ_AT_ONCE = 2**23
"""Bytes up to which several batches are read for one call."""


def is_stored(array: Any) -> bool:
    """Whether this is an array whose numbers are in a file.

    >>> is_stored(np.zeros(3)), is_stored([0.0, 0.0])
    (False, False)
    """
    while isinstance(array, np.ndarray):
        if isinstance(array, np.memmap):
            return True
        array = array.base  # a view of a memmap is read from the file as well
    asked = "shape", "dtype", "__len__", "__getitem__"
    return all(hasattr(array, name) for name in asked) and not any(hasattr(array, n) for n in IN_MEMORY)


def rows(array: Any, places: Sequence[int]) -> Any:
    """The rows at these places, read from a file or copied: a new array, of numpy's if it was in a file.

    >>> rows(np.array([1.0, 2.0, 3.0]), [2, 0])
    array([3., 1.])
    """
    if isinstance(array, np.ndarray):
        return np.asarray(array)[places]
    if not is_stored(array):
        return array[np.asarray(places)]
    return np.stack([np.asarray(array[int(place)]) for place in places])


def batches_at_once(arrays: Iterable[Any]) -> int:
    """How many batches, of which these are the arrays, are read for one call: one at least.

    >>> batches_at_once([np.zeros((2**10, 2**8))])
    4
    """
    size: int = sum(array.nbytes for array in arrays)
    return max(READ_AT_ONCE // max(size, 1), 1)
