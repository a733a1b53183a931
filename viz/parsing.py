"""Expressions as people type them, parsed here and never given to Python: `tanh(w*x + b)`.

Names, numbers, `+ - * / **`, brackets, comparisons (for `where`), lists (for `sum`, `dot` ...) and the
functions of the engine. Anything else is refused, with the place marked.
"""

from __future__ import annotations

import inspect
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import autograd
from autograd.rules.table import TABLE

FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: getattr(autograd, name) for name in (*TABLE, "mean", "norm") if hasattr(autograd, name)
}

DEEPEST = 100
"""So many brackets, calls and powers may stand within one another."""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|<=|>=|[-+*/()\[\],<>]))"
)

_SUMS = {"+": autograd.add, "-": autograd.sub}
_PRODUCTS = {"*": autograd.mul, "/": autograd.div}
_COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


class ExpressionError(ValueError):
    """An expression that cannot be read; the message marks the place."""


def parse(text: str, values: Mapping[str, Any]) -> Any:
    """What `text` gives with these values for its names: operations on them, made one by one.

    Precedence is Python's: `-x ** 2` is -(x ** 2), and `**` groups to the right. Raises ExpressionError
    for whatever is not an expression, and what the engine raises for what is undefined.

    >>> parse("2 * x ** 2 - 1", {"x": 3.0})
    17.0
    >>> parse("x.data", {"x": 3.0})
    Traceback (most recent call last):
    viz.parsing.ExpressionError: nothing can be made of '.'
        x.data
         ^
    """
    parser = _Parser(text, values)
    result = parser.comparison()
    if parser.kind != "end":
        parser.refuse(f"the expression should end before {parser.token!r}")
    if isinstance(result, list):
        parser.at = 0
        parser.refuse("a list is no number; give it to sum, dot, mean ...")
    return result


class _Parser:
    """Recursive descent, one method per level of precedence, loosest first."""

    def __init__(self, text: str, values: Mapping[str, Any]) -> None:
        self.text, self.values, self.depth = text, values, 0
        self.end = 0
        self.advance()

    def advance(self) -> None:
        """Read the next token into `kind` and `token`; `at` is where it stands."""
        rest = self.text[self.end :]
        self.at = self.end + len(rest) - len(rest.lstrip())
        if not rest.strip():
            self.kind, self.token = "end", ""
            return
        found = _TOKEN.match(self.text, self.end)
        if not found or found.lastgroup is None:
            powers = "; write ** for powers" if self.text[self.at] == "^" else ""
            self.refuse(f"nothing can be made of {self.text[self.at]!r}{powers}")
        self.kind, self.token, self.end = found.lastgroup, found[found.lastgroup], found.end()

    def refuse(self, why: str) -> NoReturn:
        """Raise, with the place marked."""
        line = re.sub(r"\s", " ", self.text)
        start = max(0, self.at - 60)
        raise ExpressionError(f"{why}\n    {line[start : self.at + 20]}\n    {' ' * (self.at - start)}^")

    def take(self, token: str) -> None:
        """Go past `token`, which must come now."""
        if self.kind != "sign" or self.token != token:
            self.refuse(
                f"expected {token!r}" + (f", got {self.token!r}" if self.token else " before the end")
            )
        self.advance()

    def comparison(self) -> Any:
        """`a < b` and its like."""
        return self.chain(self.sum, _COMPARISONS)

    def sum(self) -> Any:
        """`a + b - c`, from the left."""
        return self.chain(self.product, _SUMS)

    def product(self) -> Any:
        """`a * b / c`, from the left."""
        return self.chain(self.signed, _PRODUCTS)

    def chain(self, part: Callable[[], Any], signs: Mapping[str, Callable[[Any, Any], Any]]) -> Any:
        """Parts joined by `signs`, from the left."""
        left = part()
        while self.kind == "sign" and self.token in signs:
            join = signs[self.token]
            self.advance()
            left = join(self.number(left), self.number(part()))
        return left

    def signed(self) -> Any:
        """`-a`, `+a`, and powers, which bind tighter."""
        signs = 0
        negative = False
        while self.kind == "sign" and self.token in ("-", "+"):
            negative ^= self.token == "-"
            signs += 1
            self.advance()
        value = self.power()
        return autograd.neg(self.number(value)) if negative else self.number(value) if signs else value

    def power(self) -> Any:
        """`a ** b`, from the right."""
        base = self.atom()
        if self.kind == "sign" and self.token == "**":
            self.advance()
            self.deeper(1)
            exponent = self.number(self.signed())
            self.deeper(-1)
            return autograd.pow(self.number(base), exponent)
        return base

    def atom(self) -> Any:
        """A number, a name, a call, or something in brackets."""
        kind, token = self.kind, self.token
        if kind == "number":
            self.advance()
            return float(token)
        if kind == "name":
            return self.named(token)
        if token not in ("(", "["):
            self.refuse(
                f"expected a number, a name or a bracket, got {token!r}"
                if token
                else "the expression ends too soon"
            )
        self.deeper(1)
        self.advance()
        inside = self.comparison() if token == "(" else self.items("]")
        self.take(")" if token == "(" else "]")
        self.deeper(-1)
        return inside

    def named(self, name: str) -> Any:
        """A variable, or a call of a function."""
        start = self.at
        self.advance()
        if self.kind == "sign" and self.token == "(":
            if name not in FUNCTIONS:
                self.at = start
                self.refuse(f"there is no function {name!r}; there are {', '.join(FUNCTIONS)}")
            self.deeper(1)
            self.advance()
            operands = self.items(")")
            self.take(")")
            self.deeper(-1)
            self.check_count(name, len(operands), start)
            try:
                return FUNCTIONS[name](*operands)
            except TypeError as error:
                self.at = start
                lists = "it takes lists, in square brackets" if "iterable" in str(error) else str(error)
                self.refuse(f"{name}: {lists}")
        if name in self.values:
            return self.values[name]
        self.at = start
        return self.refuse(f"{name!r} has no value; give {name}=...")

    def check_count(self, name: str, got: int, start: int) -> None:
        """Refuse a call with too few or too many operands."""
        parameters = [
            parameter
            for parameter in inspect.signature(FUNCTIONS[name]).parameters.values()
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
        least = sum(parameter.default is parameter.empty for parameter in parameters)
        if not least <= got <= len(parameters):
            self.at = start
            some = f"{least}" if least == len(parameters) else f"{least} to {len(parameters)}"
            self.refuse(f"{name} takes {some} operand{'s' * (len(parameters) > 1)}, got {got}")

    def items(self, close: str) -> list[Any]:
        """Expressions with commas between, up to `close`."""
        found: list[Any] = []
        while not (self.kind == "sign" and self.token == close):
            found.append(self.comparison())
            if not (self.kind == "sign" and self.token == ","):
                break
            self.advance()
        return found

    def number(self, value: Any) -> Any:
        """`value`, which must not be a list."""
        if isinstance(value, list):
            self.refuse("a list is no number; give it to sum, dot, mean ...")
        return value

    def deeper(self, by: int) -> None:
        """Count brackets, so that no input can exhaust the stack."""
        self.depth += by
        if self.depth > DEEPEST:
            self.refuse(f"nested more than {DEEPEST} deep")
