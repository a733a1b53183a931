"""The other readings of a rule: arrays, text, printed operators, each equal to the rule itself."""

import gc
import math
from dataclasses import replace

import numpy as np
import pytest

from autograd import Value, compile, primitive
from autograd.engine.recording import record
from autograd.rules import limits
from autograd.rules.constants import with_constants
from autograd.rules.javascript import rule_source
from autograd.rules.notation import CALLS, PYTHON, TEXT
from autograd.rules.primitives import Primitive
from autograd.rules.readings import (
    BY_OPERATOR,
    COMPLEX,
    FLOATS,
    IEEE_FLOATS,
    Language,
    Reading,
)
from autograd.rules.reductions import largest, total
from autograd.rules.table import TABLE
from autograd.symbols import Expression, equal, where, x, y
from autograd.tools.partials import on_values
from tests.autograd.rules.arrays import language_of, on_arrays
from tests.autograd.rules.points import EVERY_POINT, hard_points, points

rows = pytest.mark.parametrize("name", TABLE)
everywhere = pytest.mark.parametrize(("name", "point"), EVERY_POINT)


# ---- arrays --------------------------------------------------------------------------------------


@everywhere
def test_arrays_agree_with_scalars(name, point):
    """Read with functions of arrays, a rule gives over a batch what the operator gives sample by sample."""
    row = TABLE[name]
    batch = [point, *(p for p in points(name) if len(p) == len(point) and p != point)]
    columns = [np.array(column) for column in zip(*batch, strict=True)]
    values = on_arrays(row).value(*map(np.array, row.arrange(columns)))
    assert values.shape == (len(batch),) and values.dtype == np.float64
    for at, (slot, where_) in enumerate(row.elements(columns)):
        partials = np.broadcast_to(on_arrays(row).partials[slot](*where_, values), (len(batch),))
        for sample, operands in enumerate(batch):
            node = row.operator(*row.arrange([Value(number) for number in operands]))
            # numpy has functions of its own, equal to math's to an ulp or two, and it adds pairwise
            assert values[sample] == pytest.approx(node.data, rel=1e-14, abs=1e-300)
            assert partials[sample] == pytest.approx(node.partials[at], rel=1e-13, abs=1e-16)


@pytest.mark.slow
@pytest.mark.peer("jax")
@rows
def test_traced_arrays_agree_with_scalars(name):
    """Functions that JAX traces read every row: compiled, they give the operator's value and partials."""
    import jax

    row, special = TABLE[name], jax.scipy.special
    reading = row.read(language_of(jax.numpy, special.erf, special.erfc))
    with jax.enable_x64(True):
        for point in points(name):
            node = row.operator(*row.arrange([Value(number) for number in point]))
            value = jax.jit(reading.value)(*map(jax.numpy.array, row.arrange(point)))
            assert float(value) == pytest.approx(node.data, rel=1e-13, abs=1e-300)
            for at, (slot, where_) in enumerate(row.elements(point)):
                partial = jax.jit(reading.partials[slot])(*map(jax.numpy.array, (*where_, node.data)))
                assert float(partial) == pytest.approx(node.partials[at], rel=1e-12, abs=1e-16)


@rows
def test_arrays_broadcast(name):
    """Operands of shapes (3, 1) and (1, 4) give a (3, 4): a parameter meets a batch."""
    row = TABLE[name]
    point = points(name)[0]
    single = row.singles
    shapes = [(3, 1) if at % 2 == 0 else (1, 4) for at in range(single)]
    heads = [np.full(shape, number) for shape, number in zip(shapes, point, strict=False)]
    families = [np.full((len(family), 3, 4), family[0]) for family in row.arrange(point)[single:]]
    result = on_arrays(row).value(*heads, *families)
    expected = (3, 4) if families or single > 1 else (3, 1)
    assert result.shape == expected
    assert np.ptp(result) == 0.0


