"""Variables: what a transform differentiates with respect to, and a call of its function on them.

Nesting needs no levels. A variable that stands for a Value is a node of its own, an `identity` of that
Value: an inner transform stops at its own variables, and what it returns is a graph on the outer ones.
When there is an outer one, partials are computed as Values (see `partials`), to be differentiated again;
otherwise the recorded floats serve.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from autograd.engine.operands import number, required_number
from autograd.engine.operators import identity
from autograd.engine.recorders import EAGER
from autograd.engine.recording import based_on, using
from autograd.engine.value import Value
from autograd.tools.arrays import blocks, holds_arrays, numbers_in, objects_in, refilled, shape_of
from autograd.tools.modes import Dependents
from autograd.trees import rebuild

Function = Callable[..., Any]
Argnums = int | tuple[int, ...]


class Variables:
    """Fresh variables in place of the arguments that `argnums` chooses; errors call the transform `name`.

    Until the end of the `with` block they are marked as variables, for the transforms that f itself runs.

    >>> with Variables((2.0, 3.0), (0, 1), "grad") as variables:
    ...     run = variables.run(lambda x, y: x * y, {})
    ...     run.outcome(run.result), run.pull(run.result)
    (6.0, (3.0, 2.0))
    """

    def __init__(self, arguments: Sequence[Any], argnums: Argnums, name: str) -> None:
        self.arguments, self.name = arguments, name
        self.places, self.single = _places(argnums, len(arguments), name)
        self.inputs = [arguments[at] for at in self.places]
        self.holds_arrays = holds_arrays(self.inputs)
        self.nodes: list[Value] = []

    def __enter__(self) -> Variables:
        return self

    def __exit__(self, *_: object) -> None:
        for variable in self.nodes:
            del variable.notes["variable"]

    def run(self, f: Function, keywords: dict[str, Any], tangents: Sequence[Any] = ()) -> Run:
        """Call f on the variables; `tangents` is what the caller gave besides, Values perhaps."""
        given = list(self.arguments)
        with using(based_on(EAGER)):
            for operand in numbers_in(self.inputs):
                self.nodes.append(fresh(operand, self.name))
                self.nodes[-1].note("variable", True)
            refill = refilled if self.holds_arrays else rebuild
            for at, replaced in zip(self.places, refill(self.inputs, iter(self.nodes)), strict=True):
                given[at] = replaced
            result = f(*given, **keywords)
        return Run(self, result, objects_in([self.arguments, keywords, tangents]))

    def pack(self, rows: Sequence[Sequence[Any]], shape: tuple[int, ...] = ()) -> Any:
        """Gradients by variable, in the structure of the arguments.

        There is a row of them for each number of an array of this `shape`, and one for a lone number.
        """
        if shape or self.holds_arrays:
            packed = blocks(self.inputs, [iter(row) for row in rows], shape)
        else:
            packed = rebuild(self.inputs, iter(rows[0]))
        return packed[0] if self.single else tuple(packed)


class Run:
    """What a call of f on variables gave, and its derivatives."""

    def __init__(self, variables: Variables, result: Any, given: Sequence[Any]) -> None:
        self.variables, self.result = variables, result
        self.numbers = numbers_in(result)
        self.dependents = Dependents(variables.nodes, _roots(self.numbers, variables.name))
        self.as_values = any(isinstance(leaf, Value) for leaf in given) or any(
            "variable" in node.notes for node in self.dependents.below if node not in self.dependents.nodes
        )
        """Whether the caller sees Values: it gave one, or f uses a variable of an enclosing transform."""

    def outcome(self, root: Any) -> Any:
        """A result of f, as the caller is to see it."""
        if not isinstance(root, Value):
            return number(root)
        return root if self.as_values else root.data

    def pull(self, result: Any) -> Any:
        """The gradient of one result, in the structure of the arguments: reverse mode.

        Of an array, one for each of its numbers: the axes of the result come first.
        """
        return self.pull_each(numbers_in(result), shape_of(result))

    def pull_each(self, roots: Sequence[Any], shape: tuple[int, ...] = ()) -> Any:
        """The same of an array of this shape with these numbers; of one number, where there is no shape."""
        rows = [self.dependents.pull_back({root: 1.0}, self.as_values) for root in roots]
        return self.variables.pack(rows, shape)

    def pull_sum(self) -> Any:
        """The gradient of the sum of all results, in one sweep."""
        counts = Counter(root for root in self.numbers if isinstance(root, Value))
        cotangents = {root: float(count) for root, count in counts.items()}
        return self.variables.pack([self.dependents.pull_back(cotangents, self.as_values)])

    def push(self, directions: Sequence[Any]) -> Callable[[Any], Any]:
        """The tangent of each result for those of the variables: forward mode."""
        given = dict(zip(self.variables.nodes, directions, strict=True))
        tangents = self.dependents.push_forward(given, self.as_values)
        return lambda root: tangents.get(root, 0.0) if isinstance(root, Value) else 0.0


def _roots(results: Sequence[Any], name: str) -> list[Value]:
    """The Values among the results of f; a TypeError when another one is not a number."""
    roots = []
    for root in results:
        if isinstance(root, Value):
            roots.append(root)
        else:
            plain_number(root, f"{name}: the result of f")
    return roots


def _places(argnums: Any, count: int, name: str) -> tuple[tuple[int, ...], bool]:
    """Which of f's `count` arguments to differentiate, and whether that is one and not a tuple of them."""
    chosen, single = _chosen(argnums, name)
    for at in chosen:
        if not -count <= at < count:
            raise ValueError(f"{name} was given argnums={argnums!r}, but f was called with {count} arguments")
    if len({at % count for at in chosen}) < len(chosen):
        raise ValueError(f"{name} was given argnums={argnums!r}, which names an argument twice")
    return chosen, single


def _chosen(argnums: Any, name: str) -> tuple[tuple[int, ...], bool]:
    """`argnums` as a tuple of places, and whether it was a single one."""
    try:
        return (operator.index(argnums),), True
    except TypeError:
        pass
    try:
        return tuple(map(operator.index, argnums)), False
    except TypeError:
        raise TypeError(
            f"{name} takes argnums as an int or a tuple of ints, the places of arguments of f, "
            f"got {argnums!r:.60}"
        ) from None


def fresh(operand: Any, where: str) -> Value:
    """A variable that stands for `operand`: a leaf for a number, an `identity` of it for a Value."""
    return identity(operand) if isinstance(operand, Value) else Value(plain_number(operand, where))


def plain_number(operand: Any, where: str) -> float:
    """A leaf of a nested structure as a float; a TypeError when it is not a number."""
    takes = "numbers, Values, arrays, and nested lists, tuples or dicts of them"
    return required_number(where, operand, "use array.tolist()", takes)
