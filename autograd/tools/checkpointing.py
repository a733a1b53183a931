"""Checkpointing: run a function again in the backward pass instead of storing its interior.

`checkpoint(f, *xs)` puts two kinds of nodes in the graph: one *segment* that stands for the whole run
of f, and one node per result that picks its number out. The segment's result is a vector, so its
cotangent is a vector too, and the sweep need not know: the partial of result i is the unit vector
e_i, `cotangent * e_i` is a vector, sums of such are vectors, and `vector * column_j` (the segment's
partial with respect to operand j) runs f again and pulls the vector back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from autograd.engine.graph import Node, make_node, topological_order
from autograd.engine.recorders import EAGER, Recorder
from autograd.engine.recording import based_on, running, using
from autograd.engine.value import Value
from autograd.rules.primitives import Primitive
from autograd.tools.events import Draw, Made, Shortcut
from autograd.tools.modes import Dependents
from autograd.tools.variables import fresh
from autograd.trees import leaves, map_leaves, rebuild


def checkpoint(f: Callable[..., Any], *xs: Any) -> Any:
    """f(*xs), storing none of f's interior: the backward pass runs f again. Same gradients.

    xs and the result may hold Values in nested lists, tuples and dicts; anything else in xs is handed
    to f as it is. Values that f closes over get their gradients too. f must do the same each time; a
    module of random choices (dropout) sees the same choices again. A chain of n steps, cut into about
    sqrt(n) checkpointed segments, holds about sqrt(n) nodes at a time. (Chen et al. 2016, "Training Deep
    Nets with Sublinear Memory Cost".)

    >>> w, x = Value(0.5), Value(2.0)
    >>> y = checkpoint(lambda x: (w * x).tanh() ** 2, x)
    >>> y.backward(); print(f"{w.grad:.6f} {x.grad:.6f}")
    1.279400 0.319850
    """
    recorder = running() or EAGER
    if not recorder.records or recorder.notice(Shortcut()) is False:
        return f(*xs)
    watcher = _Watcher()
    given = [leaf for leaf in leaves(xs) if isinstance(leaf, Value)]
    variables = [fresh(operand, "checkpoint") for operand in given]
    with using(watcher):
        result = f(*_replaced(xs, variables))
    results = leaves(result)
    roots = [root for root in results if isinstance(root, Value)]
    outside = watcher.used_by(roots, variables)
    operands = [*given, *outside]
    if not operands or not roots:
        return result
    template = map_leaves(lambda leaf: _HOLE if isinstance(leaf, Value) else leaf, xs)
    segment = _Segment(f, template, outside, [node.data for node in [*variables, *outside]], watcher.states)
    columns = [_Column(segment, at, None) for at in range(len(operands))]
    whole = make_node(segment, operands, float(len(roots)), columns)
    recorder.notice(Made(whole))
    picked = [make_node(_RESULT, [whole], root.data, [_Unit(at)]) for at, root in enumerate(roots)]
    for node in picked:
        recorder.notice(Made(node))
    new = iter(picked)
    return rebuild(result, (next(new) if isinstance(leaf, Value) else leaf for leaf in results))


def _replaced(xs: Any, variables: Sequence[Value]) -> Any:
    """A structure with each Value, or the hole that a Value left, replaced by its variable."""
    new = iter(variables)
    return map_leaves(lambda leaf: next(new) if leaf is _HOLE or isinstance(leaf, Value) else leaf, xs)


_HOLE = object()
"""What stands for a Value in the structure of f's arguments, which is kept without them."""


class _Watcher(Recorder):
    """Notes the Values from outside that f uses, and the state of each generator that it draws from."""

    def __init__(self) -> None:
        self.made: set[Node] = set()
        self.outside: dict[Value, None] = {}
        self.states: dict[int, tuple[Any, Any]] = {}

    def record(self, primitive: Primitive, operands: Sequence[Any]) -> Any:
        self._use(operands)
        result = self.inner.record(primitive, operands)
        if isinstance(result, Value):
            self.made.add(result)
        return result

    def used_by(self, roots: Sequence[Value], variables: Sequence[Value]) -> list[Value]:
        """The Values from outside, other than the variables, on which the roots depend: operands first."""
        outside = {**self.outside, **{root: None for root in roots if root not in self.made}}
        inner = set(variables)
        order = topological_order(*roots, stop=[*variables, *outside])
        return [node for node in order if node in outside and node not in inner]

    def _use(self, operands: Sequence[Any]) -> None:
        for operand in operands:
            if isinstance(operand, Value) and operand not in self.made:
                self.outside[operand] = None

    def notice(self, event: object) -> Any:
        if isinstance(event, Draw):
            generator = event.generator
            self.states.setdefault(id(generator), (generator, generator.bit_generator.state))
        elif isinstance(event, Made):
            self._use(event.node.parents)
            self.made.add(event.node)
        return self.inner.notice(event)


class _Opaque:
    """What stands where a node has its primitive, and has no rule."""

    opaque = True
    operands = ("x",)
    infix = False


class _Segment(_Opaque):
    """One run of f: what it takes to run it again."""

    name = symbol = "checkpoint"
    families = 1

    def __init__(self, f: Any, xs: Any, outside: list[Value], numbers: list[float], states: Any) -> None:
        self.f, self.xs, self.outside, self.numbers, self.states = f, xs, outside, numbers, states

    def run(self, operands: Sequence[Value] | None) -> tuple[list[Value], Dependents]:
        """Run f again: its results, and what lies between its operands and them.

        With `operands`, on those Values as they are now; else on the numbers of the first run.
        """
        count = len(self.numbers) - len(self.outside)
        if operands is None:
            variables = [Value(data) for data in self.numbers[:count]]
        else:
            variables = [fresh(operand, "checkpoint") for operand in operands[:count]]
        with using(based_on(EAGER)), self._as_it_was(restore_data=operands is None):
            results = leaves(self.f(*_replaced(self.xs, variables)))
        sources = [*variables, *self.outside]
        roots = [root for root in results if isinstance(root, Value)]
        return roots, Dependents(sources, roots)

    @contextmanager
    def _as_it_was(self, restore_data: bool) -> Iterator[None]:
        """The random generators, and the data of Values from outside, as they were at the first run."""
        kept_states = [(generator, generator.bit_generator.state) for generator, _ in self.states.values()]
        kept_data = [node._data for node in self.outside]
        try:
            for generator, state in self.states.values():
                generator.bit_generator.state = state
            if restore_data and self.outside:
                for node, data in zip(self.outside, self.numbers[-len(self.outside) :], strict=True):
                    node._data = data
            yield
        finally:
            for node, data in zip(self.outside, kept_data, strict=True):
                node._data = data
            for generator, state in kept_states:
                generator.bit_generator.state = state

    def pull(self, cotangents: _Vector, operands: Sequence[Value] | None) -> list[Any]:
        """The cotangent of each operand, for cotangents of the results."""
        roots, dependents = self.run(operands)
        given: dict[Any, Any] = {}
        for at, cotangent in cotangents.parts.items():
            given[roots[at]] = given[roots[at]] + cotangent if roots[at] in given else cotangent
        return dependents.pull_back(given, as_values=operands is not None)

    def push(self, tangents: _Tangents) -> list[Any]:
        """The tangent of each result, for tangents of the operands."""
        roots, dependents = self.run(tangents.operands)
        given = {dependents.variables[at]: tangent for at, tangent in tangents.parts.items()}
        found = dependents.push_forward(given, as_values=tangents.operands is not None)
        return [found.get(root, 0.0) for root in roots]

    def partials_as_values(self, node: Value, wanted: Sequence[bool]) -> list[Any]:
        """Columns that run f on the operands as Values, so that the gradients are a graph again."""
        return [_Column(self, at, node.operands) if want else None for at, want in enumerate(wanted)]


class _Vector:
    """A cotangent of a segment's results, or a tangent of its operands: the `parts` that are not 0, by place.

    `image` is what f's Jacobian makes of it: computed for all places at once, when it is first asked for.
    """

    def __init__(self, parts: dict[int, Any]) -> None:
        self.parts = parts
        self.image: list[Any] | None = None

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, _Vector):
            return self if type(other) is float and other == 0.0 else NotImplemented
        parts = dict(self.parts)
        for at, part in other.parts.items():
            parts[at] = parts[at] + part if at in parts else part
        return self.like(parts)

    __radd__ = __add__

    def like(self, parts: dict[int, Any]) -> _Vector:
        """A vector of the same kind with other parts."""
        return _Vector(parts)


