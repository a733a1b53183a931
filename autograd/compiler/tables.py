"""Tables: parameters, gradients and optimiser state of a training block as flat arrays, and the way back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd.value import Value

EVERY = slice(None)
"""The places of all parameters."""


class Tables:
    """Two tables that hold everything, by turns: a step reads one and writes the other.

    The rows of a table are a gradient, the parameters after the step that used it, and the entries of the
    optimiser's state; the columns are the parameters of the program, then those that only the optimiser
    knows. `standing` says where training stands: which table holds it, and after how many steps of the
    optimiser. One assignment ends a step, so that whatever interrupts finds a whole one.
    """

    def __init__(self, known: Iterable[Value], optimizer: Any, dtype: Any) -> None:
        known = list(known)
        for value in known:
            if value.primitive is not None:
                raise TypeError(
                    f"training steps leaves, but f closes over {value!r}, a result of "
                    f"{value.primitive.name}; compute it inside f, so that what it is made from is trained"
                )
        self.optimizer, self.known = optimizer, len(known)
        self.values = list(dict.fromkeys([*known, *optimizer.parameters]))
        place = {value: at for at, value in enumerate(self.values)}
        self.places = {
            at: place[value] for at, value in enumerate(optimizer.parameters) if not value.notes.get("frozen")
        }
        every = len(self.places) == len(self.values)
        self.moving: Any = EVERY if every else np.array(list(self.places.values()), dtype=np.intp)
        table = np.zeros((2 + len(optimizer.entries), len(self.values)), dtype)
        with np.errstate(over="ignore"):
            table[0] = [value.grad for value in self.values]
            table[1] = [value.data for value in self.values]
            for row, entry in enumerate(optimizer.entries, start=2):
                for at, column in self.places.items():
                    table[row, column] = optimizer.state[at][entry]
        self.pair = [table, table.copy()]
        self.standing = (0, optimizer.steps)
        self.start = optimizer.steps
        self.rooms: dict[Any, Any] = {}
        """Workspaces, of which the passes of one program share one."""

    def write_back(self) -> None:
        """Set data, gradients and the optimiser's state to what eager training would have left."""
        here, steps = self.standing
        self.optimizer.steps = steps
        if steps == self.start:
            return
        gradient, data, *entries = self.pair[here].tolist()
        for value, number in zip(self.values, gradient):
            value.grad = number
        parameters, state, names = self.optimizer.parameters, self.optimizer.state, self.optimizer.entries
        for at, column in self.places.items():
            parameters[at].data = data[column]
            state[at] = {name: entry[column] for name, entry in zip(names, entries)}
