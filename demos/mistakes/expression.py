"""An expression to try on an engine: the text that a reader sees is the code that runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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
        exec(compile("\n".join(self.lines), "<expression>", "exec"), names)
        return names

    def numbers(self, engine: type) -> dict[str, float]:
        """What is shown, as numbers."""
        names = self.run(engine)
        return {shown: float(eval(shown, names)) for shown in self.shows}
