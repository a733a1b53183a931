"""The shapes of the fast operators, as templates that `operator_text` fills.

`{x}` stands for a piece of text; a line `<rule>` for several lines, indented as it is.
"""

HEADER = '''\
"""The fast operators, one per primitive. PRINTED from the table by `python -m autograd.engine.printing`.

Each does in the plain case what `recorders.Evaluator.record` does in plain words: evaluate z at the
operands' numbers a, b, ...; evaluate the partial of each operand that is a Value; fill the slots of a new
node. Everything else is left to `record`.
"""

# ruff: noqa
# fmt: off
from __future__ import annotations

from builtins import abs as abs_
from collections.abc import Iterable, Sequence
from itertools import compress
from math import acos as acos_, acosh as acosh_, asin as asin_, asinh as asinh_, atan as atan_
from math import atan2 as atan2_, atanh as atanh_, cbrt as cbrt_, cos as cos_, cosh as cosh_, erf as erf_
from math import erfc as erfc_, exp as exp_, expm1 as expm1_, hypot as hypot_, inf, log as log_
from math import log10 as log10_, log1p as log1p_, log2 as log2_, nan, sin as sin_, sinh as sinh_
from math import sqrt as sqrt_, tan as tan_, tanh as tanh_
from operator import mul as mul_
from typing import Any, Union, overload

from autograd.rules.table import TABLE
from autograd.engine.graph import N, Node
from autograd.engine.operands import gather, numbers_of, parents_and_partials
from autograd.engine.recording import current, open_blocks, record
from autograd.rules.reductions import largest, total

Operand = Union[Node, float]
FAILURES = (ArithmeticError, ValueError, TypeError, AttributeError)
new: Any = object.__new__
recorder = current.get
Value: type[Node] = Node  # a forward declaration, which `value` fills
'''

FOOTER = """\
for name in TABLE.keys() & globals().keys():  # a row that was added to the table is not yet printed
    TABLE[name].operator = globals()[name]
"""

UNARY = """
if type({x}) is Value and not (open_blocks and recorder() is not None):
    a = {x}._data
    <rule>
    node = new(Value)
    node._data = z
    node._primitive = {row}
    node._x = {x}
    node._dx = dx
    node._y = node._dy = node._grad = None
    return node
return record({row}, {x})
"""

BINARY = """
if open_blocks and recorder() is not None:
    return record({row}, {x}, {y})
try:
    if type({x}) is Value:
        if type({y}) is Value:
            a = {x}._data
            b = {y}._data
            <value>
            dx = {dx}
            dy = {dy}
        elif type({y}) is float or type({y}) is int:
            a = {x}._data
            b = {y} = float({y})
            <value>
            dx = {dx}
            dy = None
        else:
            return record({row}, {x}, {y})
    elif type({y}) is Value and (type({x}) is float or type({x}) is int):
        a = {x} = float({x})
        b = {y}._data
        <value>
        dx = None
        dy = {dy}
    else:
        return record({row}, {x}, {y})
except FAILURES:
    return record({row}, {x}, {y})
node = new(Value)
node._data = z
node._primitive = {row}
node._x = {x}
node._dx = dx
node._y = {y}
node._dy = dy
node._grad = None
return node
"""

OVER_FAMILIES = """
<tuples>
if open_blocks and recorder() is not None:
    {otherwise}
try:
    <numbers>
    <rule>
except FAILURES:
    {otherwise}
if {counts} == 0:
    return z
node = new(Value)
node._data = z
node._primitive = {row}
node._x = {operands}
node._y = ({parents}, ({partials},)) if {values_first} else parents_and_partials({pairs})
node._dx = node._dy = node._grad = None
return node
"""

OVER_ROWS = '''
def {name}_of_rows(rows: Sequence[Sequence[Any]], {y}: tuple[Any, ...]) -> list[Any]:
    """`{name}({x}, {y})` for each {x} in rows: rows of Values, and {y} of Values and floats.

    {y} is read once. Anything else is an error; `{name}` knows what to do and what to say.
    """
    qs, q_values = numbers_of({y})
    is_node = [type(operand) is not float for operand in {y}]
    parents = tuple(compress({y}, is_node)) if q_values is None else {y}[:q_values]
    nodes = []
    for {x} in rows:
        ps = [operand._data for operand in {x}]
        if len(ps) != len(qs):
            raise ValueError("families of different lengths")
        <rule>
        node = new(Value)
        node._data = z
        node._primitive = {row}
        node._x = (*{x}, *{y})
        own = compress(d{y}, is_node) if q_values is None else d{y}[:q_values]
        node._y = (*{x}, *parents), (*d{x}, *own)
        node._dx = node._dy = node._grad = None
        nodes.append(node)
    return nodes
'''
