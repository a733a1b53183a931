"""THE table: every primitive, with its value and its partial derivatives as a calculus table has them.

`x` and `y` are the operands and `z` is the result; `dx` is the partial dz/dx, written with whichever of them
is most accurate and cheapest. A row is read in many ways: as functions of floats, of Values, of arrays (see
`readings`), as text (see `notation`). What it says of itself in prose stands in `words`. A primitive stands
here, rather than being composed of others, only where composing would lose accuracy or speed, or where the
operation is one that a user names.

Where a limit is infinite, division and powers follow IEEE 754: the partial of `sqrt` at 0 is +inf.
At a kink the branch says which side counts (`relu` at 0: the flat one). At NaN every comparison is false, so
a `where` is its last branch: the value of `relu` is x there, which is NaN, and its partial is 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, nan, pi
from math import log as ln
from math import sqrt as root

from autograd.rules.primitives import Primitive
from autograd.rules.words import WORDS
from autograd.symbols import (
    Expression,
    Term,
    acos,
    acosh,
    alpha,
    as_term,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
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
    log2,
    log10,
    low,
    position,
    sin,
    sinh,
    slope,
    sqrt,
    substitute,
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
    name: str,
    z: Expression,
    *,
    domain: Expression | None = None,
    parts: Mapping[str, Term] | None = None,
    forms: Mapping[str, Term] | None = None,
    families: int = 0,
    **partials: Term,
) -> Primitive:
    """Add one row: its name (and its symbol), z, and the partial of each operand, in order: dx, dy, ...

    `domain` says where z is defined, and `parts` what the names mean that z and the partials give to parts of
    them. `forms` are z in functions that only some languages have, "floats" or "arrays". The last `families`
    operands are families.
    """
    name, _, symbol = name.partition(" ")
    assert all(key.startswith("d") for key in partials), f"{name}: a partial is called d and its operand"
    stated = (z, *map(as_term, partials.values()))
    value, *rest = (with_parts(term, parts or {}) for term in stated)
    TABLE[name] = Primitive(
        name,
        symbol or name,
        tuple(key.removeprefix("d") for key in partials),
        families,
        value,
        tuple(rest),
        domain=domain,
        forms=forms or {},
        stated=stated,
        parts=parts or {},
        **WORDS[name]._asdict(),
    )
    return TABLE[name]


def with_parts(term: Term, parts: Mapping[str, Term]) -> Term:
    """The term with what its parts mean in their place; a part may be made of later ones."""
    for name, meaning in parts.items():
        term = substitute(term, {name: meaning})
    return term


e, r, most, scale = map(Expression, ("e", "r", "most", "scale"))  # names of parts

# fmt: off

#  name            z                                dz/dx                           dz/dy

op("identity",     z = 1.0 * x,                     dx = 1,                         forms = {"floats": x})

# ---- arithmetic ----------------------------------------------------------------------------------

op("add +",        z = x + y,                       dx = 1,                         dy = 1)
op("sub -",        z = x - y,                       dx = 1,                         dy = -1)
op("mul *",        z = x * y,                       dx = y,                         dy = x)
op("div /",        z = x / y,                       dx = 1 / y,                     dy = -z / y,
   domain = unequal(y, 0))
# At y = 0 dx is 0: as the product, whose derivative along y is 1 / x, unless x is (near) 0, inf or NaN.
op("pow **",       z = x ** y,
   dx = where(unequal(y, 0) | (abs(x) > 1e-308) & (abs(x) < inf), y * x ** (y - 1), 0),
   dy = where(equal(x, 0), 0, log(x) * z),
   domain = (x > 0) | equal(x, 0) & (y >= 0) | (x < 0) & whole(y)
          | equal(x, -inf) | (x < 0) & equal(abs(y), inf))
op("neg -",        z = -x,                          dx = -1)
op("abs",          z = abs(x),                      dx = where(x > 0, 1, where(x < 0, -1, 0)))
op("hypot",        z = hypot(x, y),                 dx = where(equal(z, 0), 0, x / z),
                                                    dy = where(equal(z, 0), 0, y / z))

# ---- exponentials and logarithms -----------------------------------------------------------------

op("exp",          z = exp(x),                      dx = z)
op("expm1",        z = expm1(x),                    dx = exp(x))
op("log",          z = log(x),                      dx = 1 / x,                     domain = x > 0)
op("log1p",        z = log1p(x),                    dx = 1 / (1 + x),               domain = x > -1)
op("log2",         z = log2(x),                     dx = 1 / ln(2) / x,             domain = x > 0)
op("log10",        z = log10(x),                    dx = 1 / ln(10) / x,            domain = x > 0)
op("sqrt",         z = sqrt(x),                     dx = 0.5 / z,                   domain = x >= 0)
op("cbrt",         z = cbrt(x),                     dx = 1 / (3 * z * z))

# ---- trigonometry, angles in radians -------------------------------------------------------------

op("sin",          z = sin(x),                      dx = cos(x))
op("cos",          z = cos(x),                      dx = -sin(x))
op("tan",          z = tan(x),                      dx = 1 + z * z)
op("asin",         z = asin(x),                     dx = 1 / sqrt((1 - x) * (1 + x)),    domain = abs(x) <= 1)
op("acos",         z = acos(x),                     dx = -1 / sqrt((1 - x) * (1 + x)),   domain = abs(x) <= 1)
op("atan",         z = atan(x),                     dx = 1 / (1 + x * x))
op("atan2",        z = atan2(x, y),                 dx = where(equal(r, 0), 0, y / r / r),
                                                    dy = where(equal(r, 0), 0, -x / r / r),
   parts = {"r": hypot(x, y)})
op("sinh",         z = sinh(x),                     dx = cosh(x))
op("cosh",         z = cosh(x),                     dx = sinh(x))
op("asinh",        z = asinh(x),                    dx = 1 / hypot(1, x))
op("acosh",        z = acosh(x),                    dx = 1 / (sqrt(x - 1) * sqrt(x + 1)), domain = x >= 1)
op("atanh",        z = atanh(x),                    dx = 1 / ((1 - x) * (1 + x)),        domain = abs(x) < 1)
op("erf",          z = erf(x),                      dx = 2 / root(pi) * exp(-x * x))
op("erfc",         z = erfc(x),                     dx = -2 / root(pi) * exp(-x * x))

# ---- activations ---------------------------------------------------------------------------------

op("tanh",         z = tanh(x),                     dx = (1 + z) * (1 - z))  # 1 - z^2 cancels as |z| -> 1
sigmoid = \
op("sigmoid",      z = where(x >= 0, 1 / (1 + e), e / (1 + e)),
   dx = z * (1 - z),
   parts = {"e": exp(-abs(x))})
op("relu",         z = where(x <= 0, 0, x),         dx = where(x > 0, 1, 0),
   forms = {"arrays": Expression("maximum", x, 0)})
op("leaky_relu",   z = where(x > 0, x, slope * x),  dx = where(x > 0, 1, slope),
                                                    dslope = where(x > 0, 0, x))
op("elu",          z = where(x > 0, x, alpha * expm1(x)),
   dx     = where(x > 0, 1, alpha * exp(x)),
   dalpha = where(x > 0, 0, expm1(x)))
op("gelu",         z = 0.5 * x * erfc(-x / root(2)),
   dx = 0.5 * erfc(-x / root(2)) + x * exp(-0.5 * x * x) / root(2 * pi))
op("silu",         z = x * sigmoid(x),              dx = sigmoid(x) + z * (1 - sigmoid(x)))
op("softplus",     z = where(x > 0, x, 0) + log1p(exp(-abs(x))),
   dx = sigmoid(x))

# ---- choices -------------------------------------------------------------------------------------

op("maximum",      z = where(x >= y, x, where(y > x, y, x + y)),
   dx = where(x >= y, 1, 0),
   dy = where(x >= y, 0, 1),
   forms = {"arrays": Expression("maximum", x, y)})
op("minimum",      z = where(x <= y, x, where(y < x, y, x + y)),
   dx = where(x <= y, 1, 0),
   dy = where(x <= y, 0, 1),
   forms = {"arrays": Expression("minimum", x, y)})
op("clamp",        z = where(low <= high, where(x < low, low, where(x > high, high, x)), nan),
   dx    = where(x < low, 0, where(x > high, 0, 1)),
   dlow  = where(x < low, 1, 0),
   dhigh = where(x < low, 0, where(x > high, 1, 0)),
   domain = low <= high)
op("where",        z = where(condition, x, y),
   dcondition = 0,
   dx = where(condition, 1, 0),
   dy = where(condition, 0, 1))

# ---- families of operands: a partial is that of one element --------------------------------------

op("sum",          z = total(x),                    dx = 1,                                      families = 1)
op("dot",          z = total(x * y),                dx = y,                         dy = x,      families = 2)
op("norm",         z = where(scale < inf, scale * sqrt(total((x / scale) * (x / scale))), scale),
   dx = x / where(equal(z, 0), inf, z),
   parts = {"scale": where(most > 0, most, 1), "most": largest(abs(x))},
   forms = {"arrays": Expression("norm", x)},
   families = 1)
op("logsumexp",    z = where(abs(most) < inf, most + log(total(exp(x - most))), most),
   dx = exp(x - z),
   parts = {"most": largest(x)},
   forms = {"arrays": Expression("logsumexp", x)},
   families = 1)
op("select",       z = total(where(equal(position, index), x, 0)),
   dindex = 0,
   dx     = where(equal(position, index), 1, 0),
   forms = {"floats": Expression("element", x, index)},
   families = 1)
# fmt: on