@pytest.mark.parametrize("name", [name for name in TABLE if not TABLE[name].families])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_arrays_and_scalars_treat_hard_numbers_alike(name):
    """At kinks, bounds, infinities and NaN: where the operator gives a number, the array reading does."""
    row = TABLE[name]
    for point in hard_points(len(row.operands)):
        try:
            node = row.operator(*map(Value, point))
        except (ValueError, ArithmeticError):
            continue
        value = on_arrays(row).value(*map(np.float64, point))
        assert float(value) == pytest.approx(node.data, rel=1e-13, nan_ok=True)
        for at in range(len(point)):
            partial = float(on_arrays(row).partials[at](*map(np.float64, point), np.float64(node.data)))
            assert partial == pytest.approx(node.partials[at], rel=1e-12, abs=1e-300, nan_ok=True), point


@pytest.mark.parametrize("name", [name for name in TABLE if TABLE[name].families])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_arrays_and_scalars_treat_hard_families_alike(name):
    """With ties, infinities and NaN among the elements, the value and each partial agree."""
    row = TABLE[name]
    for pair in hard_points(2):
        point = {"select": (1.0, *pair), "dot": (*pair, *pair[::-1])}.get(name, pair)
        node = row.operator(*row.arrange([Value(number) for number in point]))
        value = on_arrays(row).value(*map(np.array, row.arrange(point)))
        assert float(value) == pytest.approx(node.data, rel=1e-13, nan_ok=True)
        for at, (slot, where_) in enumerate(row.elements(np.array(point))):
            partial = float(on_arrays(row).partials[slot](*where_, np.float64(node.data)))
            assert partial == pytest.approx(node.partials[at], rel=1e-12, abs=1e-300, nan_ok=True), point


# ---- limits --------------------------------------------------------------------------------------


def _same(found, expected, signed):
    """The same number, NaN included, but for an ulp or two of numpy's own functions."""
    if signed and found == expected == 0.0:
        return math.copysign(1.0, found) == math.copysign(1.0, expected)
    return found == pytest.approx(expected, rel=2e-15, abs=0.0, nan_ok=True)


@rows
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_limits_are_those_of_ieee_754(name):
    """At kinks, bounds, infinities and NaN, a row's limit and partials are what numpy's arrays give."""
    row = TABLE[name]
    for hard in hard_points(min(len(row.operands), 2)):
        point = (*hard, 0.5)[: len(row.operands)]
        if row.families:
            point = {"select": (1.0, *hard), "dot": (*hard, *hard[::-1])}.get(name, hard)
        if name == "pow" and hard in [(-math.inf, 0.5), (-0.0, 0.5)]:
            continue  # numpy takes a square root instead, NaN and -0; a power is inf and 0 there
        signed = not row.families and "arrays" not in row.forms  # np.maximum(0, -0) is either zero
        value = row.limit(point)
        assert _same(value, float(on_arrays(row).value(*map(np.array, row.arrange(point)))), signed), point
        found = row.local_derivatives(point, value, [True] * len(point))
        for partial, (slot, where_) in zip(found, row.elements(point), strict=True):
            arrays = map(np.float64, (*where_, value))
            assert _same(partial, float(on_arrays(row).partials[slot](*arrays)), signed), point


@everywhere
def test_limits_have_the_bits_of_floats(name, point):
    """Where Python's arithmetic gives a number, the limit is that number."""
    row = TABLE[name]
    value = row.evaluate(point)
    assert row.limit(point) == value
    where_ = row.elements(point)
    assert row.local_derivatives(point, value, [True] * len(point)) == tuple(
        row.on_floats.partials[slot](*operands, value) for slot, operands in where_
    )


