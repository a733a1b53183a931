"""Transforms: functions in, functions out. `grad`, `jacobian`, `hessian`, `hvp`, `jvp`.

A transform calls the function once, on fresh variables, and then walks only what depends on them:
backward with cotangents (`grad`) or forward with tangents (`jvp`). Both read the partials of the same
table. No `.grad` is touched.

Nesting needs no levels. A variable that stands for a Value is a node of its own, an `identity` of that
Value: an inner transform stops at its own variables, and what it returns is a graph on the outer ones.
When there is an outer one, partials are computed as Values (see `modes`), to be differentiated again;
otherwise the recorded floats serve.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from autograd.engine.graph import topological_order
from autograd.engine.messages import advice, describe
from autograd.engine.operands import number
from autograd.engine.operators import identity
from autograd.engine.recorders import EAGER, LIMITS
from autograd.engine.recording import based_on, using
from autograd.engine.value import Value
from autograd.tools.modes import partials_as_values
from autograd.trees import leaves, leaves_like, map_leaves, rebuild

Function = Callable[..., Any]
Argnums = int | tuple[int, ...]


def grad(f: Function, argnums: Argnums = 0) -> Function:
    """The gradient of a scalar function: `grad(f)(x)` is df/dx, in the structure of x.

    x is a number, a Value, or nested lists, tuples and dicts of them; `argnums` says which
    arguments to differentiate, one (an int) or several (a tuple, for a tuple of gradients). Gradients
    are floats; they are Values when an argument is a Value, or when f uses a variable of a transform
    that encloses this one. Other Values that f uses are constants.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    >>> grad(lambda w: w["a"] * w["b"])({"a": 2.0, "b": 5.0})
    {'a': 5.0, 'b': 2.0}

    A derivative inside a derivative, d/dx (x * d/dy (x + y)) = d/dx (x * 1) = 1:

    >>> grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0)
    1.0
    """
    differentiate = value_and_grad(f, argnums)

    def gradient(*arguments: Any, **keywords: Any) -> Any:
        return differentiate(*arguments, **keywords)[1]

    return gradient


def value_and_grad(f: Function, argnums: Argnums = 0) -> Function:
    """Like `grad`, and with the value: `(f(x), df/dx)` from one run of f.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    if not callable(f):
        raise TypeError(f"grad takes a function, got {describe(f)}; write grad(f)(x), not grad(f(x))")

    def differentiate(*arguments: Any, **keywords: Any) -> tuple[Any, Any]:
        with _Run(f, arguments, keywords, argnums, "grad") as run:
            if len(leaves(run.result)) != 1:
                raise TypeError(
                    f"grad needs a function that returns one number, got {describe(run.result)} with "
                    f"{len(leaves(run.result))}; use jacobian, or sum the results"
                )
            (root,) = leaves(run.result)
            return run.outcome(root), run.pack(run.pull(root))

    return differentiate


def jacobian(f: Function, argnums: Argnums = 0) -> Function:
    """All first derivatives: `jacobian(f)(x)[i][j]` is df_i/dx_j, one reverse sweep per output.

    The result has the structure of f's result, with the structure of x in place of each number.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """

    def rows(*arguments: Any, **keywords: Any) -> Any:
        with _Run(f, arguments, keywords, argnums, "jacobian") as run:
            return map_leaves(lambda root: run.pack(run.pull(root)), run.result)

    return rows


