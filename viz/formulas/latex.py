"""LaTeX: the notation of its operations, its numbers, and names as mathematics sets them."""

from __future__ import annotations

import math
import re

from autograd.rules.notation import CALL, Notation

_NAMED = {
    "log": r"\ln", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "asin": r"\arcsin",
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
        "exp": (14, "e^{{{0}}}"),
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
    r"""A name in mathematics: `x1` is `x_{1}`, `alpha` `\alpha`, and a word is upright.

    Of a path the layer stands above, counted from 1, and below the numbers of the neuron and its weight.

    >>> name("x1"), name("alpha"), name("bias")
    ('x_{1}', '\\alpha', '\\mathrm{bias}')
    >>> name("layers.0.neurons.2.w.1"), name("layers.1.neurons.0.b"), name("w.9")
    ('w^{[1]}_{32}', 'b^{[2]}_{1}', 'w_{10}')
    """
    if "." in label:
        return _path(label)
    letters, digits = re.fullmatch(r"(.*?)_?(\d*)", label, re.DOTALL).groups()  # type: ignore[union-attr]
    letters = letters or label
    base = f"\\{letters}" if letters in _GREEK else letters if len(letters) == 1 else _upright(letters)
    return f"{base}_{{{digits}}}" if digits and letters != label else base


def is_path(label: str) -> bool:
    """Whether a label is a path of a parameter: names and numbers, with points between them."""
    return re.fullmatch(r"[A-Za-z_]\w*(\.\w+)+", label, re.ASCII) is not None


def _path(path: str) -> str:
    """`layers.0.neurons.2.w.1` as `w^{[1]}_{32}`; other modules stand above by their names."""
    names = path.split(".")
    last = max(at for at, name in enumerate(names) if not name.isdigit())
    above, below = names[:last], [int(number) + 1 for number in names[last + 1 :]]
    if len(above) > 1 and above[-2] == "neurons":
        below.insert(0, int(above[-1]) + 1)
        above = above[:-2]
    layer = (
        f"[{int(above[1]) + 1}]" if len(above) == 2 and above[0] == "layers" else _upright(".".join(above))
    )
    upper = f"^{{{layer}}}" if above else ""
    lower = f"_{{{('' if max(below) < 10 else ',').join(map(str, below))}}}" if below else ""
    return f"{name(names[last])}{upper}{lower}"


def _upright(word: str) -> str:
    return rf"\mathrm{{{word.replace('_', chr(92) + '_')}}}"
