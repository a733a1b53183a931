"""THE table: every primitive, with its value and its partial derivatives as a calculus table has them.

Each row is read in many ways (see `rules`): eager evaluation, recording, the reverse sweep, forward
mode, higher order, arrays, text. `x` and `y` are the operands and `z` is the result; a partial is
written with whichever of them is most accurate and cheapest. A primitive stands here, rather than
being composed of others, only where composing would lose accuracy or speed, or where the operation is
one that a user names.

Where a limit is infinite, division and powers follow IEEE 754: the partial of `sqrt` at 0 is +inf.
At a kink the branch says which side counts (`relu` at 0: the flat one). At NaN a comparison is false, so the
last branch counts, in values and partials alike: a value hands the NaN on where that branch has it, and
`where(x > 0, 1, 0)` is 0.
"""

from __future__ import annotations

import math
from typing import Any

from autograd.rules.primitives import Primitive
from autograd.symbols import (
    Expression,
    Term,
    acos,
    alpha,
    asin,
    atan,
    atan2,
    condition,
    cos,
    cosh,
    equal,
    erf,
    erfc,
    exp,
    expm1,
    high,
    hypot,
    index,
    largest,
    log,
    log1p,
    low,
    position,
    sin,
    sinh,
    slope,
    sqrt,
    tan,
    tanh,
    total,
    unequal,
    where,
    whole,
    x,
    y,
    z,
)

TABLE: dict[str, Primitive] = {}


def op(
    name: str, operands: str, value: Expression, *partials: Term, families: int = 0, **more: Any
) -> Primitive:
    """Add one row: its name (and symbol), its operands, z, and dz/d(operand) for each of them."""
    name, _, symbol = name.partition(" ")
    floats = tuple(partial if isinstance(partial, Expression) else float(partial) for partial in partials)
    TABLE[name] = Primitive(name, symbol or name, tuple(operands.split()), families, value, floats, **more)
    return TABLE[name]


# fmt: off
# ruff: noqa: E501

#   name        operands  z                                dz/dx                                 dz/dy

op("identity",  "x",      1.0 * x,                         1,                                                                               says="x itself, as a node of its own.", samples=((0.5,), (-2.0,)), forms={"floats": x})

# ---- arithmetic ----------------------------------------------------------------------------------

op("add +",     "x y",    x + y,                           1,                                    1,                                         says="The sum x + y.",        samples=((2.0, -3.0),))
op("sub -",     "x y",    x - y,                           1,                                    -1,                                        says="The difference x - y.", samples=((2.0, -3.0),))
op("mul *",     "x y",    x * y,                           y,                                    x,                                         says="The product x * y.",    samples=((2.0, -3.0),))
op("div /",     "x y",    x / y,                           1 / y,                                -z / y,                                    says="The quotient x / y.",   samples=((2.0, -3.0), (-1.0, 0.3)),
   domain=unequal(y, 0), hint="keep the divisor away from 0")
# At y = 0 dx is 0: as the product, so that its derivative along y is 1 / x, unless x is (near) 0, inf or NaN.
op("pow **",    "x y",    x ** y,                          where(equal(y, 0), where((abs(x) > 1e-308) & (abs(x) < math.inf), y * x ** (y - 1), 0), y * x ** (y - 1)), where(equal(x, 0), 0, log(x) * z), says="x to the power y.",     samples=((2.0, 3.0), (0.7, -1.5)),
   domain=(x > 0) | equal(x, 0) & (y >= 0) | (x < 0) & whole(y) | equal(x, -math.inf) | (x < 0) & equal(abs(y), math.inf), needs="x > 0, or x = 0 with y >= 0, or x < 0 with a whole y", hint="a real power of a negative number is complex; keep the base positive")
op("neg -",     "x",      -x,                              -1,                                                                              says="The opposite -x.",      samples=((2.0,), (-0.5,)))
op("abs",       "x",      abs(x),                          where(x > 0, 1, where(x < 0, -1, 0)),                                            says="The absolute value |x|; its derivative at 0 is 0.", samples=((2.0,), (-0.5,)))
op("hypot",     "x y",    hypot(x, y),                     where(equal(z, 0), 0, x / z),         where(equal(z, 0), 0, y / z),              says="The distance sqrt(x^2 + y^2), without overflow; its derivatives at (0, 0) are 0.", samples=((3.0, -4.0), (0.1, 0.2)))

# ---- exponentials and logarithms -----------------------------------------------------------------