def hessian(f: Function, argnums: Argnums = 0) -> Function:
    """All second derivatives of a scalar function: `hessian(f)(x)[i][j]` is d2f/dx_i dx_j.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([2.0, 3.0])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    return jacobian(grad(f, argnums), argnums)


def jvp(f: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """Forward mode: f at `primals`, and its directional derivative along `tangents`.

    Both are sequences with one entry per argument, of the same structure, where dicts are matched by key.
    One pass: each node's tangent is the sum of partial times tangent over its operands. Same signature and
    result as `jax.jvp`.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.5))
    (6.0, 4.0)
    """
    primals, tangents = _arguments(primals, "jvp"), _arguments(tangents, "jvp")
    if len(tangents) != len(primals):
        raise ValueError(
            f"jvp needs one tangent for each primal, got {len(tangents)} tangents for {len(primals)} primals"
        )
    directions = leaves_like(tangents, primals, "jvp: tangents")
    directions = [d if isinstance(d, Value) else _number(d, "jvp") for d in directions]
    with _Run(f, primals, {}, tuple(range(len(primals))), "jvp") as run:
        run.symbolic = run.symbolic or any(isinstance(direction, Value) for direction in directions)
        return map_leaves(run.outcome, run.result), map_leaves(run.push(directions), run.result)


def hvp(f: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The Hessian of a scalar function times a vector, without the Hessian: forward over reverse.

    Same signature as `jvp`. For one argument the result has its structure; for several it is a tuple.

    >>> hvp(lambda x: x[0] ** 2 * x[1], ([2.0, 3.0],), ([1.0, 0.0],))
    [6.0, 4.0]
    """
    primals, tangents = _arguments(primals, "hvp"), _arguments(tangents, "hvp")
    argnums: Argnums = 0 if len(primals) == 1 else tuple(range(len(primals)))
    return jvp(grad(f, argnums), primals, tangents)[1]


class _Run:
    """One call of f on fresh variables, and the nodes that depend on them in topological order."""

    def __init__(self, f: Function, arguments: Any, keywords: Any, argnums: Argnums, name: str) -> None:
        chosen, self.single = _chosen(argnums, name)
        count = len(arguments)
        for at in chosen:
            if not -count <= at < count:
                raise ValueError(
                    f"{name} was given argnums={argnums!r}, but f was called with {count} arguments"
                )
        if len({at % count for at in chosen}) < len(chosen):
            raise ValueError(f"{name} was given argnums={argnums!r}, which names an argument twice")
        self.inputs = [arguments[at] for at in chosen]
        old = leaves(self.inputs)
        with using(based_on(EAGER)):
            self.variables = [fresh(leaf, name) for leaf in old]
            new = iter(rebuild(self.inputs, iter(self.variables)))
            replaced = {at % count: next(new) for at in chosen}
            given = [replaced.get(at, argument) for at, argument in enumerate(arguments)]
            for variable in self.variables:
                variable.note("variable", True)
            try:
                self.result = f(*given, **keywords)
            except BaseException:
                self.__exit__()
                raise
        for leaf in leaves(self.result):
            if not isinstance(leaf, Value):
                _number(leaf, f"{name}: the result of f")
        roots = [leaf for leaf in leaves(self.result) if isinstance(leaf, Value)]
        self.dependents = set(self.variables)
        self.order: list[Value] = []
        self.symbolic = any(isinstance(leaf, Value) for leaf in leaves([arguments, keywords]))
        ours = set(self.variables)
        for node in topological_order(*roots, stop=ours):
            if node in ours:
                continue
            self.symbolic = self.symbolic or "variable" in node.notes
            if any(parent in self.dependents for parent in node.parents):
                self.dependents.add(node)
                self.order.append(node)

    def __enter__(self) -> _Run:
        return self

    def __exit__(self, *_: object) -> None:
        """The variables are ordinary nodes from now on, for whoever still holds them."""
        for variable in self.variables:
            del variable.notes["variable"]

    def outcome(self, root: Any) -> Any:
        """A result of f, as the caller is to see it."""
        if not isinstance(root, Value):
            return number(root)
        return root if self.symbolic else root.data

    def pack(self, gradients: Sequence[Any]) -> Any:
        """Gradients by variable, in the structure of the arguments."""
        packed = rebuild(self.inputs, iter(gradients))
        return packed[0] if self.single else tuple(packed)

    def pull(self, root: Any) -> list[Any]:
        """The cotangent of each variable for a cotangent of 1 at `root`: the reverse sweep."""
        return pull_back(self.order, {root: 1.0}, self.variables, self.dependents, self.symbolic)

    def push(self, directions: Sequence[Any]) -> Callable[[Any], Any]:
        """The tangent of each node for the given tangents of the variables: forward mode."""
        given = dict(zip(self.variables, directions, strict=True))
        tangents = push_forward(self.order, given, self.dependents, self.symbolic)
        return lambda root: tangents.get(root, 0.0) if isinstance(root, Value) else 0.0


