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


IDENTITY = TABLE["identity"]


@overload
def identity(x: float) -> float: ...
@overload
def identity(x: N) -> N: ...
def identity(x: Operand) -> Any:
    """x itself, as a node of its own.

        z = 1 * x
        dz/dx = 1
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        z = a
        dx = 1.0
        node = new(Value)
        node._data = z
        node._primitive = IDENTITY
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(IDENTITY, x)


ADD = TABLE["add"]


@overload
def add(x: float, y: float) -> float: ...
@overload
def add(x: N, y: Operand) -> N: ...
@overload
def add(x: float, y: N) -> N: ...
def add(x: Operand, y: Operand) -> Any:
    """The sum x + y.

        z = x + y
        dz/dx = 1
        dz/dy = 1
    """
    if open_blocks and recorder() is not None:
        return record(ADD, x, y)
    try:
        if type(x) is Value:
            if type(y) is Value:
                a = x._data
                b = y._data
                z = a + b
                dx = 1.0
                dy = 1.0
            elif type(y) is float or type(y) is int:
                a = x._data
                b = y = float(y)
                z = a + b
                dx = 1.0
                dy = None
            else:
                return record(ADD, x, y)
        elif type(y) is Value and (type(x) is float or type(x) is int):
            a = x = float(x)
            b = y._data
            z = a + b
            dx = None
            dy = 1.0
        else:
            return record(ADD, x, y)
    except FAILURES:
        return record(ADD, x, y)
    node = new(Value)
    node._data = z
    node._primitive = ADD
    node._x = x
    node._dx = dx
    node._y = y
    node._dy = dy
    node._grad = None
    return node


SUB = TABLE["sub"]


@overload
def sub(x: float, y: float) -> float: ...
@overload
def sub(x: N, y: Operand) -> N: ...
@overload
def sub(x: float, y: N) -> N: ...
def sub(x: Operand, y: Operand) -> Any:
    """The difference x - y.

        z = x - y
        dz/dx = 1
        dz/dy = -1
    """
    if open_blocks and recorder() is not None:
        return record(SUB, x, y)
    try:
        if type(x) is Value:
            if type(y) is Value:
                a = x._data
                b = y._data
                z = a - b
                dx = 1.0
                dy = -1.0
            elif type(y) is float or type(y) is int:
                a = x._data
                b = y = float(y)
                z = a - b
                dx = 1.0
                dy = None
            else:
                return record(SUB, x, y)
        elif type(y) is Value and (type(x) is float or type(x) is int):
            a = x = float(x)
            b = y._data
            z = a - b
            dx = None
            dy = -1.0
        else:
            return record(SUB, x, y)
    except FAILURES:
        return record(SUB, x, y)
    node = new(Value)
    node._data = z
    node._primitive = SUB
    node._x = x
    node._dx = dx
    node._y = y
    node._dy = dy
    node._grad = None
    return node


MUL = TABLE["mul"]


@overload
def mul(x: float, y: float) -> float: ...
@overload
def mul(x: N, y: Operand) -> N: ...
@overload
def mul(x: float, y: N) -> N: ...
def mul(x: Operand, y: Operand) -> Any:
    """The product x * y.

        z = x * y
        dz/dx = y
        dz/dy = x
    """
    if open_blocks and recorder() is not None:
        return record(MUL, x, y)
    try:
        if type(x) is Value:
            if type(y) is Value:
                a = x._data
                b = y._data
                z = a * b
                dx = b
                dy = a
            elif type(y) is float or type(y) is int:
                a = x._data
                b = y = float(y)
                z = a * b
                dx = b
                dy = None
            else:
                return record(MUL, x, y)
        elif type(y) is Value and (type(x) is float or type(x) is int):
            a = x = float(x)
            b = y._data
            z = a * b
            dx = None
            dy = a
        else:
            return record(MUL, x, y)
    except FAILURES:
        return record(MUL, x, y)
    node = new(Value)
    node._data = z
    node._primitive = MUL
    node._x = x
    node._dx = dx
    node._y = y
    node._dy = dy
    node._grad = None
    return node


DIV = TABLE["div"]


@overload
def div(x: float, y: float) -> float: ...
@overload
def div(x: N, y: Operand) -> N: ...
@overload
def div(x: float, y: N) -> N: ...
def div(x: Operand, y: Operand) -> Any:
    """The quotient x / y.

        z = x / y
        dz/dx = 1 / y
        dz/dy = -z / y

    Needs y != 0.
    """
    if open_blocks and recorder() is not None:
        return record(DIV, x, y)
    try:
        if type(x) is Value:
            if type(y) is Value:
                a = x._data
                b = y._data
                if not (b != 0.0):
                    return record(DIV, x, y)
                z = a / b
                dx = 1.0 / b
                dy = -z / b
            elif type(y) is float or type(y) is int:
                a = x._data
                b = y = float(y)
                if not (b != 0.0):
                    return record(DIV, x, y)
                z = a / b
                dx = 1.0 / b
                dy = None
            else:
                return record(DIV, x, y)
        elif type(y) is Value and (type(x) is float or type(x) is int):
            a = x = float(x)
            b = y._data
            if not (b != 0.0):
                return record(DIV, x, y)
            z = a / b
            dx = None
            dy = -z / b
        else:
            return record(DIV, x, y)
    except FAILURES:
        return record(DIV, x, y)
    node = new(Value)
    node._data = z
    node._primitive = DIV
    node._x = x
    node._dx = dx
    node._y = y
    node._dy = dy
    node._grad = None
    return node


POW = TABLE["pow"]


@overload
def pow(x: float, y: float) -> float: ...
@overload
def pow(x: N, y: Operand) -> N: ...
@overload
def pow(x: float, y: N) -> N: ...
def pow(x: Operand, y: Operand) -> Any:
    """x to the power y.

        z = x ** y
        dz/dx = where(y != 0 or abs(x) > 1e-308 and abs(x) < inf, y * x ** (y - 1), 0)
        dz/dy = where(x == 0, 0, log(x) * z)

    Needs x > 0, or x = 0 with y >= 0, or x < 0 with a whole y.
    """
    if open_blocks and recorder() is not None:
        return record(POW, x, y)
    try:
        if type(x) is Value:
            if type(y) is Value:
                a = x._data
                b = y._data
                if not (a > 0.0 or a == 0.0 and b >= 0.0 or a < 0.0 and b % 1.0 == 0.0 or a == -inf or a < 0.0 and abs_(b) == inf):
                    return record(POW, x, y)
                z = a ** b
                dx = b * a ** (b - 1.0) if b != 0.0 or abs_(a) > 1e-308 and abs_(a) < inf else 0.0
                dy = 0.0 if a == 0.0 else log_(a) * z
            elif type(y) is float or type(y) is int:
                a = x._data
                b = y = float(y)
                if not (a > 0.0 or a == 0.0 and b >= 0.0 or a < 0.0 and b % 1.0 == 0.0 or a == -inf or a < 0.0 and abs_(b) == inf):
                    return record(POW, x, y)
                z = a ** b
                dx = b * a ** (b - 1.0) if b != 0.0 or abs_(a) > 1e-308 and abs_(a) < inf else 0.0
                dy = None
            else:
                return record(POW, x, y)
        elif type(y) is Value and (type(x) is float or type(x) is int):
            a = x = float(x)
            b = y._data
            if not (a > 0.0 or a == 0.0 and b >= 0.0 or a < 0.0 and b % 1.0 == 0.0 or a == -inf or a < 0.0 and abs_(b) == inf):
                return record(POW, x, y)
            z = a ** b
            dx = None
            dy = 0.0 if a == 0.0 else log_(a) * z
        else:
            return record(POW, x, y)
    except FAILURES:
        return record(POW, x, y)
    node = new(Value)
    node._data = z
    node._primitive = POW
    node._x = x
    node._dx = dx
    node._y = y
    node._dy = dy
    node._grad = None
    return node


NEG = TABLE["neg"]


@overload
def neg(x: float) -> float: ...
@overload
def neg(x: N) -> N: ...
def neg(x: Operand) -> Any:
    """The opposite -x.

        z = -x
        dz/dx = -1
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        z = -a
        dx = -1.0
        node = new(Value)
        node._data = z
        node._primitive = NEG
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(NEG, x)


