"""The other readings of a rule: arrays, text, printed operators, each equal to the rule itself."""

import copy
import math
import pickle
import struct

import numpy as np
import pytest

from autograd import Value, operators
from autograd.notation import PYTHON, TEXT
from autograd.primitives import TABLE
from autograd.printing import operators_source
from autograd.recording import gather, record
from autograd.rules import Reading
from autograd.symbols import Expression, where, x, y
from tests.autograd.points import EVERY_POINT, HARD, points

rows = pytest.mark.parametrize("name", TABLE)
everywhere = pytest.mark.parametrize(("name", "point"), EVERY_POINT)


def bits(number):
    """What distinguishes -0.0 from 0.0, and makes one NaN equal to another."""
    if number is None:
        return None
    assert type(number) is float
    return "nan" if number != number else struct.pack("<d", number)


# ---- arrays --------------------------------------------------------------------------------------


@everywhere
def test_arrays_agree_with_scalars(name, point):
    """The numpy reading gives, over a batch axis, what the operator gives sample by sample."""
    row = TABLE[name]
    batch = [point, *(p for p in points(name) if len(p) == len(point) and p != point)]
    columns = [np.array(column) for column in zip(*batch, strict=True)]
    values = row.on_arrays.value(*row.arrange(columns))
    assert values.shape == (len(batch),) and values.dtype == np.float64
    for at, (slot, where_) in enumerate(row.elements(columns)):
        partials = np.broadcast_to(row.on_arrays.partials[slot](*where_, values), (len(batch),))
        for sample, operands in enumerate(batch):
            node = row.operator(*row.arrange([Value(number) for number in operands]))
            # numpy has functions of its own, equal to math's to an ulp or two, and it adds pairwise
            assert values[sample] == pytest.approx(node.data, rel=1e-14, abs=1e-300)
            assert partials[sample] == pytest.approx(node.partials[at], rel=1e-13, abs=1e-16)


@rows
def test_arrays_broadcast(name):
    """Operands of shapes (3, 1) and (1, 4) give a (3, 4): a parameter meets a batch."""
    row = TABLE[name]
    point = points(name)[0]
    single = len(row.operands) - row.families
    shapes = [(3, 1) if at % 2 == 0 else (1, 4) for at in range(single)]
    heads = [np.full(shape, number) for shape, number in zip(shapes, point, strict=False)]
    families = [np.full((len(family), 3, 4), family[0]) for family in row.arrange(point)[single:]]
    result = row.on_arrays.value(*heads, *families)
    expected = (3, 4) if families or single > 1 else (3, 1)
    assert result.shape == expected
    assert np.ptp(result) == 0.0


@rows
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_arrays_and_scalars_treat_hard_numbers_alike(name):
    """At kinks, bounds, infinities and NaN: where the operator gives a number, the array reading does."""
    row = TABLE[name]
    if row.families:
        pytest.skip("families are tried below, element by element")
    for point in hard_points(len(row.operands)):
        try:
            node = row.operator(*map(Value, point))
        except (ValueError, ArithmeticError):
            continue
        value = row.on_arrays.value(*map(np.float64, point))
        assert float(value) == pytest.approx(node.data, rel=1e-13, nan_ok=True)
        for at in range(len(point)):
            partial = float(row.on_arrays.partials[at](*map(np.float64, point), np.float64(node.data)))
            assert partial == pytest.approx(node.partials[at], rel=1e-12, abs=1e-300, nan_ok=True), point


def hard_points(count):
    """Hard numbers in every place, and every pair of them for two operands."""
    if count == 1:
        return [(number,) for number in HARD]
    pairs = [(a, b) for a in HARD for b in HARD]
    return pairs if count == 2 else [(a, b, c) for a, b in pairs for c in (0.0, 1.0, math.nan)]


# ---- printed operators ---------------------------------------------------------------------------