def _chosen(argnums: Any, name: str) -> tuple[tuple[int, ...], bool]:
    """Which arguments to differentiate, and whether that is one rather than a tuple of them."""
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


def _arguments(given: Any, name: str) -> tuple[Any, ...]:
    """Primals or tangents: a sequence with one entry for each argument of f."""
    if not isinstance(given, (list, tuple)):
        raise TypeError(
            f"{name} takes a tuple of primals and one of tangents, an entry for each argument of f, "
            f"got {describe(given)}; for one argument write {name}(f, (x,), (v,))"
        )
    return tuple(given)


def fresh(operand: Any, where: str) -> Value:
    """A fresh node that stands for `operand`: a leaf for a number, an `identity` for a Value."""
    if isinstance(operand, Value):
        return identity(operand)
    return Value(_number(operand, where))


def pull_back(
    order: Sequence[Value],
    cotangents: dict[Any, Any],
    variables: Sequence[Value],
    dependents: set[Value],
    symbolic: bool,
) -> list[Any]:
    """The cotangents of `variables`, from those given at some nodes, along `order` backward.

    The sweep of `autograd.engine.sweep`, with the cotangents in a dict of its own: floats, or Values when
    `symbolic`. A variable that nothing reaches has cotangent 0.
    """
    cotangents = dict(cotangents)
    recorder = based_on(LIMITS)
    with using(recorder):
        for node in reversed(order):
            cotangent = cotangents.pop(node, None)
            if cotangent is None:
                continue
            if not symbolic:
                cotangent = recorder.cotangent(node, cotangent)
            partials = _partials(node, dependents, symbolic)
            for operand, partial in zip(node.operands, partials, strict=True):
                if operand in dependents:
                    cotangents[operand] = _plus(cotangents.get(operand), _times(cotangent, partial))
    return [cotangents.get(variable, 0.0) for variable in variables]


def push_forward(
    order: Sequence[Value], tangents: dict[Any, Any], dependents: set[Value], symbolic: bool
) -> dict[Any, Any]:
    """The tangent of every node along `order`: the sum of partial times tangent over its operands."""
    tangents = dict(tangents)
    with using(based_on(LIMITS)):
        for node in order:
            partials = _partials(node, dependents, symbolic)
            for operand, partial in zip(node.operands, partials, strict=True):
                if operand in tangents:
                    tangents[node] = _plus(tangents.get(node), _times(tangents[operand], partial))
    return tangents


def _partials(node: Value, dependents: set[Value], symbolic: bool) -> Sequence[Any]:
    if not symbolic:
        return node.partials
    return partials_as_values(node, [operand in dependents for operand in node.operands])


def _times(cotangent: Any, partial: Any) -> Any:
    if type(partial) is float and partial == 1.0:
        return cotangent
    if type(cotangent) is float and cotangent == 1.0 and isinstance(partial, (float, Value)):
        return partial
    return cotangent * partial


def _plus(earlier: Any, more: Any) -> Any:
    return more if earlier is None else earlier + more


def _number(operand: Any, where: str) -> float:
    found = number(operand)
    if found is NotImplemented:
        raise TypeError(
            f"{where} takes numbers, Values and nested lists, tuples or dicts of them, got "
            f"{describe(operand)}; {advice(operand, 'use array.tolist()')}"
        )
    return found  # type: ignore[no-any-return]
