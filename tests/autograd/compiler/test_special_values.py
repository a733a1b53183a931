"""The whole table at zeros, infinities, NaN, halves, huge and tiny numbers: programs against limits."""

import math
from functools import lru_cache

import numpy as np
import pytest

import autograd
from autograd import Value, compile, primitive
from autograd.compiler.lowering.tape import RELATIONS
from autograd.engine.recorders import LIMITS
from autograd.engine.recording import using
from autograd.rules.table import TABLE
from autograd.symbols import where, x, y
from tests.autograd.compiler.reference import BACKENDS, NUMPY_FIRST

SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 3.0, -2.0, math.inf, -math.inf, math.nan]
HUGE = {"float64": [1e300, -1e300, 1e-300], "float32": [1e6, -1e6, 1e-30]}
"""Of float32 not so huge that the rules overflow on the way, or that a difference of 1 is lost."""
DTYPES = list(HUGE)
ROWS = [row for row in TABLE.values() if "index" not in row.operands]
ZERO = np.array([-0.0, -0.0])
"""Two samples of what changes no number when it is added."""


def size(row):
    """The operands of a row; two of each family."""
    return len(row.operands) if not row.families else 2 * row.families


def points(count, dtype):
    """Every pair of numbers; of more operands, the others are each in turn."""
    given = SPECIAL + HUGE[dtype]
    return [
        (a, b, given[(3 * i + 5 * j) % len(given)], a)[:count]
        for i, a in enumerate(given)
        for j, b in enumerate(given)
    ]


def limit(row, point):
    """The value and the partials of a row, by the rule's own limits."""
    with using(LIMITS):
        result = row(*row.arrange([Value(number) for number in point]))
    return result.data, result.partials


@lru_cache
def limits(row, dtype):
    """The same at all points."""
    return [limit(row, point) for point in points(size(row), dtype)]


