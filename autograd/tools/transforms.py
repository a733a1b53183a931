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

from autograd.engine.messages import describe
from autograd.engine.operands import number
from autograd.engine.recorders import EAGER
from autograd.engine.recording import based_on, using
from autograd.engine.value import Value
from autograd.tools.modes import Dependents, fresh, plain_number
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
        with _Variables(arguments, argnums, "grad") as variables:
            run = variables.run(f, keywords)
            if len(leaves(run.result)) != 1:
                raise TypeError(
                    f"grad needs a function that returns one number, got {describe(run.result)} with "
                    f"{len(leaves(run.result))}; use jacobian, or sum the results"
                )
            (root,) = leaves(run.result)
            return run.outcome(root), run.pull(root)

    return differentiate


def jacobian(f: Function, argnums: Argnums = 0) -> Function:
    """All first derivatives: `jacobian(f)(x)[i][j]` is df_i/dx_j, one reverse sweep per output.

    The result has the structure of f's result, with the structure of x in place of each number.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """

    def rows(*arguments: Any, **keywords: Any) -> Any:
        with _Variables(arguments, argnums, "jacobian") as variables:
            run = variables.run(f, keywords)
            return map_leaves(run.pull, run.result)

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
    directions = [d if isinstance(d, Value) else plain_number(d, "jvp") for d in directions]
    with _Variables(primals, tuple(range(len(primals))), "jvp") as variables:
        run = variables.run(f, {}, directions)
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


class _Variables:
    """Fresh variables in place of the chosen arguments.

    Inside a `with` block they are marked as variables, for the transforms that f itself runs.
    """

    def __init__(self, arguments: Sequence[Any], argnums: Argnums, name: str) -> None:
        self.arguments, self.name = arguments, name
        self.places, self.single = _places(argnums, len(arguments), name)
        self.inputs = [arguments[at] for at in self.places]
        self.nodes: list[Value] = []

    def __enter__(self) -> _Variables:
        return self

    def __exit__(self, *_: object) -> None:
        for variable in self.nodes:
            del variable.notes["variable"]

    def run(self, f: Function, keywords: dict[str, Any], tangents: Sequence[Any] = ()) -> _Run:
        """Call f on the variables; `tangents` is what else the caller gave."""
        given = list(self.arguments)
        with using(based_on(EAGER)):
            for leaf in leaves(self.inputs):
                self.nodes.append(fresh(leaf, self.name))
                self.nodes[-1].note("variable", True)
            for at, replaced in zip(self.places, rebuild(self.inputs, iter(self.nodes)), strict=True):
                given[at] = replaced
            result = f(*given, **keywords)
        return _Run(self, result, leaves([self.arguments, keywords, tangents]))

    def pack(self, gradients: Sequence[Any]) -> Any:
        """Gradients by variable, in the structure of the arguments."""
        packed = rebuild(self.inputs, iter(gradients))
        return packed[0] if self.single else tuple(packed)


class _Run:
    """What a call of f on variables gave, and its derivatives."""

    def __init__(self, variables: _Variables, result: Any, given: Sequence[Any]) -> None:
        self.variables, self.result = variables, result
        self.dependents = Dependents(variables.nodes, _roots(result, variables.name))
        self.as_values = any(isinstance(leaf, Value) for leaf in given) or any(
            "variable" in node.notes for node in self.dependents.below if node not in self.dependents.nodes
        )
        """Whether the caller sees Values: it gave one, or f uses a variable of an enclosing transform."""

    def outcome(self, root: Any) -> Any:
        """A result of f, as the caller is to see it."""
        if not isinstance(root, Value):
            return number(root)
        return root if self.as_values else root.data

    def pull(self, root: Any) -> Any:
        """The gradient of one result, in the structure of the arguments: reverse mode."""
        return self.variables.pack(self.dependents.pull_back({root: 1.0}, self.as_values))

    def push(self, directions: Sequence[Any]) -> Callable[[Any], Any]:
        """The tangent of each result for those of the variables: forward mode."""
        given = dict(zip(self.variables.nodes, directions, strict=True))
        tangents = self.dependents.push_forward(given, self.as_values)
        return lambda root: tangents.get(root, 0.0) if isinstance(root, Value) else 0.0


def _roots(result: Any, name: str) -> list[Value]:
    """The Values among the results of f; a TypeError when another one is not a number."""
    roots = []
    for leaf in leaves(result):
        if isinstance(leaf, Value):
            roots.append(leaf)
        else:
            plain_number(leaf, f"{name}: the result of f")
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


def _arguments(given: Any, name: str) -> tuple[Any, ...]:
    """Primals or tangents: a sequence with one entry for each argument of f."""
    if not isinstance(given, (list, tuple)):
        raise TypeError(
            f"{name} takes a tuple of primals and one of tangents, an entry for each argument of f, "
            f"got {describe(given)}; for one argument write {name}(f, (x,), (v,))"
        )
    return tuple(given)