KINDS = {
    "Value": Value,
    "float": float,
    "int": lambda number: int(number) if math.isfinite(number) and number == int(number) else number,
    "float64": np.float64,
    "float32": np.float32,
    "0-d array": np.array,
}


def outcome(function, *arguments):
    """A node's or a number's bits, or the error and its words."""
    try:
        result = function(*arguments)
    except (ArithmeticError, ValueError) as error:
        return type(error), str(error)
    if not isinstance(result, Value):
        return bits(result)
    operands = [o if isinstance(o, Value) else bits(o) for o in result.operands]
    return result.primitive, bits(result.data), operands, [bits(partial) for partial in result.partials]


def assert_printed_equals_reference(row, operands):
    arguments = row.arrange(operands)

    def reference(*arguments):
        return record(row, *(gather(row, *arguments) if row.families else arguments))

    assert outcome(row.operator, *arguments) == outcome(reference, *arguments)


@everywhere
@pytest.mark.parametrize("kind", KINDS)
def test_printed_operator_equals_the_reference_for_every_mix_of_operands(name, point, kind):
    """Same node, same bits of data and partials, whichever slots hold Values, whatever the others hold."""
    row = TABLE[name]
    for places in range(1 << min(len(point), 4)):
        operands = [Value(p) if places >> at & 1 else KINDS[kind](p) for at, p in enumerate(point)]
        assert_printed_equals_reference(row, operands)


@rows
def test_printed_operator_equals_the_reference_at_hard_numbers(name):
    """Same bits, or the same error in the same words, at kinks, bounds, overflow, infinities and NaN."""
    row = TABLE[name]
    count = len(points(name)[0]) if row.families else len(row.operands)
    for point in hard_points(min(count, 3)):
        if name == "select":
            point = (0.0, *point)
        if name == "dot":
            point = (*point[:2], *point[:2])
        assert_printed_equals_reference(row, [Value(number) for number in point])
        if len(point) > 1:
            assert_printed_equals_reference(row, [Value(point[0]), *point[1:]])
            assert_printed_equals_reference(row, [point[0], *map(Value, point[1:])])


@rows
def test_same_value_in_every_slot(name):
    """x op x is one node with x in both slots: nothing is lost, nothing is copied."""
    row = TABLE[name]
    value = Value(0.5)
    count = len(points(name)[0])
    operands = [0.0 if name == "select" and not at else value for at in range(count)]
    node = row.operator(*row.arrange(operands))
    assert all(operand is value for operand in node.parents)
    assert len(node.parents) == count - (name == "select")


def test_operators_file_is_what_the_table_prints_today():
    """`python -m autograd.printing` would change nothing."""
    with open(operators.__file__, encoding="utf-8") as file:
        assert file.read() == operators_source(TABLE.values())


@rows
def test_primitive_is_one_object_through_copy_and_pickle(name):
    """A row is known by its name: copies and pickles of graphs lead back to the same row."""
    row = TABLE[name]
    assert pickle.loads(pickle.dumps(row)) is row
    assert copy.deepcopy(row) is row


# ---- text ----------------------------------------------------------------------------------------

NAMES = {
    **{name: getattr(np, name) for name in ["exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh"]},
    "hypot": np.hypot, "where": np.where,
    "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "atan2": np.arctan2, "abs": np.abs,
    "erf": np.vectorize(math.erf, otypes=[float]), "erfc": np.vectorize(math.erfc, otypes=[float]),
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
        x == y


def test_where_leaves_the_dead_branch_unevaluated():
    """On floats a rule's where is lazy: the branch not taken may be undefined."""
    row = TABLE["relu"]
    assert isinstance(row.on_floats, Reading)
    lazy = Expression("where", x > 0, 1 / x, 0)
    assert TEXT.write(where(x > 0, 1 / x, 0)) == TEXT.write(lazy)
    assert eval(PYTHON.write(lazy), {"x": 0.0}) == 0.0