class _Tangents(_Vector):
    """The tangents of a segment's operands, on their way to its results."""

    def __init__(self, parts: dict[int, Any], segment: _Segment, operands: Any) -> None:
        super().__init__(parts)
        self.segment, self.operands = segment, operands

    def like(self, parts: dict[int, Any]) -> _Vector:
        return _Tangents(parts, self.segment, self.operands)


class _Unit:
    """The partial of a result with respect to its segment: the unit vector e_i."""

    def __init__(self, at: int) -> None:
        self.at = at

    def __rmul__(self, factor: Any) -> Any:
        if not isinstance(factor, _Tangents):
            return _Vector({self.at: factor})
        if factor.image is None:
            factor.image = factor.segment.push(factor)
        return factor.image[self.at]


class _Column:
    """The partial of a segment with respect to an operand: a column of its Jacobian, never formed."""

    def __init__(self, segment: _Segment, at: int, operands: Any) -> None:
        self.segment, self.at, self.operands = segment, at, operands

    def __rmul__(self, factor: Any) -> Any:
        if isinstance(factor, _Vector):
            if factor.image is None:
                factor.image = self.segment.pull(factor, self.operands)
            return factor.image[self.at]
        return _Tangents({self.at: factor}, self.segment, self.operands)


class _Result(_Opaque):
    """The choice of one result of a segment."""

    name = symbol = "result"
    families = 0

    def partials_as_values(self, node: Value, wanted: Sequence[bool]) -> Sequence[Any]:
        """The unit vector: a constant, whatever the operands are."""
        return node.partials


_RESULT = _Result()