op("exp",       "x",      exp(x),                          z,                                                                               says="The exponential e^x.",                        samples=((0.5,), (-3.0,)), hint="softmax, logsumexp and sigmoid shift their argument and do not overflow")
op("expm1",     "x",      expm1(x),                        exp(x),                                                                          says="e^x - 1, accurate near 0.",                   samples=((0.5,), (-3.0,)), hint="scale or clamp the input")
op("log",       "x",      log(x),                          1 / x,                                                                           says="The natural logarithm.",                      samples=((0.5,), (7.0,)),  domain=x > 0,  hint="clamp the input, or use log1p near zero")
op("log1p",     "x",      log1p(x),                        1 / (1 + x),                                                                     says="log(1 + x), accurate near 0.",                samples=((0.5,), (-0.9,)), domain=x > -1, hint="clamp the input")
op("sqrt",      "x",      sqrt(x),                         0.5 / z,                                                                         says="The square root; its derivative at 0 is inf.", samples=((0.5,), (9.0,)), domain=x >= 0, hint="clamp the input")

# ---- trigonometry, angles in radians -------------------------------------------------------------

op("sin",       "x",      sin(x),                          cos(x),                                                                          says="The sine of x radians.",                      samples=((0.5,), (-2.0,)))
op("cos",       "x",      cos(x),                          -sin(x),                                                                         says="The cosine of x radians.",                    samples=((0.5,), (-2.0,)))
op("tan",       "x",      tan(x),                          1 + z * z,                                                                       says="The tangent of x radians.",                   samples=((0.5,), (-1.0,)))
op("asin",      "x",      asin(x),                         1 / sqrt((1 - x) * (1 + x)),                                                     says="The angle whose sine is x; its derivative at -1 and 1 is inf.",    samples=((0.5,), (-0.9,)), domain=abs(x) <= 1, hint="clamp the input to [-1, 1]")
op("acos",      "x",      acos(x),                         -1 / sqrt((1 - x) * (1 + x)),                                                    says="The angle whose cosine is x; its derivative at -1 and 1 is -inf.", samples=((0.5,), (-0.9,)), domain=abs(x) <= 1, hint="clamp the input to [-1, 1]")
op("atan",      "x",      atan(x),                         1 / (1 + x * x),                                                                 says="The angle whose tangent is x.",               samples=((0.5,), (-2.0,)))
op("atan2",     "x y",    atan2(x, y),                     where(equal(hypot(x, y), 0), 0, y / hypot(x, y) / hypot(x, y)), where(equal(hypot(x, y), 0), 0, -x / hypot(x, y) / hypot(x, y)), says="The angle of the point (y, x), ordinate first as in math.atan2; its derivatives at (0, 0) are 0.", samples=((1.0, 2.0), (-0.5, -0.7)))
op("sinh",      "x",      sinh(x),                         cosh(x),                                                                         says="The hyperbolic sine.",                        samples=((0.5,), (-2.0,)), hint="scale or clamp the input")
op("cosh",      "x",      cosh(x),                         sinh(x),                                                                         says="The hyperbolic cosine.",                      samples=((0.5,), (-2.0,)), hint="scale or clamp the input")
op("erf",       "x",      erf(x),                          2 / math.sqrt(math.pi) * exp(-x * x),                                            says="The error function, 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x.", samples=((0.5,), (-1.2,)))
op("erfc",      "x",      erfc(x),                         -2 / math.sqrt(math.pi) * exp(-x * x),                                           says="1 - erf(x), accurate where erf(x) is close to 1; gelu needs it.",            samples=((0.5,), (-1.2,)))

# ---- activations ---------------------------------------------------------------------------------

op("tanh",      "x",      tanh(x),                         (1 + z) * (1 - z),  # 1 - z^2 cancels as |z| -> 1
                                                                                                                                            says="The hyperbolic tangent, an activation with range (-1, 1).",     samples=((0.5,), (-2.0,)))
