"""Transforms: functions in, functions out. `grad`, `elementwise_grad`, `jacobian`, `hessian`, `hvp`, `jvp`.

A transform calls the function once, on fresh variables (see `variables`), and then walks only what depends
on them: backward with cotangents (`grad`) or forward with tangents (`jvp`). Both read the partials of the
same table. No `.grad` is touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.engine.messages import describe
from autograd.engine.value import Value
from autograd.tools.arrays import map_numbers, numbers_in, shape_of
from autograd.tools.variables import Argnums, Function, Variables, plain_number
from autograd.trees import leaves, leaves_like, map_leaves


def grad(f: Function, argnums: Argnums = 0, *, argnum: Argnums | None = None) -> Function:
    """The gradient of a scalar function: `grad(f)(x)` is df/dx, in the structure of x.

    x is a number, a Value, an array of numpy, or nested lists, tuples and dicts of them: f gets arrays of
    Values in place of arrays. `argnums` says which arguments to differentiate, one (an int) or several (a
    tuple, for a tuple of gradients); `argnum` is another word for it. Gradients are floats; they are Values
    when an argument is a Value, or when f uses a variable of a transform that encloses this one. Other Values
    that f uses are constants.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    >>> grad(lambda w: w["a"] * w["b"])({"a": 2.0, "b": 5.0})
    {'a': 5.0, 'b': 2.0}
    >>> import numpy as np
    >>> grad(lambda w: np.sum(np.tanh(w)))(np.array([0.0, 1000.0]))
    array([1., 0.])

    A derivative inside a derivative, d/dx (x * d/dy (x + y)) = d/dx (x * 1) = 1:

    >>> grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0)
    1.0
    """
    differentiate = value_and_grad(f, argnums, argnum=argnum)

    def gradient(*arguments: Any, **keywords: Any) -> Any:
        return differentiate(*arguments, **keywords)[1]

    return gradient


def value_and_grad(f: Function, argnums: Argnums = 0, *, argnum: Argnums | None = None) -> Function:
    """Like `grad`, and with the value: `(f(x), df/dx)` from one run of f.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    places = _argnums(f, "grad", argnums, argnum)

    def differentiate(*arguments: Any, **keywords: Any) -> tuple[Any, Any]:
        with Variables(arguments, places, "grad") as variables:
            run = variables.run(f, keywords)
            if len(run.numbers) != 1:
                raise TypeError(
                    f"grad needs a function that returns one number, got {describe(run.result)} with "
                    f"{len(run.numbers)}; use jacobian, or sum the results"
                )
            return run.outcome(run.numbers[0]), run.pull_each(run.numbers)

    return differentiate


def elementwise_grad(f: Function, argnums: Argnums = 0, *, argnum: Argnums | None = None) -> Function:
    """The gradient of the sum of f's results: of a function of each number alone, its derivative at each.

    One reverse sweep. Where each result depends on the number in its place alone, as that of np.tanh does,
    this is the diagonal of the Jacobian, in the structure of x; else the sums of its columns.

    >>> import numpy as np
    >>> elementwise_grad(lambda x: x**3)(np.array([1.0, 2.0]))
    array([ 3., 12.])
    """
    places = _argnums(f, "elementwise_grad", argnums, argnum)

    def derivatives(*arguments: Any, **keywords: Any) -> Any:
        with Variables(arguments, places, "elementwise_grad") as variables:
            return variables.run(f, keywords).pull_sum()

    return derivatives


def jacobian(f: Function, argnums: Argnums = 0, *, argnum: Argnums | None = None) -> Function:
    """All first derivatives: `jacobian(f)(x)[i][j]` is df_i/dx_j, one reverse sweep per output.

    The result has the structure of f's result, with the structure of x in place of each number. An array is
    one place in a structure: of an array by an array, the result is one array, whose axes are those of f's
    result and then those of x.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    >>> import numpy as np
    >>> jacobian(lambda x: x**2)(np.array([2.0, 3.0]))
    array([[4., 0.],
           [0., 6.]])
    """
    places = _argnums(f, "jacobian", argnums, argnum)

    def rows(*arguments: Any, **keywords: Any) -> Any:
        with Variables(arguments, places, "jacobian") as variables:
            run = variables.run(f, keywords)
            return map_leaves(run.pull, run.result)

    return rows


def hessian(f: Function, argnums: Argnums = 0, *, argnum: Argnums | None = None) -> Function:
    """All second derivatives of a scalar function: `hessian(f)(x)[i][j]` is d2f/dx_i dx_j.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([2.0, 3.0])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    places = _argnums(f, "hessian", argnums, argnum)
    return jacobian(grad(f, places), places)


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
    given = leaves_like(tangents, primals, "jvp: tangents")
    for tangent, primal in zip(given, leaves(primals), strict=True):
        if shape_of(tangent) != shape_of(primal):
            raise ValueError(f"jvp needs a tangent like {describe(primal)}, got {describe(tangent)}")
    directions = [d if isinstance(d, Value) else plain_number(d, "jvp") for d in numbers_in(given)]
    with Variables(primals, tuple(range(len(primals))), "jvp") as variables:
        run = variables.run(f, {}, directions)
        return map_numbers(run.outcome, run.result), map_numbers(run.push(directions), run.result)


def hvp(f: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The Hessian of a scalar function times a vector, without the Hessian: forward over reverse.

    Same signature as `jvp`. For one argument the result has its structure; for several it is a tuple.

    >>> hvp(lambda x: x[0] ** 2 * x[1], ([2.0, 3.0],), ([1.0, 0.0],))
    [6.0, 4.0]
    """
    primals, tangents = _arguments(primals, "hvp"), _arguments(tangents, "hvp")
    argnums: Argnums = 0 if len(primals) == 1 else tuple(range(len(primals)))
    return jvp(grad(f, argnums), primals, tangents)[1]


def _arguments(given: Any, name: str) -> tuple[Any, ...]:
    """Primals or tangents: a sequence with one entry for each argument of f."""
    if not isinstance(given, (list, tuple)):
        raise TypeError(
            f"{name} takes a tuple of primals and one of tangents, an entry for each argument of f, "
            f"got {describe(given)}; for one argument write {name}(f, (x,), (v,))"
        )
    return tuple(given)


def _argnums(f: Function, name: str, argnums: Argnums, argnum: Argnums | None) -> Argnums:
    """The one of the two words that was given; an error where f is no function."""
    if not callable(f):
        raise TypeError(f"{name} takes a function, got {describe(f)}; write {name}(f)(x), not {name}(f(x))")
    if argnum is None:
        return argnums
    if argnums != 0:
        raise TypeError(f"give argnums or argnum, not both, got argnums={argnums!r} and argnum={argnum!r}")
    return argnum
