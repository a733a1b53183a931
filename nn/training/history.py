"""History: what happened in training, epoch by epoch; and enough to go on from where it stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf, isfinite, nan
from typing import Any

import numpy as np

from nn.errors import StateError
from nn.layers.module import Module
from nn.randomness import check_generator_state, saved_state, state_of
from nn.states import saved_count, saved_number

Row = dict[str, float]


@dataclass
class History:
    """One row for each epoch: epoch (from 1), loss, lr, and metric and validation_ ones where measured.

    `history["loss"]` is a column. A history is saved with its model and optimiser, and `fit` takes it
    up again: it knows the state of the random generator and how far the running epoch had come.

    >>> history = History([{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25}])
    >>> history["loss"]
    [0.5, 0.25]
    >>> history
      epoch      loss
          1  0.500000
          2  0.250000
    """

    rows: list[Row] = field(default_factory=list)
    interrupted: bool = False
    """Whether Ctrl-C ended the last run."""
    best: dict[str, Any] | None = None
    """With early stopping: the best epoch's number, its score, and the model's state after it."""
    last: dict[str, Any] | None = None
    """The model's state after the last epoch, where the best has taken its place: to go on from."""
    random: dict[str, Any] | None = None
    """The state of the random generator at the start of the running epoch."""
    done: int = 0
    """How many batches of the running epoch are done."""
    sums: dict[str, float] = field(default_factory=dict)
    """Over the samples of the running epoch: their number, and the sums of their losses and metrics."""

    def __getitem__(self, column: str) -> list[float]:
        if self.rows and not any(column in row for row in self.rows):
            raise KeyError(f"no column {column!r} was measured; there are {', '.join(self.rows[-1])}")
        return [row.get(column, nan) for row in self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        if not self.rows:
            return "History of no epochs"
        names = list(self.rows[-1])
        width = {name: max(len(name), 8 if name != "epoch" else 7) for name in names}
        head = "  ".join(name.rjust(width[name]) for name in names)
        shown = self.rows if len(self.rows) <= 20 else [*self.rows[:3], None, *self.rows[-10:]]
        return "\n".join([head, *("..." if row is None else _line(row, width) for row in shown)])

    def plot(self, ax: Any = None) -> Any:
        """Draw loss and metric over the epochs (`viz.plot_loss`); needs matplotlib. Returns the axes."""
        from importlib import import_module

        return import_module("viz").plot_loss(self, ax=ax)

    # ---- while it is being written: by `fit`, or by a loop of one's own ---------------------------

    def add(self, count: int, loss: float, metric: float | None) -> None:
        """Note a batch of `count` samples: its mean loss, and the sum of its metric."""
        self.done += 1
        for name, more in (("samples", count), ("loss", loss * count), ("metric", metric)):
            if more is not None:
                self.sums[name] = self.sums.get(name, 0.0) + more

    def means(self) -> Row:
        """The means over the running epoch so far."""
        return {name: self.sums[name] / self.sums["samples"] for name in self.sums if name != "samples"}

    def close(self, **columns: float) -> None:
        """End the running epoch: a row with its means, and with these columns."""
        self.rows.append({"epoch": len(self.rows) + 1, **self.means(), **columns})
        self.done, self.sums = 0, {}

    def improved(self) -> bool:
        """Whether the last epoch is the best so far, by validation loss if there is one, else by loss."""
        return self._score(self.rows[-1]) < (self.best["score"] if self.best else inf)

    def keep(self, state: dict[str, Any]) -> None:
        """Note the last epoch as the best one, with the model's state after it."""
        self.best = {"epoch": len(self.rows), "score": self._score(self.rows[-1]), "state": state}

    def give_back_best(self, model: Module) -> None:
        """Give the model the state of the best epoch, and note the one that it had last."""
        if self.best is not None:
            last = model.state_dict()
            if last != self.best["state"]:
                model.load_state_dict(self.best["state"])
                self.last = last

    def go_on_from_last(self, model: Module) -> None:
        """Undo `give_back_best`: give the model the state it had last, unless it was changed since."""
        if self.last is not None and self.best is not None and model.state_dict() == self.best["state"]:
            model.load_state_dict(self.last)
        self.last = None

    def waited(self) -> int:
        """Epochs since the best one."""
        return len(self.rows) - (self.best["epoch"] if self.best else 0)

    def generator(self, source: np.random.Generator) -> np.random.Generator:
        """`source`, in the state that it had where this history stopped, if that was noted."""
        if self.random is not None:
            source.bit_generator.state = saved_state(source, self.random)
        return source

    def order(self, source: np.random.Generator, count: int, size: int) -> list[list[int]]:
        """The batches of the running epoch that are not yet done, each as `size` indices of samples."""
        self.random = state_of(source)
        samples = source.permutation(count).tolist()
        return [samples[start : start + size] for start in range(self.done * size, count, size)]

    @staticmethod
    def _score(row: Mapping[str, float]) -> float:
        score = row.get("validation_loss", row["loss"])
        return score if isfinite(score) else inf

    # ---- its state as data ----------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """All of it, as plain data."""
        copy: dict[str, Any] = json.loads(json.dumps(vars(self)))
        return copy

    def prepare_state(self, saved: Any) -> Callable[[], None]:
        """Check a state, and return the function that takes it over."""
        if isinstance(saved, dict):
            saved = {"last": None, **saved}  # which files of the first version lack
        if not isinstance(saved, dict) or set(saved) != set(vars(self)):
            raise StateError(f"a history's state has {', '.join(vars(self))}; got {saved!r:.60}")
        _check_rows(saved["rows"], saved["sums"])
        if not isinstance(saved["interrupted"], bool):
            raise StateError(f"a history's interrupted is true or false, got {saved['interrupted']!r:.60}")
        _check_running_epoch(saved["done"], saved["sums"])
        if saved["random"] is not None:
            check_generator_state(saved["random"])
        if saved["best"] is not None:
            _check_best(saved["best"], len(saved["rows"]))
        if saved["last"] is not None and not isinstance(saved["last"], dict):
            raise StateError(f"a history's last state is a model's, got {saved['last']!r:.60}")
        copy = json.loads(json.dumps(saved))
        return lambda: vars(self).update(copy)

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Take over a state. One that does not fit is a StateError, and nothing changes."""
        self.prepare_state(saved)()


def _line(row: Row, width: Mapping[str, int]) -> str:
    cells = [f"{row[name]:.6f}" if name != "epoch" else str(row[name]) for name in width if name in row]
    return "  ".join(cell.rjust(size) for cell, size in zip(cells, width.values()))


def _check_rows(rows: Any, sums: Any) -> None:
    """A StateError unless the rows are dicts of numbers, and so are the sums."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise StateError(f"a history's rows are a list of dicts, got {rows!r:.60}")
    if not isinstance(sums, dict):
        raise StateError(f"a history's sums are a dict of numbers, got {sums!r:.60}")
    named = {f"rows.{place}": row for place, row in enumerate(rows)} | {"sums": sums}
    for path, numbers in named.items():
        for name, entry in numbers.items():
            saved_number(f"{path}.{name}", entry)


def _check_running_epoch(done: Any, sums: dict[str, float]) -> None:
    """A StateError unless `done` is a count, with sums over some samples once there is a batch."""
    if saved_count("done", done) and not ("loss" in sums and sums.get("samples", 0) > 0):
        raise StateError(f"a history's sums over an epoch have samples and loss, got {sums!r:.60}")


def _check_best(best: Any, epochs: int) -> None:
    """A StateError unless this is one of so many epochs, its score, and a model's state."""
    if not isinstance(best, dict) or set(best) != {"epoch", "score", "state"}:
        raise StateError(f"a history's best is None, or epoch, score and state; got {best!r:.60}")
    if saved_count("best.epoch", best["epoch"]) > epochs:
        raise StateError(f"a history of {epochs} epochs has its best in {best['epoch']}")
    saved_number("best.score", best["score"])
    if not isinstance(best["state"], dict):
        raise StateError(f"a history's best state is a model's, got {best['state']!r:.60}")