ABS = TABLE["abs"]


@overload
def abs(x: float) -> float: ...
@overload
def abs(x: N) -> N: ...
def abs(x: Operand) -> Any:
    """The absolute value |x|; its derivative at 0 is 0.

        z = abs(x)
        dz/dx = where(x > 0, 1, where(x < 0, -1, 0))

    >>> print(f'{abs(2.0):.6f}')
    2.000000
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        z = abs_(a)
        dx = 1.0 if a > 0.0 else -1.0 if a < 0.0 else 0.0
        node = new(Value)
        node._data = z
        node._primitive = ABS
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(ABS, x)


HYPOT = TABLE["hypot"]


@overload
def hypot(x: float, y: float) -> float: ...
@overload
def hypot(x: N, y: Operand) -> N: ...
@overload
def hypot(x: float, y: N) -> N: ...
def hypot(x: Operand, y: Operand) -> Any:
    """The distance sqrt(x^2 + y^2), without overflow; its derivatives at (0, 0) are 0.

        z = hypot(x, y)
        dz/dx = where(z == 0, 0, x / z)
        dz/dy = where(z == 0, 0, y / z)

    >>> print(f'{hypot(3.0, -4.0):.6f}')
    5.000000
    """
    if open_blocks and recorder() is not None:
        return record(HYPOT, x, y)
    try:
        if type(x) is Value:
            if type(y) is Value:
                a = x._data
                b = y._data
                z = hypot_(a, b)
                dx = 0.0 if z == 0.0 else a / z
                dy = 0.0 if z == 0.0 else b / z
            elif type(y) is float or type(y) is int:
                a = x._data
                b = y = float(y)
                z = hypot_(a, b)
                dx = 0.0 if z == 0.0 else a / z
                dy = None
            else:
                return record(HYPOT, x, y)
        elif type(y) is Value and (type(x) is float or type(x) is int):
            a = x = float(x)
            b = y._data
            z = hypot_(a, b)
            dx = None
            dy = 0.0 if z == 0.0 else b / z
        else:
            return record(HYPOT, x, y)
    except FAILURES:
        return record(HYPOT, x, y)
    node = new(Value)
    node._data = z
    node._primitive = HYPOT
    node._x = x
    node._dx = dx
    node._y = y
    node._dy = dy
    node._grad = None
    return node


EXP = TABLE["exp"]


@overload
def exp(x: float) -> float: ...
@overload
def exp(x: N) -> N: ...
def exp(x: Operand) -> Any:
    """The exponential e^x.

        z = exp(x)
        dz/dx = z

    >>> print(f'{exp(0.5):.6f}')
    1.648721
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        try:
            z = exp_(a)
            dx = z
        except FAILURES:
            return record(EXP, x)
        node = new(Value)
        node._data = z
        node._primitive = EXP
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(EXP, x)


EXPM1 = TABLE["expm1"]


@overload
def expm1(x: float) -> float: ...
@overload
def expm1(x: N) -> N: ...
def expm1(x: Operand) -> Any:
    """e^x - 1, accurate near 0.

        z = expm1(x)
        dz/dx = exp(x)

    >>> print(f'{expm1(0.5):.6f}')
    0.648721
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        try:
            z = expm1_(a)
            dx = exp_(a)
        except FAILURES:
            return record(EXPM1, x)
        node = new(Value)
        node._data = z
        node._primitive = EXPM1
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(EXPM1, x)


LOG = TABLE["log"]


@overload
def log(x: float) -> float: ...
@overload
def log(x: N) -> N: ...
def log(x: Operand) -> Any:
    """The natural logarithm.

        z = log(x)
        dz/dx = 1 / x

    Needs x > 0.

    >>> print(f'{log(0.5):.6f}')
    -0.693147
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        if not (a > 0.0):
            return record(LOG, x)
        try:
            z = log_(a)
            dx = 1.0 / a
        except FAILURES:
            return record(LOG, x)
        node = new(Value)
        node._data = z
        node._primitive = LOG
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(LOG, x)


