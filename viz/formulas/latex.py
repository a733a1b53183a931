"""LaTeX: the notation of its operations, its numbers, and names as mathematics sets them."""

from __future__ import annotations

import math
import re

from autograd.rules.notation import CALL, Notation

_NAMED = {
    "exp": r"\exp", "log": r"\ln", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "asin": r"\arcsin",
    "acos": r"\arccos", "atan": r"\arctan", "sinh": r"\sinh", "cosh": r"\cosh", "tanh": r"\tanh",
    "asinh": r"\operatorname{{arsinh}}", "acosh": r"\operatorname{{arcosh}}",
    "atanh": r"\operatorname{{artanh}}", "log2": r"\log_2", "log10": r"\log_{{10}}",
    "maximum": r"\max", "minimum": r"\min", "sigmoid": r"\sigma",
}  # fmt: skip

_GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega",
    "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega",
)  # fmt: skip


def literal(number: float) -> str:
    r"""A number: `0.5`, `1.2 \cdot 10^{-7}`, `\infty`."""
    if math.isnan(number):
        return r"\mathrm{NaN}"
    if math.isinf(number):
        return r"-\infty" if number < 0 else r"\infty"
    digits, _, exponent = repr(number).removesuffix(".0").partition("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}" if exponent else digits


def literal_power(number: float) -> int:
    """The binding power of a number: with a minus that of a sum, with a power of ten that of a product."""
    text = literal(number)
    return 11 if text.startswith("-") else 12 if r"\cdot" in text else CALL


LATEX = Notation(
    {
        "add": (11, "{0:11} + {1:12}"),
        "sub": (11, "{0:11} - {1:12}"),
        "mul": (12, r"{0:12} \cdot {1:13}"),
        "div": (16, r"\frac{{{0}}}{{{1}}}"),
        "neg": (11, "-{0:13}"),
        "pow": (14, "{0:17}^{{{1}}}"),
        "abs": (CALL, r"\left|{0}\right|"),
        "sqrt": (CALL, r"\sqrt{{{0}}}"),
        "cbrt": (CALL, r"\sqrt[3]{{{0}}}"),
    }
    | {name: (CALL, rf"{sign}\left({{all}}\right)") for name, sign in _NAMED.items()},
    literal=literal,
)
"""LaTeX. What has no sign of its own is an `\\operatorname`."""


def template(head: str) -> tuple[int, str]:
    """The binding power of an operation, and its template."""
    words = head.replace("_", r"\_")
    return LATEX.templates.get(head) or (CALL, rf"\operatorname{{{{{words}}}}}\left({{all}}\right)")


def name(label: str) -> str:
    r"""An identifier in mathematics: `x1` is `x_{1}`, `alpha` `\alpha`, and a word is upright.

    >>> name("x1"), name("alpha"), name("bias")
    ('x_{1}', '\\alpha', '\\mathrm{bias}')
    """
    letters, digits = re.fullmatch(r"(.*?)_?(\d*)", label, re.DOTALL).groups()  # type: ignore[union-attr]
    letters = letters or label
    base = f"\\{letters}" if letters in _GREEK else letters if len(letters) == 1 else _upright(letters)
    return f"{base}_{{{digits}}}" if digits and letters != label else base


def _upright(word: str) -> str:
    return rf"\mathrm{{{word.replace('_', chr(92) + '_')}}}"