sigmoid = \
op("sigmoid",   "x",      where(x >= 0, 1 / (1 + exp(-abs(x))), exp(-abs(x)) / (1 + exp(-abs(x)))),  z * (1 - z),                           says="The logistic function 1 / (1 + e^-x), with range (0, 1).",      samples=((0.5,), (-2.0,)))
op("relu",      "x",      where(x <= 0, 0, x),             where(x > 0, 1, 0),                                                              says="The rectified linear unit max(0, x); its derivative at 0 is 0.", samples=((0.5,), (-2.0,)), forms={"arrays": Expression("maximum", x, 0)})
op("leaky_relu","x slope", where(x > 0, x, slope * x),     where(x > 0, 1, slope),               where(x > 0, 0, x),                        says="x above 0 and slope * x below; at 0 the derivative is the slope.", samples=((0.5, 0.1), (-2.0, 0.1)), defaults={"slope": 0.01})
op("elu",       "x alpha", where(x > 0, x, alpha * expm1(x)), where(x > 0, 1, alpha * exp(x)),   where(x > 0, 0, expm1(x)),                 says="x above 0 and alpha * (e^x - 1) below; at 0 the derivative is alpha.", samples=((0.5, 1.5), (-2.0, 1.5)), defaults={"alpha": 1.0})
op("gelu",      "x",      0.5 * x * erfc(-x / math.sqrt(2)), 0.5 * erfc(-x / math.sqrt(2)) + x * exp(-0.5 * x * x) / math.sqrt(2 * math.pi), says="x times the normal distribution function of x, in its exact erf form.", samples=((0.5,), (-2.0,)))
op("silu",      "x",      x * sigmoid(x),                  sigmoid(x) + z * (1 - sigmoid(x)),                                               says="x * sigmoid(x), also called swish.",                            samples=((0.5,), (-2.0,)))
op("softplus",  "x",      where(x > 0, x, 0) + log1p(exp(-abs(x))), sigmoid(x),                                                             says="log(1 + e^x), a smooth relu.",                                  samples=((0.5,), (-2.0,)))

# ---- choices -------------------------------------------------------------------------------------

op("maximum",   "x y",    where(x >= y, x, where(y > x, y, x + y)), where(x >= y, 1, 0),         where(x >= y, 0, 1),                       says="The larger of x and y; a tie belongs to the first.",            samples=((0.5, 0.2), (-2.0, 0.2)), forms={"arrays": Expression("maximum", x, y)})
op("minimum",   "x y",    where(x <= y, x, where(y < x, y, x + y)), where(x <= y, 1, 0),         where(x <= y, 0, 1),                       says="The smaller of x and y; a tie belongs to the first.",           samples=((0.5, 0.2), (-2.0, 0.2)), forms={"arrays": Expression("minimum", x, y)})
op("clamp",     "x low high",
                          where(low <= high, where(x < low, low, where(x > high, high, x)), math.nan),
                                                           where(x < low, 0, where(x > high, 0, 1)), where(x < low, 1, 0), where(x < low, 0, where(x > high, 1, 0)),
                                                                                                                                            says="x kept between low and high; at a bound the derivative is 1.",  samples=((0.5, -1.0, 1.0), (-2.0, -1.0, 1.0), (3.0, -1.0, 1.0)), domain=low <= high, hint="swap the bounds", defaults={"low": -math.inf, "high": math.inf})
op("where",     "condition x y",
                          where(condition, x, y),          0, where(condition, 1, 0),            where(condition, 0, 1),                    says="x where the condition is true (not 0), else y.",                samples=((1.0, 0.5, 0.2), (0.0, 0.5, 0.2)))

# ---- families of operands ------------------------------------------------------------------------

op("sum",       "x",      total(x),                        1,                                                                               says="The sum of all values, added left to right.",                   samples=((1.0, 2.0, -4.0), (3.0,)), families=1)
op("dot",       "x y",    total(x * y),                    y,                                    x,                                         says="The dot product: the sum of x_i * y_i, added left to right.",   samples=((1.0, 2.0, -4.0, 0.5, 0.25, 3.0), (3.0, -2.0)), families=2)
scale = where(largest(abs(x)) > 0, largest(abs(x)), 1)
op("norm",      "x",      where(scale < math.inf, scale * sqrt(total((x / scale) * (x / scale))), scale), x / where(equal(z, 0), math.inf, z), says="The Euclidean length sqrt(sum of x_i^2), scaled by the largest so that it cannot overflow; its derivatives at 0 are 0.", samples=((3.0, -4.0, 0.5), (-2.0,)), families=1, forms={"arrays": Expression("norm", x)})
op("logsumexp", "x",      where(abs(largest(x)) < math.inf, largest(x) + log(total(exp(x - largest(x)))), largest(x)), exp(x - z),          says="log(sum of e^x_i), shifted by the largest so that it cannot overflow.", samples=((1.0, 2.0, -4.0), (3.0,)), families=1, forms={"arrays": Expression("logsumexp", x)})
op("select",    "index x", total(where(equal(position, index), x, 0)), 0, where(equal(position, index), 1, 0),                              says="The value at a position counted from 0.",                       samples=((1.0, 2.0, -4.0, 0.5), (0.0, 3.0)), families=1, forms={"floats": Expression("element", x, index)})
# fmt: on
