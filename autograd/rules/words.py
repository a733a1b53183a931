"""What a row of the table says of itself beside its mathematics: prose, samples, hints, defaults.

One entry for each row of `table`, by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import NamedTuple


class Words(NamedTuple):
    """What people read about a primitive, and the points at which it is tried."""

    says: str
    """What it is, in a sentence."""
    samples: list[tuple[float, ...]]
    """Operands inside the domain; a row over families lists all elements of the first, then of the second."""
    hint: str = ""
    """What to do outside the domain, or where it overflows."""
    needs: str = ""
    """The domain in words, where its condition does not read well."""
    defaults: Mapping[str, float] = {}
    """The numbers that operands have when they are left out."""


WORDS: dict[str, Words] = {
    "identity": Words("x itself, as a node of its own.", [(0.5,), (-2.0,)]),
    # ---- arithmetic
    "add": Words("The sum x + y.", [(2.0, -3.0)]),
    "sub": Words("The difference x - y.", [(2.0, -3.0)]),
    "mul": Words("The product x * y.", [(2.0, -3.0)]),
    "div": Words(
        "The quotient x / y.",
        [(2.0, -3.0), (-1.0, 0.3)],
        hint="keep the divisor away from 0",
    ),
    "pow": Words(
        "x to the power y.",
        [(2.0, 3.0), (0.7, -1.5)],
        needs="x > 0, or x = 0 with y >= 0, or x < 0 with a whole y",
        hint="a real power of a negative number is complex; keep the base positive",
    ),
    "neg": Words("The opposite -x.", [(2.0,), (-0.5,)]),
    "abs": Words("The absolute value |x|; its derivative at 0 is 0.", [(2.0,), (-0.5,)]),
    "hypot": Words(
        "The distance sqrt(x^2 + y^2), without overflow; its derivatives at (0, 0) are 0.",
        [(3.0, -4.0), (0.1, 0.2)],
    ),
    # ---- exponentials and logarithms
    "exp": Words(
        "The exponential e^x.",
        [(0.5,), (-3.0,)],
        hint="softmax, logsumexp and sigmoid shift their argument and do not overflow",
    ),
    "expm1": Words("e^x - 1, accurate near 0.", [(0.5,), (-3.0,)], hint="scale or clamp the input"),
    "log": Words(
        "The natural logarithm.",
        [(0.5,), (7.0,)],
        hint="clamp the input, or use log1p near zero",
    ),
    "log1p": Words("log(1 + x), accurate near 0.", [(0.5,), (-0.9,)], hint="clamp the input"),
    "log2": Words(
        "The logarithm to base 2, exact at powers of 2.",
        [(0.5,), (7.0,)],
        hint="clamp the input",
    ),
    "log10": Words(
        "The logarithm to base 10.",
        [(0.5,), (7.0,)],
        hint="clamp the input",
    ),
    "sqrt": Words(
        "The square root; its derivative at 0 is inf.",
        [(0.5,), (9.0,)],
        hint="clamp the input",
    ),
    "cbrt": Words("The cube root, of negative numbers too; its derivative at 0 is inf.", [(0.5,), (-8.0,)]),
    # ---- trigonometry, angles in radians
    "sin": Words("The sine of x radians.", [(0.5,), (-2.0,)]),
    "cos": Words("The cosine of x radians.", [(0.5,), (-2.0,)]),
    "tan": Words("The tangent of x radians.", [(0.5,), (-1.0,)]),
    "asin": Words(
        "The angle whose sine is x; its derivative at -1 and 1 is inf.",
        [(0.5,), (-0.9,)],
        hint="clamp the input to [-1, 1]",
    ),
    "acos": Words(
        "The angle whose cosine is x; its derivative at -1 and 1 is -inf.",
        [(0.5,), (-0.9,)],
        hint="clamp the input to [-1, 1]",
    ),
    "atan": Words("The angle whose tangent is x.", [(0.5,), (-2.0,)]),
    "atan2": Words(
        "The angle of the point (y, x), ordinate first as in math.atan2; its derivatives at (0, 0) are 0.",
        [(1.0, 2.0), (-0.5, -0.7)],
    ),
    "sinh": Words("The hyperbolic sine.", [(0.5,), (-2.0,)], hint="scale or clamp the input"),
    "cosh": Words("The hyperbolic cosine.", [(0.5,), (-2.0,)], hint="scale or clamp the input"),
    "asinh": Words("The inverse of sinh.", [(0.5,), (-2.0,)]),
    "acosh": Words(
        "The inverse of cosh, from 0 on; its derivative at 1 is inf.",
        [(1.5,), (7.0,)],
        hint="clamp the input",
    ),
    "atanh": Words("The inverse of tanh.", [(0.5,), (-0.9,)], hint="clamp the input to within (-1, 1)"),
    "erf": Words(
        "The error function, 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x.",
        [(0.5,), (-1.2,)],
    ),
    "erfc": Words("1 - erf(x), accurate where erf(x) is close to 1; gelu needs it.", [(0.5,), (-1.2,)]),
    # ---- activations
    "tanh": Words("The hyperbolic tangent, an activation with range (-1, 1).", [(0.5,), (-2.0,)]),
    "sigmoid": Words("The logistic function 1 / (1 + e^-x), with range (0, 1).", [(0.5,), (-2.0,)]),
    "relu": Words("The rectified linear unit max(0, x); its derivative at 0 is 0.", [(0.5,), (-2.0,)]),
    "leaky_relu": Words(
        "x above 0 and slope * x below; at 0 the derivative is the slope.",
        [(0.5, 0.1), (-2.0, 0.1)],
        defaults={"slope": 0.01},
    ),
    "elu": Words(
        "x above 0 and alpha * (e^x - 1) below; at 0 the derivative is alpha.",
        [(0.5, 1.5), (-2.0, 1.5)],
        defaults={"alpha": 1.0},
    ),
    "gelu": Words(
        "x times the normal distribution function of x, in its exact erf form.",
        [(0.5,), (-2.0,)],
    ),
    "silu": Words("x * sigmoid(x), also called swish.", [(0.5,), (-2.0,)]),
    "softplus": Words("log(1 + e^x), a smooth relu.", [(0.5,), (-2.0,)]),
    # ---- choices
    "maximum": Words("The larger of x and y; a tie belongs to the first.", [(0.5, 0.2), (-2.0, 0.2)]),
    "minimum": Words("The smaller of x and y; a tie belongs to the first.", [(0.5, 0.2), (-2.0, 0.2)]),
    "clamp": Words(
        "x kept between low and high; at a bound the derivative is 1.",
        [(0.5, -1.0, 1.0), (-2.0, -1.0, 1.0), (3.0, -1.0, 1.0)],
        hint="swap the bounds",
        defaults={"low": -inf, "high": inf},
    ),
    "where": Words("x where the condition is true (not 0), else y.", [(1.0, 0.5, 0.2), (0.0, 0.5, 0.2)]),
    # ---- families of operands
    "sum": Words("The sum of all values, added left to right.", [(1.0, 2.0, -4.0), (3.0,)]),
    "dot": Words(
        "The dot product: the sum of x_i * y_i, added left to right.",
        [(1.0, 2.0, -4.0, 0.5, 0.25, 3.0), (3.0, -2.0)],
    ),
    "norm": Words(
        "The Euclidean length sqrt(sum of x_i^2), scaled by the largest so that it cannot overflow; its "
        "derivatives at 0 are 0.",
        [(3.0, -4.0, 0.5), (-2.0,)],
    ),
    "logsumexp": Words(
        "log(sum of e^x_i), shifted by the largest so that it cannot overflow.",
        [(1.0, 2.0, -4.0), (3.0,)],
    ),
    "select": Words("The value at a position counted from 0.", [(1.0, 2.0, -4.0, 0.5), (0.0, 3.0)]),
}