LOG1P = TABLE["log1p"]


@overload
def log1p(x: float) -> float: ...
@overload
def log1p(x: N) -> N: ...
def log1p(x: Operand) -> Any:
    """log(1 + x), accurate near 0.

        z = log1p(x)
        dz/dx = 1 / (1 + x)

    Needs x > -1.

    >>> print(f'{log1p(0.5):.6f}')
    0.405465
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        if not (a > -1.0):
            return record(LOG1P, x)
        try:
            z = log1p_(a)
            dx = 1.0 / (1.0 + a)
        except FAILURES:
            return record(LOG1P, x)
        node = new(Value)
        node._data = z
        node._primitive = LOG1P
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(LOG1P, x)


LOG2 = TABLE["log2"]


@overload
def log2(x: float) -> float: ...
@overload
def log2(x: N) -> N: ...
def log2(x: Operand) -> Any:
    """The logarithm to base 2, exact at powers of 2.

        z = log2(x)
        dz/dx = 1.4426950408889634 / x

    Needs x > 0.

    >>> print(f'{log2(0.5):.6f}')
    -1.000000
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        if not (a > 0.0):
            return record(LOG2, x)
        try:
            z = log2_(a)
            dx = 1.4426950408889634 / a
        except FAILURES:
            return record(LOG2, x)
        node = new(Value)
        node._data = z
        node._primitive = LOG2
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(LOG2, x)


LOG10 = TABLE["log10"]


@overload
def log10(x: float) -> float: ...
@overload
def log10(x: N) -> N: ...
def log10(x: Operand) -> Any:
    """The logarithm to base 10.

        z = log10(x)
        dz/dx = 0.43429448190325176 / x

    Needs x > 0.

    >>> print(f'{log10(0.5):.6f}')
    -0.301030
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        if not (a > 0.0):
            return record(LOG10, x)
        try:
            z = log10_(a)
            dx = 0.43429448190325176 / a
        except FAILURES:
            return record(LOG10, x)
        node = new(Value)
        node._data = z
        node._primitive = LOG10
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(LOG10, x)


SQRT = TABLE["sqrt"]


@overload
def sqrt(x: float) -> float: ...
@overload
def sqrt(x: N) -> N: ...
def sqrt(x: Operand) -> Any:
    """The square root; its derivative at 0 is inf.

        z = sqrt(x)
        dz/dx = 0.5 / z

    Needs x >= 0.

    >>> print(f'{sqrt(0.5):.6f}')
    0.707107
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        if not (a >= 0.0):
            return record(SQRT, x)
        try:
            z = sqrt_(a)
            dx = 0.5 / z
        except FAILURES:
            return record(SQRT, x)
        node = new(Value)
        node._data = z
        node._primitive = SQRT
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(SQRT, x)


CBRT = TABLE["cbrt"]


@overload
def cbrt(x: float) -> float: ...
@overload
def cbrt(x: N) -> N: ...
def cbrt(x: Operand) -> Any:
    """The cube root, of negative numbers too; its derivative at 0 is inf.

        z = cbrt(x)
        dz/dx = 1 / (3 * z * z)

    >>> print(f'{cbrt(0.5):.6f}')
    0.793701
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        try:
            z = cbrt_(a)
            dx = 1.0 / (3.0 * z * z)
        except FAILURES:
            return record(CBRT, x)
        node = new(Value)
        node._data = z
        node._primitive = CBRT
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(CBRT, x)


SIN = TABLE["sin"]


@overload
def sin(x: float) -> float: ...
@overload
def sin(x: N) -> N: ...
def sin(x: Operand) -> Any:
    """The sine of x radians.

        z = sin(x)
        dz/dx = cos(x)

    >>> print(f'{sin(0.5):.6f}')
    0.479426
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        try:
            z = sin_(a)
            dx = cos_(a)
        except FAILURES:
            return record(SIN, x)
        node = new(Value)
        node._data = z
        node._primitive = SIN
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(SIN, x)


COS = TABLE["cos"]


@overload
def cos(x: float) -> float: ...
@overload
def cos(x: N) -> N: ...
def cos(x: Operand) -> Any:
    """The cosine of x radians.

        z = cos(x)
        dz/dx = -sin(x)

    >>> print(f'{cos(0.5):.6f}')
    0.877583
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        try:
            z = cos_(a)
            dx = -sin_(a)
        except FAILURES:
            return record(COS, x)
        node = new(Value)
        node._data = z
        node._primitive = COS
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(COS, x)


TAN = TABLE["tan"]


@overload
def tan(x: float) -> float: ...
@overload
def tan(x: N) -> N: ...
def tan(x: Operand) -> Any:
    """The tangent of x radians.

        z = tan(x)
        dz/dx = 1 + z * z

    >>> print(f'{tan(0.5):.6f}')
    0.546302
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        try:
            z = tan_(a)
            dx = 1.0 + z * z
        except FAILURES:
            return record(TAN, x)
        node = new(Value)
        node._data = z
        node._primitive = TAN
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(TAN, x)


ASIN = TABLE["asin"]


