"""The parameter table: parameters, gradients and optimiser state of a training block, as one array.

It is filled from Values and an optimiser, and writes back to them. It knows no backend: one takes the numbers
over, steps them where it likes, and puts them back here before somebody looks (see `protocol.Trainer`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from autograd.engine.graph import Node
from autograd.engine.value import Value

EVERY = slice(None)
"""The columns of all values."""

_slots: dict[str, Any] = {name: vars(Node)[name] for name in ("_data", "_grad")}


class TableLayout(NamedTuple):
    """What stands where in a parameter table."""

    known: int
    """How many of the values, the first ones, are programs'; the others are the optimiser's alone."""

    values: list[Value]
    """Those in the columns, in order."""

    columns: dict[int, int]
    """By their places in the optimiser's list, the columns of Values that move: those that are not frozen."""

    entries: tuple[str, ...]
    """The names of the optimiser's state, in rows 2, 3 and so on."""


def layout_of(known: Iterable[Value], optimizer: Any) -> TableLayout:
    """The layout for the parameters of programs, and those of an optimiser as they are now."""
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
    columns = {
        at: column[value]
        for at, value in enumerate(parameters)
        if not (getattr(value, "_notes", None) or {}).get("frozen")
    }
    return TableLayout(len(known), values, columns, tuple(optimizer.entries))


class ParameterTable:
    """The numbers of a training block: `numbers` (2 + entries, values), laid out as `layout` says.

    There is a column for each Value. Row 0 is the gradient of the last step, row 1 the parameters after it,
    and the others are the optimiser's state, by `layout.entries`. Methods that take `steps` are told how many
    the optimiser has taken when the numbers are these.
    """

    def __init__(self, layout: TableLayout, optimizer: Any, dtype: Any) -> None:
        self.layout, self.optimizer, self.values = layout, optimizer, layout.values
        every = len(layout.columns) == len(self.values)
        self.moving: Any = EVERY if every else np.array(list(layout.columns.values()), dtype=np.intp)
        """The columns of what the optimiser moves, as an index: a slice, where it moves all."""
        self.numbers = np.zeros((2 + len(layout.entries), len(self.values)), dtype)
        self._values_read_at: int | None = None
        self._state_read_at: int | None = None
        self._state: list[Any] = []
        self._listed: list[Value] = []
        self._count = 0
        self._columns_of: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()

    # ---- from Values and optimiser --------------------------------------------------------------

    def read_state(self) -> None:
        """Take over the optimiser's state."""
        self._state, self._listed = self.optimizer.state, self.optimizer.parameters
        self._count = len(self._listed)
        columns = list(self.layout.columns.values())
        with np.errstate(over="ignore"):
            for row, entry in enumerate(self.layout.entries, start=2):
                self.numbers[row, columns] = [self._state[at][entry] for at in self.layout.columns]
        self._state_read_at = self.optimizer.steps

    def read_values(self, steps: int) -> None:
        """Take over the numbers of the Values, which are held, and their gradients."""
        with np.errstate(over="ignore"):
            gradient = map(_slots["_grad"].__get__, self.values)
            self.numbers[0] = [entry if type(entry) is float else 0.0 for entry in gradient]
            self.numbers[1] = [*map(_slots["_data"].__get__, self.values)]
        self._values_read_at = steps

    def take_over(self, other: ParameterTable) -> None:
        """Take over the numbers of the same Values, and their gradients, from another block's table."""
        self.numbers[:2] = other.numbers[:2, other._columns(self, self.values)]
        self._values_read_at = None

    # ---- and back -------------------------------------------------------------------------------

    def write_values(self, steps: int) -> None:
        """Set data and gradients to what eager training would have left."""
        if steps == self._values_read_at:
            return
        gradient, data = self.numbers[:2].tolist()
        deque(map(_slots["_grad"].__set__, self.values, gradient), 0)
        if self._values_read_at is None:
            deque(map(_slots["_data"].__set__, self.values, data), 0)
        else:
            for column in self.layout.columns.values():
                _slots["_data"].__set__(self.values[column], data[column])

    def write_state(self, steps: int) -> None:
        """Set the optimiser's state to what eager training would have left."""
        if steps == self._state_read_at:
            return
        rows = self.numbers[2:].tolist()
        for at, column in self.layout.columns.items():
            self._state[at] = {name: row[column] for name, row in zip(self.layout.entries, rows)}

    # ---- what it is asked -----------------------------------------------------------------------

    def lists_as_many(self) -> bool:
        """Whether the optimiser's list of parameters, which others may change, is as long as it was."""
        return len(self._listed) == self._count

    def has_values_of(self, other: ParameterTable) -> bool:
        """Whether another block's table has the same Values, exactly."""
        exact = self.numbers.dtype == other.numbers.dtype == np.float64
        return exact and len(self.values) == len(other.values) and {*self.values} == {*other.values}

    def parameters_of(self, specialization: Any) -> Any:
        """The numbers of a specialization's parameters; None unless all are here."""
        columns = self._columns(specialization, specialization.parameters)
        return None if columns is None else self.numbers[1, columns]

    def _columns(self, asking: Any, values: Iterable[Value]) -> Any:
        """The columns of the values of who is asking, always the same ones; None unless all are here."""
        if asking not in self._columns_of:
            column = {value: at for at, value in enumerate(self.values)}
            found = [column.get(value) for value in values]
            self._columns_of[asking] = None if None in found else np.array(found, dtype=np.intp)
        return self._columns_of[asking]
