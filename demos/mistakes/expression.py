"""An expression to try on an engine: the text that a reader sees is the code that runs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from types import CodeType
from typing import Any


@cache
def _compiled(text: str, mode: str) -> CodeType:
    return compile(text, "<expression>", mode)


@dataclass(frozen=True)
class Expression:
    """Statements that use `Value`, and what to look at afterwards.

    >>> from demos.mistakes.engine import Value
    >>> Expression("a = Value(3.0); c = a + a; c.backward()", ("a.grad",)).numbers(Value)
    {'a.grad': 2.0}
    """

    text: str
    shows: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        """The statements, one a line."""
        return self.text.replace("; ", "\n").splitlines()

    def run(self, engine: type) -> dict[str, Any]:
        """The names that the statements leave behind, with `engine` as `Value`."""
        names: dict[str, Any] = {"Value": engine}
        exec(_compiled("\n".join(self.lines), "exec"), names)
        return names

    def numbers(self, engine: type) -> dict[str, float]:
        """What is shown, as numbers."""
        names = self.run(engine)
        return {shown: float(eval(_compiled(shown, "eval"), names)) for shown in self.shows}

    def attempt(self, engine: type) -> dict[str, float]:
        """What is shown, as numbers; nan where the engine raises an error."""
        try:
            return self.numbers(engine)
        except (ArithmeticError, RecursionError, TypeError):
            return dict.fromkeys(self.shows, math.nan)