@overload
def asin(x: float) -> float: ...
@overload
def asin(x: N) -> N: ...
def asin(x: Operand) -> Any:
    """The angle whose sine is x; its derivative at -1 and 1 is inf.

        z = asin(x)
        dz/dx = 1 / sqrt((1 - x) * (1 + x))

    Needs abs(x) <= 1.

    >>> print(f'{asin(0.5):.6f}')
    0.523599
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        if not (abs_(a) <= 1.0):
            return record(ASIN, x)
        try:
            z = asin_(a)
            dx = 1.0 / sqrt_((1.0 - a) * (1.0 + a))
        except FAILURES:
            return record(ASIN, x)
        node = new(Value)
        node._data = z
        node._primitive = ASIN
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(ASIN, x)


ACOS = TABLE["acos"]


@overload
def acos(x: float) -> float: ...
@overload
def acos(x: N) -> N: ...
def acos(x: Operand) -> Any:
    """The angle whose cosine is x; its derivative at -1 and 1 is -inf.

        z = acos(x)
        dz/dx = -1 / sqrt((1 - x) * (1 + x))

    Needs abs(x) <= 1.

    >>> print(f'{acos(0.5):.6f}')
    1.047198
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        if not (abs_(a) <= 1.0):
            return record(ACOS, x)
        try:
            z = acos_(a)
            dx = -1.0 / sqrt_((1.0 - a) * (1.0 + a))
        except FAILURES:
            return record(ACOS, x)
        node = new(Value)
        node._data = z
        node._primitive = ACOS
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(ACOS, x)


ATAN = TABLE["atan"]


@overload
def atan(x: float) -> float: ...
@overload
def atan(x: N) -> N: ...
def atan(x: Operand) -> Any:
    """The angle whose tangent is x.

        z = atan(x)
        dz/dx = 1 / (1 + x * x)

    >>> print(f'{atan(0.5):.6f}')
    0.463648
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        try:
            z = atan_(a)
            dx = 1.0 / (1.0 + a * a)
        except FAILURES:
            return record(ATAN, x)
        node = new(Value)
        node._data = z
        node._primitive = ATAN
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(ATAN, x)


ATAN2 = TABLE["atan2"]


@overload
def atan2(x: float, y: float) -> float: ...
@overload
def atan2(x: N, y: Operand) -> N: ...
@overload
def atan2(x: float, y: N) -> N: ...
def atan2(x: Operand, y: Operand) -> Any:
    """The angle of the point (y, x), ordinate first as in math.atan2; its derivatives at (0, 0) are 0.

        z = atan2(x, y)
        dz/dx = where(r == 0, 0, y / r / r)
        dz/dy = where(r == 0, 0, -x / r / r)
        with r = hypot(x, y)

    >>> print(f'{atan2(1.0, 2.0):.6f}')
    0.463648
    """
    if open_blocks and recorder() is not None:
        return record(ATAN2, x, y)
    try:
        if type(x) is Value:
            if type(y) is Value:
                a = x._data
                b = y._data
                z = atan2_(a, b)
                dx = 0.0 if hypot_(a, b) == 0.0 else b / hypot_(a, b) / hypot_(a, b)
                dy = 0.0 if hypot_(a, b) == 0.0 else -a / hypot_(a, b) / hypot_(a, b)
            elif type(y) is float or type(y) is int:
                a = x._data
                b = y = float(y)
                z = atan2_(a, b)
                dx = 0.0 if hypot_(a, b) == 0.0 else b / hypot_(a, b) / hypot_(a, b)
                dy = None
            else:
                return record(ATAN2, x, y)
        elif type(y) is Value and (type(x) is float or type(x) is int):
            a = x = float(x)
            b = y._data
            z = atan2_(a, b)
            dx = None
            dy = 0.0 if hypot_(a, b) == 0.0 else -a / hypot_(a, b) / hypot_(a, b)
        else:
            return record(ATAN2, x, y)
    except FAILURES:
        return record(ATAN2, x, y)
    node = new(Value)
    node._data = z
    node._primitive = ATAN2
    node._x = x
    node._dx = dx
    node._y = y
    node._dy = dy
    node._grad = None
    return node


SINH = TABLE["sinh"]


@overload
def sinh(x: float) -> float: ...
@overload
def sinh(x: N) -> N: ...
def sinh(x: Operand) -> Any:
    """The hyperbolic sine.

        z = sinh(x)
        dz/dx = cosh(x)

    >>> print(f'{sinh(0.5):.6f}')
    0.521095
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        try:
            z = sinh_(a)
            dx = cosh_(a)
        except FAILURES:
            return record(SINH, x)
        node = new(Value)
        node._data = z
        node._primitive = SINH
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(SINH, x)


COSH = TABLE["cosh"]


@overload
def cosh(x: float) -> float: ...
@overload
def cosh(x: N) -> N: ...
def cosh(x: Operand) -> Any:
    """The hyperbolic cosine.

        z = cosh(x)
        dz/dx = sinh(x)

    >>> print(f'{cosh(0.5):.6f}')
    1.127626
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        try:
            z = cosh_(a)
            dx = sinh_(a)
        except FAILURES:
            return record(COSH, x)
        node = new(Value)
        node._data = z
        node._primitive = COSH
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(COSH, x)


ASINH = TABLE["asinh"]


@overload
def asinh(x: float) -> float: ...
@overload
def asinh(x: N) -> N: ...
def asinh(x: Operand) -> Any:
    """The inverse of sinh.

        z = asinh(x)
        dz/dx = 1 / hypot(1, x)

    >>> print(f'{asinh(0.5):.6f}')
    0.481212
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        try:
            z = asinh_(a)
            dx = 1.0 / hypot_(1.0, a)
        except FAILURES:
            return record(ASINH, x)
        node = new(Value)
        node._data = z
        node._primitive = ASINH
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(ASINH, x)


ACOSH = TABLE["acosh"]


