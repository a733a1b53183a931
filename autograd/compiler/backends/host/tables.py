"""Tables: parameters, gradients and optimiser state of a training block as flat arrays, and the way back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from autograd.engine.graph import Node
from autograd.engine.value import Value

EVERY = slice(None)
"""The places of all parameters."""

_slots: dict[str, Any] = {name: vars(Node)[name] for name in ("_data", "_grad")}


class Layout(NamedTuple):
    """What stands where in the tables."""

    known: int
    """How many of the values the program has; the others are the optimiser's alone."""

    values: list[Value]
    """One for each column."""

    places: dict[int, int]
    """The columns of those of the optimiser's parameters that move: not frozen."""

    entries: tuple[str, ...]
    """The optimiser's state, an entry for each row from the third on."""


def layout(known: Iterable[Value], optimizer: Any) -> Layout:
    """The layout for a program's parameters, and an optimiser's as they are now."""
    known, parameters = list(known), optimizer.parameters
    for value in known:
        if value.primitive is not None:
            raise TypeError(
                f"training steps leaves, but f closes over {value!r}, a result of "
                f"{value.primitive.name}; compute it inside f, so that what it is made from is trained"
            )
    for value in [*known, *parameters]:
        if type(value) is not Value and type(value).data is not Value.data:
            raise TypeError(
                f"training keeps numbers in tables, but {type(value).__name__} has a data of its own; step "
                "such Values by optimizer.step()"
            )
    values = list(dict.fromkeys([*known, *parameters]))
    column = {value: at for at, value in enumerate(values)}
    places = {
        at: column[value]
        for at, value in enumerate(parameters)
        if not (getattr(value, "_notes", None) or {}).get("frozen")
    }
    return Layout(len(known), values, places, tuple(optimizer.entries))


class Tables:
    """Two tables that hold everything, by turns: a step reads one and writes the other.

    The rows of a table are a gradient, the parameters after the step that used it, and the entries of the
    optimiser's state; see Layout for the columns. `standing` says where training stands: which table holds
    it, and after how many steps of the optimiser. One assignment ends a step, so that whatever interrupts
    finds a whole one.
    """

    def __init__(self, layout: Layout, optimizer: Any, dtype: Any) -> None:
        self.layout, self.optimizer, self.values = layout, optimizer, layout.values
        every = len(layout.places) == len(self.values)
        self.columns = np.array(list(layout.places.values()), dtype=np.intp)
        self.moving: Any = EVERY if every else self.columns
        self.pair = [np.zeros((2 + len(layout.entries), len(self.values)), dtype) for _ in range(2)]
        self.standing = (0, 0)
        self.read_at: Any = None
        """Where training stood when the Values were read; None after another block's steps."""
        self.state_read_at: Any = None
        self.state: list[Any] = []
        self.rooms: dict[Any, Any] = {}
        """Workspaces, of which the passes of one program share one."""
        self._columns_of: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        self._listed: list[Value] = []
        self._count = 0

    def read_state(self) -> None:
        """Take over the optimiser's state and count of steps."""
        self.state, self._listed = self.optimizer.state, self.optimizer.parameters
        self._count = len(self._listed)
        with np.errstate(over="ignore"):
            for row, entry in enumerate(self.layout.entries, start=2):
                self.pair[0][row, self.columns] = [self.state[at][entry] for at in self.layout.places]
        self.standing = self.state_read_at = (0, self.optimizer.steps)

    def read_values(self) -> None:
        """Take over the numbers of the Values, which are held, and their gradients."""
        table = self.pair[self.standing[0]]
        with np.errstate(over="ignore"):
            table[0] = [g if type(g) is float else 0.0 for g in map(_slots["_grad"].__get__, self.values)]
            table[1] = [*map(_slots["_data"].__get__, self.values)]
        self.read_at = self.standing

    def lists_as_many(self) -> bool:
        """Whether the optimiser's list of parameters, which others may change, is as long as it was."""
        return len(self._listed) == self._count

    def has_values_of(self, other: Tables) -> bool:
        """Whether another block's tables have the same Values, exactly."""
        exact = self.pair[0].dtype == other.pair[0].dtype == np.float64
        return exact and len(self.values) == len(other.values) and {*self.values} == {*other.values}

    def take_over(self, other: Tables) -> None:
        """Take over the numbers of the same Values, and their gradients, from another block's tables."""
        if other not in self._columns_of:
            column = {value: at for at, value in enumerate(other.values)}
            self._columns_of[other] = np.array([column[value] for value in self.values], np.intp)
        numbers = other.pair[other.standing[0]][:2]
        self.pair[self.standing[0]][:2] = numbers[:, self._columns_of[other]]
        self.read_at = None

    def write_values(self) -> None:
        """Set data and gradients to what eager training would have left."""
        if self.standing is self.read_at:
            return
        gradient, data = self.pair[self.standing[0]][:2].tolist()
        deque(map(_slots["_grad"].__set__, self.values, gradient), 0)
        if self.read_at is None:
            deque(map(_slots["_data"].__set__, self.values, data), 0)
        else:
            for column in self.layout.places.values():
                _slots["_data"].__set__(self.values[column], data[column])

    def write_state(self) -> None:
        """Set the optimiser's state to what eager training would have left."""
        if self.standing is self.state_read_at:
            return
        rows = self.pair[self.standing[0]][2:].tolist()
        for at, column in self.layout.places.items():
            self.state[at] = {name: row[column] for name, row in zip(self.layout.entries, rows)}

    def numbers(self, recording: Any) -> Any:
        """The numbers of a recording's parameters where training stands; None unless all are here."""
        if recording not in self._columns_of:
            column = {value: at for at, value in enumerate(self.values)}
            found = [column.get(parameter, -1) for parameter in recording.parameters]
            self._columns_of[recording] = None if -1 in found else np.array(found, dtype=np.intp)
        columns = self._columns_of[recording]
        return None if columns is None else self.pair[self.standing[0]][1, columns]
