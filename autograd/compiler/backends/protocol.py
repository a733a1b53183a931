"""What a backend promises: how a compiled function uses it, whatever array library is below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from autograd.compiler.backends.host.tables import Tables

ASKED = "asked for"
"""Why a backend runs that the user has named."""


class Backend(Protocol):
    """What a backend makes of a program, when it is first asked for."""

    @property
    def name(self) -> str:
        """As the user asks for it."""
        ...

    @property
    def reason(self) -> str:
        """Why it is this one."""
        ...

    @property
    def seconds(self) -> float:
        """Spent on compiling so far."""
        ...

    def results(self, p: Any, x: Any) -> Any:
        """The results of all samples: (results, batch)."""
        ...

    def gradient(self, p: Any, x: Any) -> tuple[float, Any]:
        """The mean of the one result over the samples, and its gradient."""
        ...

    def bound(self, x: Any, tables: Tables) -> Callable[[int], float]:
        """The same for rows x that are filled anew before each call, to be told which table to read.

        The parameters are in row 1 of that table, and the gradient goes to row 0 of the other.
        """
        ...