@overload
def acosh(x: float) -> float: ...
@overload
def acosh(x: N) -> N: ...
def acosh(x: Operand) -> Any:
    """The inverse of cosh, from 0 on; its derivative at 1 is inf.

        z = acosh(x)
        dz/dx = 1 / (sqrt(x - 1) * sqrt(x + 1))

    Needs x >= 1.

    >>> print(f'{acosh(1.5):.6f}')
    0.962424
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        if not (a >= 1.0):
            return record(ACOSH, x)
        try:
            z = acosh_(a)
            dx = 1.0 / (sqrt_(a - 1.0) * sqrt_(a + 1.0))
        except FAILURES:
            return record(ACOSH, x)
        node = new(Value)
        node._data = z
        node._primitive = ACOSH
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(ACOSH, x)


ATANH = TABLE["atanh"]


@overload
def atanh(x: float) -> float: ...
@overload
def atanh(x: N) -> N: ...
def atanh(x: Operand) -> Any:
    """The inverse of tanh.

        z = atanh(x)
        dz/dx = 1 / ((1 - x) * (1 + x))

    Needs abs(x) < 1.

    >>> print(f'{atanh(0.5):.6f}')
    0.549306
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        if not (abs_(a) < 1.0):
            return record(ATANH, x)
        try:
            z = atanh_(a)
            dx = 1.0 / ((1.0 - a) * (1.0 + a))
        except FAILURES:
            return record(ATANH, x)
        node = new(Value)
        node._data = z
        node._primitive = ATANH
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(ATANH, x)


ERF = TABLE["erf"]


@overload
def erf(x: float) -> float: ...
@overload
def erf(x: N) -> N: ...
def erf(x: Operand) -> Any:
    """The error function, 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x.

        z = erf(x)
        dz/dx = 1.1283791670955126 * exp(-x * x)

    >>> print(f'{erf(0.5):.6f}')
    0.520500
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        try:
            z = erf_(a)
            dx = 1.1283791670955126 * exp_(-a * a)
        except FAILURES:
            return record(ERF, x)
        node = new(Value)
        node._data = z
        node._primitive = ERF
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(ERF, x)


ERFC = TABLE["erfc"]


@overload
def erfc(x: float) -> float: ...
@overload
def erfc(x: N) -> N: ...
def erfc(x: Operand) -> Any:
    """1 - erf(x), accurate where erf(x) is close to 1; gelu needs it.

        z = erfc(x)
        dz/dx = -1.1283791670955126 * exp(-x * x)

    >>> print(f'{erfc(0.5):.6f}')
    0.479500
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        try:
            z = erfc_(a)
            dx = -1.1283791670955126 * exp_(-a * a)
        except FAILURES:
            return record(ERFC, x)
        node = new(Value)
        node._data = z
        node._primitive = ERFC
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(ERFC, x)


TANH = TABLE["tanh"]


@overload
def tanh(x: float) -> float: ...
@overload
def tanh(x: N) -> N: ...
def tanh(x: Operand) -> Any:
    """The hyperbolic tangent, an activation with range (-1, 1).

        z = tanh(x)
        dz/dx = (1 + z) * (1 - z)

    >>> print(f'{tanh(0.5):.6f}')
    0.462117
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        try:
            z = tanh_(a)
            dx = (1.0 + z) * (1.0 - z)
        except FAILURES:
            return record(TANH, x)
        node = new(Value)
        node._data = z
        node._primitive = TANH
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(TANH, x)


SIGMOID = TABLE["sigmoid"]


@overload
def sigmoid(x: float) -> float: ...
@overload
def sigmoid(x: N) -> N: ...
def sigmoid(x: Operand) -> Any:
    """The logistic function 1 / (1 + e^-x), with range (0, 1).

        z = where(x >= 0, 1 / (1 + e), e / (1 + e))
        dz/dx = z * (1 - z)
        with e = exp(-abs(x))

    >>> print(f'{sigmoid(0.5):.6f}')
    0.622459
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        try:
            z = 1.0 / (1.0 + exp_(-abs_(a))) if a >= 0.0 else exp_(-abs_(a)) / (1.0 + exp_(-abs_(a)))
            dx = z * (1.0 - z)
        except FAILURES:
            return record(SIGMOID, x)
        node = new(Value)
        node._data = z
        node._primitive = SIGMOID
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(SIGMOID, x)


RELU = TABLE["relu"]