def assert_limit(found, wanted, dtype, row, point):
    """Equal within rounding; infinite or NaN where the limit is. A zero may have either sign."""
    with np.errstate(over="ignore"):
        wanted = float(np.dtype(dtype).type(wanted))
    rounding, tiny = {"float64": 1e-12, "float32": 2e-5}[dtype], float(np.finfo(dtype).tiny)
    same = found == wanted or (found != found and wanted != wanted)
    assert same or math.isclose(found, wanted, rel_tol=rounding, abs_tol=tiny), (
        f"{row.name}{point}: {found} where the limit is {wanted}"
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("backend", NUMPY_FIRST)
def test_values_at_special_numbers_are_the_limits_of_the_rule(backend, dtype):
    """All pairs as one batch: what each row gives, in numbers of the program's type."""
    fast = compile(
        lambda xs: [row(*row.arrange(x)) for row, x in zip(ROWS, xs)], backend=backend, dtype=dtype
    )
    found = fast([np.array(points(size(row), dtype)) for row in ROWS])
    for row, results in zip(ROWS, found):
        assert results.dtype == dtype
        for point, result, (value, _) in zip(points(size(row), dtype), results.tolist(), limits(row, dtype)):
            assert_limit(result, value, dtype, row, point)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("backend", NUMPY_FIRST)
@pytest.mark.parametrize("uniform", [True, False])
def test_partials_at_special_numbers_are_the_limits_of_the_rule(backend, dtype, uniform):
    """The gradient of each row with respect to operands that are parameters, alone or beside samples."""
    parameters = [[Value(1.0) for _ in range(size(row))] for row in ROWS]

    def loss(x):
        operands = [[p if uniform else p + x for p in own] for own in parameters]
        return autograd.sum([row(*row.arrange(given)) for row, given in zip(ROWS, operands)])

    fast = compile(loss, backend=backend, dtype=dtype)
    for at, at_once in enumerate(zip(*[points(size(row), dtype) for row in ROWS])):
        for own, point in zip(parameters, at_once):
            for parameter, number in zip(own, point):
                parameter.data, parameter.grad = number, 0.0
        fast.backward(ZERO)
        for row, own, point in zip(ROWS, parameters, at_once):
            for parameter, partial in zip(own, limits(row, dtype)[at][1]):
                if row.name != "logsumexp" or abs(max(point)) != 1e6:  # which is given shifted operands
                    assert_limit(parameter.grad, partial, dtype, row, point)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("backend", NUMPY_FIRST)
@pytest.mark.parametrize("slot", [0, 1])
def test_plain_numbers_among_the_operands_are_the_rule_all_the_same(backend, dtype, slot):
    """A number in the text, folded into the rule: the values, and the partials of the other operand."""
    rows = [row for row in ROWS if len(row.operands) == 2 and not row.families]
    cases = [(row, number) for row in rows for number in SPECIAL + HUGE[dtype]]
    w = [Value(0.0) for _ in cases]

    def results(x):
        others = [parameter + x for parameter in w]
        return [row(*((n, v) if slot == 0 else (v, n))) for (row, n), v in zip(cases, others)]

    values = compile(results, backend=backend, dtype=dtype)
    mean = compile(lambda x: autograd.sum(results(x)), backend=backend, dtype=dtype)
    for other in SPECIAL + HUGE[dtype]:
        for parameter in w:
            parameter.data, parameter.grad = other, 0.0
        found = values(ZERO)
        mean.backward(ZERO)
        for (row, number), entries, parameter in zip(cases, found, w):
            point = (number, other) if slot == 0 else (other, number)
            value, partials = limit(row, point)
            assert entries.dtype == dtype
            assert_limit(float(entries[0]), value, dtype, row, point)
            assert_limit(parameter.grad, partials[1 - slot], dtype, row, point)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_comparisons_are_numbers_of_the_programs_type(backend, dtype):
    """1 where they hold, else 0: to be returned, and to be added, subtracted and negated."""

    def compared(x):
        holds = [x < 1.0, x <= 1.0, x > 1.0, x >= 1.0]
        return [*holds, holds[0] + holds[1], holds[0] - holds[3], -holds[1], autograd.sum(holds)]

    found = compile(compared, backend=backend, dtype=dtype)(np.array([0.0, 1.0, math.nan]))
    assert {entry.dtype for entry in found} == {np.dtype(dtype)}
    assert [entry.tolist() for entry in found] == [
        [1.0, 0.0, 0.0],
        [1.0, 1.0, 0.0],
        [0.0, 0.0, 0.0],
        [0.0, 1.0, 0.0],
        [2.0, 1.0, 0.0],
        [1.0, -1.0, 0.0],
        [-1.0, -1.0, 0.0],
        [2.0, 2.0, 0.0],
    ]
    assert {"<", "<=", ">", ">=", "!="} == set(RELATIONS)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_comparisons_inside_a_rule_are_numbers(backend, dtype):
    """Added up, multiplied, or alone: 1 and 0, of the program's type, forward and back."""
    both = primitive("both_positive", (x > 0) + (y > 0), 0.0, 0.0)
    step = primitive("step", x > 0, where(x > 1e9, 1, 0))
    w = Value(2.0)
    fast = compile(lambda a: [both(a, w), both(a, a), step(a), a + step(w)], backend=backend, dtype=dtype)
    found = fast(np.array([-1.0, 3.0]))
    assert {entry.dtype for entry in found} == {np.dtype(dtype)}
    assert [entry.tolist() for entry in found] == [[1.0, 2.0], [0.0, 2.0], [0.0, 1.0], [0.0, 4.0]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_zeros_of_both_signs_are_two_numbers(backend):
    """Also where one array operation has both: atan2 is π at 0.0 and -π at -0.0, left of the origin."""
    w = Value(1.0)
    fast = compile(lambda x: [autograd.atan2(zero, x * w) for zero in (0.0, -0.0)], backend=backend)
    assert [found.tolist() for found in fast(np.array([-1.0]))] == [[math.pi], [-math.pi]]


def test_a_float32_program_computes_in_float32_throughout():
    """Every array of the program, values and cotangents, is of its type: nothing is float64 in between."""
    rows = [row for row in ROWS if row.name not in ("where", "clamp")]
    w = [[Value(0.4 + 0.1 * at) for at in range(size(row))] for row in rows]

    def loss(x):
        given = [row(*row.arrange([p + x for p in own])) for row, own in zip(rows, w)]
        chosen = autograd.where(x > 0.1, autograd.clamp(w[0][0] * x, 0.1, 0.2), 2.0 ** (w[0][0] + x))
        return autograd.sum([*given, chosen, autograd.leaky_relu(w[0][0] * x, 0.1), abs(w[0][0] + x)])

    fast = compile(loss, backend="numpy", dtype="float32")
    fast.backward(np.array([0.0, 0.2]))
    source = fast.source.replace("return", "found = dict(locals())\n    return found,")
    backend = fast.latest().executable
    scope = dict(backend.results_and_gradient.__wrapped__.__globals__)
    exec(source, scope)
    with np.errstate(all="ignore"):
        arrays = scope["results_and_gradient"](
            np.float32([0.5] * fast.latest().program.parameters), np.float32([[0.0, 0.2]])
        )[0]
    kinds = {name: array.dtype for name, array in arrays.items() if isinstance(array, np.ndarray)}
    assert len(kinds) > 50
    assert {name for name, kind in kinds.items() if kind not in ("float32", "bool", "int64")} == set()