def test_a_power_that_overflows_keeps_its_sign():
    """(-1e200)³ is -inf and (-1e200)⁴ inf; 1/(-0) is -inf; a root of a negative number is NaN."""
    power, quotient = TABLE["pow"].limit, TABLE["div"].limit
    assert power((-1e200, 3.0)) == -math.inf and power((-1e200, 4.0)) == math.inf
    assert power((-0.0, -1.0)) == -math.inf and power((-0.0, -2.0)) == math.inf
    assert quotient((1.0, -0.0)) == -math.inf and math.isnan(quotient((0.0, 0.0)))
    assert math.isnan(power((-8.0, 1 / 3)))


# ---- text ----------------------------------------------------------------------------------------

NUMPY = "exp expm1 log log1p log2 log10 sqrt cbrt sin cos tan sinh cosh tanh hypot where abs"
NAMES = {
    **{name: getattr(np, name) for name in NUMPY.split()},
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "atan2": np.arctan2,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "erf": np.vectorize(math.erf, otypes=[float]),
    "erfc": np.vectorize(math.erfc, otypes=[float]),
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "total": np.sum,
    "largest": np.max,
    "equal": np.equal,
    "inf": math.inf,
    "nan": math.nan,
}


@everywhere
def test_text_of_a_rule_means_what_the_rule_does(name, point):
    """The infix text, read by Python as it stands, gives the value and the partials."""
    row = TABLE[name]
    node = row.operator(*row.arrange([Value(number) for number in point]))
    operands = dict(zip(row.operands, map(np.asarray, row.arrange(point)), strict=True))
    operands["position"] = np.arange(operands[row.operands[-1]].size)
    value = float(eval(TEXT.write(row.value), NAMES | operands))
    assert value == pytest.approx(node.data, rel=1e-14)
    for at, (slot, where_) in enumerate(row.elements(point)):
        names = [*row.operands, *(["position"] if row.families else []), "z"]
        given = dict(zip(names, (*where_, node.data), strict=True))
        with np.errstate(all="ignore"):
            partial = float(eval(TEXT.write(row.partials[slot]), NAMES | given))
        assert partial == pytest.approx(node.partials[at], rel=1e-13, abs=1e-16)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ((x + y) * x - (x - y), "(x + y) * x - (x - y)"),
        (x - y - x, "x - y - x"),
        (x / (y / x), "x / (y / x)"),
        (x / y / x, "x / y / x"),
        (-(x**y), "-x ** y"),
        ((-x) ** y, "(-x) ** y"),
        ((x**y) ** x, "(x ** y) ** x"),
        (x ** (y**x), "x ** y ** x"),
        (2 * x, "2 * x"),
        (-(x + y), "-(x + y)"),
        (x - -y, "x - -y"),
    ],
)
def test_brackets_are_minimal_and_right(expression, text):
    """Brackets stand where the meaning needs them, and nowhere else."""
    assert TEXT.write(expression) == text
    a, b = 1.7, -0.6
    if "**" not in text:
        assert eval(PYTHON.write(expression), {"x": a, "y": b}) == eval(text, {"x": a, "y": b})


def test_rule_cannot_branch_in_python():
    """An expression has no truth value, and == is refused: on Values it means identity."""
    with pytest.raises(TypeError, match=r"a rule cannot branch in Python: write where\(condition, a, b\)"):
        bool(x > 0)
    with pytest.raises(TypeError, match=r"a rule compares with equal\(x, y\)"):
        _ = x == y


def test_where_leaves_the_dead_branch_unevaluated():
    """On floats a rule's where is lazy: the branch not taken may be undefined."""
    row = TABLE["relu"]
    assert isinstance(row.on_floats, Reading)
    lazy = Expression("where", x > 0, 1 / x, 0)
    assert TEXT.write(where(x > 0, 1 / x, 0)) == TEXT.write(lazy)
    assert eval(PYTHON.write(lazy), {"x": 0.0}) == 0.0