@overload
def relu(x: float) -> float: ...
@overload
def relu(x: N) -> N: ...
def relu(x: Operand) -> Any:
    """The rectified linear unit max(0, x); its derivative at 0 is 0.

        z = where(x <= 0, 0, x)
        dz/dx = where(x > 0, 1, 0)

    >>> print(f'{relu(0.5):.6f}')
    0.500000
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        z = 0.0 if a <= 0.0 else a
        dx = 1.0 if a > 0.0 else 0.0
        node = new(Value)
        node._data = z
        node._primitive = RELU
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(RELU, x)


LEAKY_RELU = TABLE["leaky_relu"]


@overload
def leaky_relu(x: float, slope: float = ...) -> float: ...
@overload
def leaky_relu(x: N, slope: Operand = ...) -> N: ...
@overload
def leaky_relu(x: float, slope: N = ...) -> N: ...
def leaky_relu(x: Operand, slope: Operand = 0.01) -> Any:
    """x above 0 and slope * x below; at 0 the derivative is the slope.

        z = where(x > 0, x, slope * x)
        dz/dx = where(x > 0, 1, slope)
        dz/dslope = where(x > 0, 0, x)

    >>> print(f'{leaky_relu(0.5, 0.1):.6f}')
    0.500000
    """
    if open_blocks and recorder() is not None:
        return record(LEAKY_RELU, x, slope)
    try:
        if type(x) is Value:
            if type(slope) is Value:
                a = x._data
                b = slope._data
                z = a if a > 0.0 else b * a
                dx = 1.0 if a > 0.0 else b
                dy = 0.0 if a > 0.0 else a
            elif type(slope) is float or type(slope) is int:
                a = x._data
                b = slope = float(slope)
                z = a if a > 0.0 else b * a
                dx = 1.0 if a > 0.0 else b
                dy = None
            else:
                return record(LEAKY_RELU, x, slope)
        elif type(slope) is Value and (type(x) is float or type(x) is int):
            a = x = float(x)
            b = slope._data
            z = a if a > 0.0 else b * a
            dx = None
            dy = 0.0 if a > 0.0 else a
        else:
            return record(LEAKY_RELU, x, slope)
    except FAILURES:
        return record(LEAKY_RELU, x, slope)
    node = new(Value)
    node._data = z
    node._primitive = LEAKY_RELU
    node._x = x
    node._dx = dx
    node._y = slope
    node._dy = dy
    node._grad = None
    return node


ELU = TABLE["elu"]


@overload
def elu(x: float, alpha: float = ...) -> float: ...
@overload
def elu(x: N, alpha: Operand = ...) -> N: ...
@overload
def elu(x: float, alpha: N = ...) -> N: ...
def elu(x: Operand, alpha: Operand = 1.0) -> Any:
    """x above 0 and alpha * (e^x - 1) below; at 0 the derivative is alpha.

        z = where(x > 0, x, alpha * expm1(x))
        dz/dx = where(x > 0, 1, alpha * exp(x))
        dz/dalpha = where(x > 0, 0, expm1(x))

    >>> print(f'{elu(0.5, 1.5):.6f}')
    0.500000
    """
    if open_blocks and recorder() is not None:
        return record(ELU, x, alpha)
    try:
        if type(x) is Value:
            if type(alpha) is Value:
                a = x._data
                b = alpha._data
                z = a if a > 0.0 else b * expm1_(a)
                dx = 1.0 if a > 0.0 else b * exp_(a)
                dy = 0.0 if a > 0.0 else expm1_(a)
            elif type(alpha) is float or type(alpha) is int:
                a = x._data
                b = alpha = float(alpha)
                z = a if a > 0.0 else b * expm1_(a)
                dx = 1.0 if a > 0.0 else b * exp_(a)
                dy = None
            else:
                return record(ELU, x, alpha)
        elif type(alpha) is Value and (type(x) is float or type(x) is int):
            a = x = float(x)
            b = alpha._data
            z = a if a > 0.0 else b * expm1_(a)
            dx = None
            dy = 0.0 if a > 0.0 else expm1_(a)
        else:
            return record(ELU, x, alpha)
    except FAILURES:
        return record(ELU, x, alpha)
    node = new(Value)
    node._data = z
    node._primitive = ELU
    node._x = x
    node._dx = dx
    node._y = alpha
    node._dy = dy
    node._grad = None
    return node


GELU = TABLE["gelu"]


@overload
def gelu(x: float) -> float: ...
@overload
def gelu(x: N) -> N: ...
def gelu(x: Operand) -> Any:
    """x times the normal distribution function of x, in its exact erf form.

        z = 0.5 * x * erfc(-x / 1.4142135623730951)
        dz/dx = 0.5 * erfc(-x / 1.4142135623730951) + x * exp(-0.5 * x * x) / 2.5066282746310002

    >>> print(f'{gelu(0.5):.6f}')
    0.345731
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        try:
            z = 0.5 * a * erfc_(-a / 1.4142135623730951)
            dx = 0.5 * erfc_(-a / 1.4142135623730951) + a * exp_(-0.5 * a * a) / 2.5066282746310002
        except FAILURES:
            return record(GELU, x)
        node = new(Value)
        node._data = z
        node._primitive = GELU
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(GELU, x)


SILU = TABLE["silu"]


