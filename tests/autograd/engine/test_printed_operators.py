"""The printed operators against `Evaluator.record`, their readable reference: same bits, same errors."""

import copy
import math
import pickle
import struct

import numpy as np
import pytest

from autograd import Value
from autograd.engine import operators, printing
from autograd.engine.operands import gather
from autograd.engine.operator_text import operator_source, operators_source
from autograd.engine.recording import record
from autograd.rules.primitives import Primitive
from autograd.rules.table import TABLE
from autograd.symbols import x
from autograd.tools.declaring import load_operator
from tests.autograd.rules.points import EVERY_POINT, hard_points, points

rows = pytest.mark.parametrize("name", TABLE)
everywhere = pytest.mark.parametrize(("name", "point"), EVERY_POINT)


def bits(number):
    """What distinguishes -0.0 from 0.0, and makes one NaN equal to another."""
    if number is None:
        return None
    assert type(number) is float
    return "nan" if number != number else struct.pack("<d", number)


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
    value = Value(points(name)[0][-1])
    count = len(points(name)[0])
    operands = [0.0 if name == "select" and not at else value for at in range(count)]
    node = row.operator(*row.arrange(operands))
    assert all(operand is value for operand in node.parents)
    assert len(node.parents) == count - (name == "select")


def test_operators_file_is_what_the_table_prints_today():
    """`python -m autograd.engine.printing` would change nothing."""
    with open(operators.__file__, encoding="utf-8") as file:
        assert file.read() == operators_source(TABLE.values())


def test_printing_writes_that_file(tmp_path, monkeypatch, capsys):
    """The command rewrites the operators beside itself, and says where."""
    monkeypatch.setattr(printing, "__file__", str(tmp_path / "printing.py"))
    printing.main()
    assert (tmp_path / "operators.py").read_text(encoding="utf-8") == operators_source(TABLE.values())
    assert capsys.readouterr().out == f"wrote {tmp_path / 'operators.py'}\n"


def test_a_row_that_is_not_yet_printed_does_not_keep_the_operators_from_loading(monkeypatch):
    """Else it could never be printed: the command that prints it imports the package."""
    for row in TABLE.values():
        monkeypatch.setattr(row, "operator", row.operator)
    monkeypatch.setitem(TABLE, "double", Primitive("double", "double", ("x",), 0, 2 * x, (2.0,)))
    with open(operators.__file__, encoding="utf-8") as file:
        exec(file.read(), {"__name__": "anew"})
    assert not hasattr(TABLE["double"], "operator")
    assert TABLE["exp"].operator(0.0) == 1.0


@rows
def test_primitive_is_one_object_through_copy_and_pickle(name):
    """A row is known by its name: copies and pickles of graphs lead back to the same row."""
    row = TABLE[name]
    assert pickle.loads(pickle.dumps(row)) is row
    assert copy.deepcopy(row) is row


def test_operator_prints_the_form_for_floats():
    """A row whose value has a better form on floats prints that form."""
    row = Primitive("double", "double", ("x",), 0, 2 * x, (2.0,), forms={"floats": x + x})
    assert "        z = a + a\n" in operator_source(row)
    load_operator(row)
    assert row.operator(Value(1.5)).data == 3.0