@pytest.mark.parametrize("other", [0.0, math.nan, math.inf])
@pytest.mark.parametrize(
    "condition", [x < y, x <= y, x > y, x >= y, equal(x, y), (x < y) | (x >= y), (x < y) & (x < x)], ids=str
)
def test_at_nan_a_comparison_is_false_and_the_last_branch_counts(condition, other):
    """In a value and in a partial; on floats, by limits, on arrays and on Values: one rule for all."""
    choice = where(condition, 3.0, 5.0)
    row = Primitive("choice", "choice", ("x", "y"), 0, choice, (choice, 0.0))
    for a, b in ((math.nan, other), (other, math.nan)):
        for reading in (row.on_floats, row.with_limits, on_arrays(row)):
            assert float(reading.value(a, b)) == float(reading.partials[0](a, b, 5.0)) == 5.0
        assert on_values(row).partials[0](Value(a), Value(b), Value(5.0)) == 5.0
        node = record(row, Value(a), Value(b))
        assert (node.data, node.partials) == (5.0, (5.0, 0.0))


def test_partials_at_nan_are_those_of_the_last_branch():
    """relu hands the NaN on and has slope 0; abs too; maximum gives its slope to the second."""
    nan = math.nan
    for name, point, partials in (
        ("relu", (nan,), (0.0,)),
        ("abs", (nan,), (0.0,)),
        ("maximum", (nan, 1.0), (0.0, 1.0)),
        ("minimum", (1.0, nan), (0.0, 1.0)),
        ("clamp", (nan, -1.0, 1.0), (1.0, 0.0, 0.0)),
    ):
        node = record(TABLE[name], *map(Value, point))
        assert math.isnan(node.data) and node.partials == partials


# ---- languages -----------------------------------------------------------------------------------

NUMBERS = Language(
    CALLS,
    BY_OPERATOR
    | limits.BY_NAME
    | {"abs": abs, "total": total, "largest": largest, "where": lambda c, a, b: a if c else b},
)


@everywhere
def test_a_language_of_functions_has_the_bits_of_a_written_one(name, point):
    """With a function of IEEE 754 called for every head, a rule gives the bits of its usual text."""
    row = TABLE[name]
    called, value = row.read(NUMBERS), row.limit(point)
    assert float(called.value(*row.arrange(point))) == value
    for slot, where_ in row.elements(point):
        assert float(called.partials[slot](*where_, value)) == row.with_limits.partials[slot](*where_, value)


def test_a_form_counts_where_the_language_knows_it():
    """The form "arrays" of relu is a maximum: a language without one reads the rule itself."""
    relu = TABLE["relu"]
    assert relu.read(Language(CALLS, {"maximum": lambda a, b: "known"}, form="arrays")).value(1.0) == "known"
    assert relu.read(replace(NUMBERS, form="arrays")).value(1.0) == 1.0


def test_a_function_that_a_language_lacks_is_a_name_error():
    """As in text: erf on complex numbers."""
    with pytest.raises(NameError, match="name 'erf' is not defined"):
        TABLE["erf"].on_complex.value(1j)


def test_a_primitive_that_is_named_as_a_head_means_its_own_rule():
    """A rule that uses a primitive called `power` is that primitive's, whatever a language calls `power`."""
    power = primitive("power", x * x, 2 * x)
    above = primitive("above", power(x) + 1, 2 * x)
    assert above.on_floats.value(3.0) == above.with_limits.value(3.0) == above(3.0) == 10.0
    assert above.read(Language(CALLS, {**NUMBERS.names, "power": max})).value(3.0) == 10.0
    assert compile(lambda row: above(row[0]))(np.array([[3.0]])) == 10.0


@rows
def test_reading_a_rule_leaves_no_reference_cycle(name, without_collector):
    """What a reading needs on its way is freed by reference counting, without the cycle collector."""
    row = TABLE[name]
    for language in (FLOATS, IEEE_FLOATS, COMPLEX):
        row.read(language)
    rule_source(row)
    with_constants(row.value)
    assert gc.collect() == 0