@overload
def silu(x: float) -> float: ...
@overload
def silu(x: N) -> N: ...
def silu(x: Operand) -> Any:
    """x * sigmoid(x), also called swish.

        z = x * sigmoid(x)
        dz/dx = sigmoid(x) + z * (1 - sigmoid(x))

    >>> print(f'{silu(0.5):.6f}')
    0.311230
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        try:
            z = a * (1.0 / (1.0 + exp_(-abs_(a))) if a >= 0.0 else exp_(-abs_(a)) / (1.0 + exp_(-abs_(a))))
            dx = (1.0 / (1.0 + exp_(-abs_(a))) if a >= 0.0 else exp_(-abs_(a)) / (1.0 + exp_(-abs_(a)))) + z * (1.0 - (1.0 / (1.0 + exp_(-abs_(a))) if a >= 0.0 else exp_(-abs_(a)) / (1.0 + exp_(-abs_(a)))))
        except FAILURES:
            return record(SILU, x)
        node = new(Value)
        node._data = z
        node._primitive = SILU
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(SILU, x)


SOFTPLUS = TABLE["softplus"]


@overload
def softplus(x: float) -> float: ...
@overload
def softplus(x: N) -> N: ...
def softplus(x: Operand) -> Any:
    """log(1 + e^x), a smooth relu.

        z = where(x > 0, x, 0) + log1p(exp(-abs(x)))
        dz/dx = sigmoid(x)

    >>> print(f'{softplus(0.5):.6f}')
    0.974077
    """
    if type(x) is Value and not (open_blocks and recorder() is not None):
        a = x._data
        try:
            z = (a if a > 0.0 else 0.0) + log1p_(exp_(-abs_(a)))
            dx = 1.0 / (1.0 + exp_(-abs_(a))) if a >= 0.0 else exp_(-abs_(a)) / (1.0 + exp_(-abs_(a)))
        except FAILURES:
            return record(SOFTPLUS, x)
        node = new(Value)
        node._data = z
        node._primitive = SOFTPLUS
        node._x = x
        node._dx = dx
        node._y = node._dy = node._grad = None
        return node
    return record(SOFTPLUS, x)


MAXIMUM = TABLE["maximum"]


@overload
def maximum(x: float, y: float) -> float: ...
@overload
def maximum(x: N, y: Operand) -> N: ...
@overload
def maximum(x: float, y: N) -> N: ...
def maximum(x: Operand, y: Operand) -> Any:
    """The larger of x and y; a tie belongs to the first.

        z = where(x >= y, x, where(y > x, y, x + y))
        dz/dx = where(x >= y, 1, 0)
        dz/dy = where(x >= y, 0, 1)

    >>> print(f'{maximum(0.5, 0.2):.6f}')
    0.500000
    """
    if open_blocks and recorder() is not None:
        return record(MAXIMUM, x, y)
    try:
        if type(x) is Value:
            if type(y) is Value:
                a = x._data
                b = y._data
                z = a if a >= b else b if b > a else a + b
                dx = 1.0 if a >= b else 0.0
                dy = 0.0 if a >= b else 1.0
            elif type(y) is float or type(y) is int:
                a = x._data
                b = y = float(y)
                z = a if a >= b else b if b > a else a + b
                dx = 1.0 if a >= b else 0.0
                dy = None
            else:
                return record(MAXIMUM, x, y)
        elif type(y) is Value and (type(x) is float or type(x) is int):
            a = x = float(x)
            b = y._data
            z = a if a >= b else b if b > a else a + b
            dx = None
            dy = 0.0 if a >= b else 1.0
        else:
            return record(MAXIMUM, x, y)
    except FAILURES:
        return record(MAXIMUM, x, y)
    node = new(Value)
    node._data = z
    node._primitive = MAXIMUM
    node._x = x
    node._dx = dx
    node._y = y
    node._dy = dy
    node._grad = None
    return node


MINIMUM = TABLE["minimum"]


@overload
def minimum(x: float, y: float) -> float: ...
@overload
def minimum(x: N, y: Operand) -> N: ...
@overload
def minimum(x: float, y: N) -> N: ...
def minimum(x: Operand, y: Operand) -> Any:
    """The smaller of x and y; a tie belongs to the first.

        z = where(x <= y, x, where(y < x, y, x + y))
        dz/dx = where(x <= y, 1, 0)
        dz/dy = where(x <= y, 0, 1)

    >>> print(f'{minimum(0.5, 0.2):.6f}')
    0.200000
    """
    if open_blocks and recorder() is not None:
        return record(MINIMUM, x, y)
    try:
        if type(x) is Value:
            if type(y) is Value:
                a = x._data
                b = y._data
                z = a if a <= b else b if b < a else a + b
                dx = 1.0 if a <= b else 0.0
                dy = 0.0 if a <= b else 1.0
            elif type(y) is float or type(y) is int:
                a = x._data
                b = y = float(y)
                z = a if a <= b else b if b < a else a + b
                dx = 1.0 if a <= b else 0.0
                dy = None
            else:
                return record(MINIMUM, x, y)
        elif type(y) is Value and (type(x) is float or type(x) is int):
            a = x = float(x)
            b = y._data
            z = a if a <= b else b if b < a else a + b
            dx = None
            dy = 0.0 if a <= b else 1.0
        else:
            return record(MINIMUM, x, y)
    except FAILURES:
        return record(MINIMUM, x, y)
    node = new(Value)
    node._data = z
    node._primitive = MINIMUM
    node._x = x
    node._dx = dx
    node._y = y
    node._dy = dy
    node._grad = None
    return node


CLAMP = TABLE["clamp"]


@overload
def clamp(x: float, low: float = ..., high: float = ...) -> float: ...
@overload
def clamp(x: N, low: Operand = ..., high: Operand = ...) -> N: ...
@overload
def clamp(x: float, low: N = ..., high: Operand = ...) -> N: ...
@overload
def clamp(x: float, low: float = ..., high: N = ...) -> N: ...
def clamp(x: Operand, low: Operand = -inf, high: Operand = inf) -> Any:
    """x kept between low and high; at a bound the derivative is 1.

        z = where(low <= high, where(x < low, low, where(x > high, high, x)), nan)
        dz/dx = where(x < low, 0, where(x > high, 0, 1))
        dz/dlow = where(x < low, 1, 0)
        dz/dhigh = where(x < low, 0, where(x > high, 1, 0))

    Needs low <= high.

    >>> print(f'{clamp(0.5, -1.0, 1.0):.6f}')
    0.500000
    """
    return record(CLAMP, x, low, high)


WHERE = TABLE["where"]


@overload
def where(condition: float, x: float, y: float) -> float: ...
@overload
def where(condition: N, x: Operand, y: Operand) -> N: ...
@overload
def where(condition: float, x: N, y: Operand) -> N: ...
@overload
def where(condition: float, x: float, y: N) -> N: ...
def where(condition: Operand, x: Operand, y: Operand) -> Any:
    """x where the condition is true (not 0), else y.

        z = where(condition, x, y)
        dz/dcondition = 0
        dz/dx = where(condition, 1, 0)
        dz/dy = where(condition, 0, 1)

    >>> print(f'{where(1.0, 0.5, 0.2):.6f}')
    0.500000
    """
    return record(WHERE, condition, x, y)


SUM = TABLE["sum"]


def sum(x: Iterable[Operand]) -> Any:
    """The sum of all values, added left to right.

        z = total(x)
        dz/dx_i = 1

    >>> print(f'{sum([1.0, 2.0, -4.0]):.6f}')
    -1.000000
    """
    x = tuple(x)
    if open_blocks and recorder() is not None:
        return record(SUM, *gather(SUM, x))
    try:
        ps, p_values = numbers_of(x)
        sum_0 = total(ps)
        z = sum_0
        dx = [1.0 for p in ps]
    except FAILURES:
        return record(SUM, *gather(SUM, x))
    if p_values == 0:
        return z
    node = new(Value)
    node._data = z
    node._primitive = SUM
    node._x = x
    node._y = (x[:p_values], (*dx[:p_values],)) if p_values is not None else parents_and_partials((x, dx))
    node._dx = node._dy = node._grad = None
    return node


DOT = TABLE["dot"]


def dot(x: Iterable[Operand], y: Iterable[Operand]) -> Any:
    """The dot product: the sum of x_i * y_i, added left to right.

        z = total(x * y)
        dz/dx_i = y
        dz/dy_i = x

    >>> print(f'{dot([1.0, 2.0, -4.0], [0.5, 0.25, 3.0]):.6f}')
    -11.000000
    """
    x = tuple(x)
    y = tuple(y)
    if open_blocks and recorder() is not None:
        return record(DOT, *gather(DOT, x, y))
    try:
        ps, p_values = numbers_of(x)
        qs, q_values = numbers_of(y)
        if len(x) != len(y):
            return record(DOT, *gather(DOT, x, y))
        sum_0 = total(map(mul_, ps, qs))
        z = sum_0
        dx = qs
        dy = ps
    except FAILURES:
        return record(DOT, *gather(DOT, x, y))
    if p_values == q_values == 0:
        return z
    node = new(Value)
    node._data = z
    node._primitive = DOT
    node._x = x + y
    node._y = (x[:p_values] + y[:q_values], (*dx[:p_values], *dy[:q_values],)) if p_values is not None and q_values is not None else parents_and_partials((x, dx), (y, dy))
    node._dx = node._dy = node._grad = None
    return node


def dot_of_rows(rows: Sequence[Sequence[Any]], y: tuple[Any, ...]) -> list[Any]:
    """`dot(x, y)` for each x in rows: rows of Values, and y of Values and floats.

    y is read once. Anything else is an error; `dot` knows what to do and what to say.
    """
    qs, q_values = numbers_of(y)
    is_node = [type(operand) is not float for operand in y]
    parents = tuple(compress(y, is_node)) if q_values is None else y[:q_values]
    nodes = []
    for x in rows:
        ps = [operand._data for operand in x]
        if len(ps) != len(qs):
            raise ValueError("families of different lengths")
        sum_0 = total(map(mul_, ps, qs))
        z = sum_0
        dx = qs
        dy = ps
        node = new(Value)
        node._data = z
        node._primitive = DOT
        node._x = (*x, *y)
        own = compress(dy, is_node) if q_values is None else dy[:q_values]
        node._y = (*x, *parents), (*dx, *own)
        node._dx = node._dy = node._grad = None
        nodes.append(node)
    return nodes


NORM = TABLE["norm"]


def norm(x: Iterable[Operand]) -> Any:
    """The Euclidean length sqrt(sum of x_i^2), scaled by the largest so that it cannot overflow; its derivatives at 0 are 0.

        z = where(scale < inf, scale * sqrt(total(x / scale * (x / scale))), scale)
        dz/dx_i = x / where(z == 0, inf, z)
        with scale = where(most > 0, most, 1)
        with most = largest(abs(x))

    >>> print(f'{norm([3.0, -4.0, 0.5]):.6f}')
    5.024938
    """
    x = tuple(x)
    if open_blocks and recorder() is not None:
        return record(NORM, *gather(NORM, x))
    try:
        ps, p_values = numbers_of(x)
        if not x:
            return record(NORM, *gather(NORM, x))
        max_0 = largest([abs_(p) for p in ps])
        sum_1 = total([p / (max_0 if max_0 > 0.0 else 1.0) * (p / (max_0 if max_0 > 0.0 else 1.0)) for p in ps])
        z = (max_0 if max_0 > 0.0 else 1.0) * sqrt_(sum_1) if (max_0 if max_0 > 0.0 else 1.0) < inf else max_0 if max_0 > 0.0 else 1.0
        dx = [p / (inf if z == 0.0 else z) for p in ps]
    except FAILURES:
        return record(NORM, *gather(NORM, x))
    if p_values == 0:
        return z
    node = new(Value)
    node._data = z
    node._primitive = NORM
    node._x = x
    node._y = (x[:p_values], (*dx[:p_values],)) if p_values is not None else parents_and_partials((x, dx))
    node._dx = node._dy = node._grad = None
    return node


LOGSUMEXP = TABLE["logsumexp"]


def logsumexp(x: Iterable[Operand]) -> Any:
    """log(sum of e^x_i), shifted by the largest so that it cannot overflow.

        z = where(abs(most) < inf, most + log(total(exp(x - most))), most)
        dz/dx_i = exp(x - z)
        with most = largest(x)

    >>> print(f'{logsumexp([1.0, 2.0, -4.0]):.6f}')
    2.315072
    """
    x = tuple(x)
    if open_blocks and recorder() is not None:
        return record(LOGSUMEXP, *gather(LOGSUMEXP, x))
    try:
        ps, p_values = numbers_of(x)
        if not x:
            return record(LOGSUMEXP, *gather(LOGSUMEXP, x))
        max_0 = largest(ps)
        sum_1 = total([exp_(p - max_0) for p in ps])
        z = max_0 + log_(sum_1) if abs_(max_0) < inf else max_0
        dx = [exp_(p - z) for p in ps]
    except FAILURES:
        return record(LOGSUMEXP, *gather(LOGSUMEXP, x))
    if p_values == 0:
        return z
    node = new(Value)
    node._data = z
    node._primitive = LOGSUMEXP
    node._x = x
    node._y = (x[:p_values], (*dx[:p_values],)) if p_values is not None else parents_and_partials((x, dx))
    node._dx = node._dy = node._grad = None
    return node


SELECT = TABLE["select"]


def select(index: Operand, x: Iterable[Operand]) -> Any:
    """The value at a position counted from 0.

        z = total(where(position == index, x, 0))
        dz/dindex_i = 0
        dz/dx_i = where(position == index, 1, 0)

    >>> print(f'{select(1, [2.0, -4.0, 0.5]):.6f}')
    -4.000000
    """
    return record(SELECT, *gather(SELECT, index, x))


for name in TABLE.keys() & globals().keys():  # a row that was added to the table is not yet printed
    TABLE[name].operator = globals()[name]
