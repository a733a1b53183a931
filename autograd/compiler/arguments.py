"""Arguments of a compiled function: structures of arrays, checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.compiler.lowering.tracing import Shape, Traced
from autograd.engine.value import Value
from autograd.stored import is_stored
from autograd.trees import leaves, map_leaves, rebuild


class Arguments:
    """The arrays of one call: their structure as a key, one sample's shapes, and the numbers."""

    def __init__(self, arguments: Sequence[Any], batched: bool) -> None:
        self.batched = batched
        self.structure, self.arrays = as_arrays(arguments)
        self.is_flat = all(type(argument) is np.ndarray for argument in self.structure)
        """Whether each argument is an array, as most often: then the shapes alone are the key."""

        self.batch = _batch_of(self.arrays) if batched else 1

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Per array, the shape of one sample."""
        return tuple([array.shape[1:] if self.batched else array.shape for array in self.arrays])

    def key(self) -> Any:
        """What a specialization depends on: the structure, with shapes in place of the arrays."""
        return self.shapes if self.is_flat else _frozen(self.as_shapes())

    def as_shapes(self) -> Any:
        """The structure with a Shape in place of each array."""
        shapes = iter(self.shapes)
        return map_leaves(lambda _: Shape(next(shapes)), self.structure)

    def sample(self, at: int) -> Any:
        """One sample as the function sees it eagerly: nested lists of Values."""
        own = iter([array[at] if self.batched else array for array in self.arrays])
        return map_leaves(lambda _: map_leaves(Value, next(own).tolist()), self.structure)


def as_arrays(arguments: Sequence[Any], stored: bool = False) -> tuple[Sequence[Any], list[Any]]:
    """The arguments with an array for each leaf, and these arrays in order; `stored` ones stay in files."""
    if all(type(argument) is np.ndarray for argument in arguments):
        return arguments, [_array(argument) for argument in arguments]
    structure = [_with_arrays(argument) for argument in arguments]
    arrays = [_array(leaf, stored) for leaf in leaves(structure)]
    return rebuild(structure, iter(arrays)), arrays


def _with_arrays(argument: Any) -> Any:
    """The structure with each list of plain numbers, however deep, as one array.

    A namedtuple stays one: f reads its entries by name.
    """
    if (
        isinstance(argument, (list, tuple))
        and not hasattr(argument, "_fields")
        and all(isinstance(leaf, (int, float, np.number)) for leaf in leaves(argument))
    ):
        try:
            return np.asarray(argument)
        except ValueError:
            raise ValueError(
                "a compiled function takes arrays, got lists of several lengths; give samples of one shape "
                "in a batch, and several batches: each shape is recorded once"
            ) from None
    if isinstance(argument, dict):
        return {key: _with_arrays(branch) for key, branch in argument.items()}
    if isinstance(argument, (list, tuple)):
        branches = map(_with_arrays, argument)
        return type(argument)(*branches) if hasattr(argument, "_fields") else type(argument)(branches)
    return argument


def _array(leaf: Any, stored: bool = False) -> Any:
    if isinstance(leaf, Traced):
        leaf.refuse("giving it to a compiled function")
    if isinstance(leaf, Value):
        raise TypeError(
            "a compiled function takes arrays, got Values (under grad, perhaps): compile has first "
            "derivatives with respect to the parameters, by backward; use the function itself for others"
        )
    check_unmasked(
        leaf, "a compiled function takes arrays of numbers", "give the mask as an array of its own"
    )
    if hasattr(leaf, "__next__"):
        raise TypeError(
            f"a compiled function takes arrays, got a {type(leaf).__name__}; step.many takes one, alone, "
            "which gives the arguments of one call after the other: step.many((X, y) for X, y in batches)"
        )
    array = leaf if (stored and is_stored(leaf)) or is_on_device(leaf) else np.asarray(leaf)
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"a compiled function takes arrays of real numbers, got {type(leaf).__name__} of dtype "
            f"{array.dtype}; give numpy arrays, and Values that it uses by closing over them"
        )
    return array


def is_on_device(leaf: Any) -> bool:
    """Whether it is one of JAX's arrays, which the backend "jax" does not bring back to send it again."""
    return hasattr(type(leaf), "addressable_shards")  # of the array itself, these would be made


def kinds(arguments: Sequence[Any], of_one: Callable[..., Any] = tuple) -> Any:
    """For each argument its shape and dtype; None unless each is an array.

    With `of_one`, the arguments are several batches, and the shapes those of one: `of_one(shape)`.
    """
    found = [
        (of_one(array.shape), array.dtype)
        for array in arguments
        if type(array) is np.ndarray or is_on_device(array)
    ]
    return tuple(found) if len(found) == len(arguments) else None


def check_unmasked(leaf: Any, rule: str, advice: str) -> None:
    """A TypeError, which begins with the rule and ends with the advice, if entries of an array are masked."""
    if isinstance(leaf, np.ma.MaskedArray) and np.ma.is_masked(leaf):
        raise TypeError(
            f"{rule}, got a masked array with {np.count_nonzero(leaf.mask)} entries masked, whose numbers "
            f"would count; fill them, and {advice}"
        )


def _batch_of(arrays: Sequence[Any]) -> int:
    sizes = [array.shape[0] if array.ndim else 0 for array in arrays]
    if sizes and sizes[0] and sizes.count(sizes[0]) == len(sizes):
        return sizes[0]
    if not arrays:
        raise TypeError("a compiled function needs at least one array, to know the batch; or batched=False")
    if any(array.ndim == 0 for array in arrays):
        raise ValueError(
            "a compiled function takes arrays with a leading batch axis, got a single number; "
            "give one entry per sample, or compile(f, batched=False)"
        )
    if len(set(sizes)) > 1:
        raise ValueError(
            f"arrays of one batch have one length along their first axis, got {', '.join(map(str, sizes))}"
        )
    raise ValueError("the batch is empty: a compiled function needs at least one sample")


def _frozen(structure: Any) -> Any:
    """A structure of Shapes as a key: hashable, and another for whatever f could tell apart."""
    if isinstance(structure, dict):
        return ("dict", *((type(key), key, _frozen(branch)) for key, branch in structure.items()))
    if isinstance(structure, (list, tuple)):
        return (type(structure), *map(_frozen, structure))
    return structure.dimensions
