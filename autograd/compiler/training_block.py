"""A training block: steps of an optimiser on a compiled function, while the Values' numbers are elsewhere.

The block knows Values, optimisers and threads; how a step is computed is the backend's (see `protocol`).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from autograd.compiler.arguments import Arguments, kinds
from autograd.compiler.backends.parameter_table import ParameterTable, TableLayout, layout_of
from autograd.compiler.backends.protocol import Trainer
from autograd.compiler.batches import Batches, Gathered, Stacked, is_stream, stacks
from autograd.compiler.holding import HANDOVER, Hold, holder_of, make_held, release
from autograd.compiler.specialization import Specialization
from autograd.compiler.specializations import Specializations
from autograd.engine.messages import describe
from autograd.engine.recording import running
from autograd.trees import leaves, rebuild

STEPPERS_KEPT = 32
"""Shapes of batches for which a block keeps room ready."""


class Prepared(NamedTuple):
    """What one shape of batch needs: its specialization, and the steps by it."""

    key: Any
    """Under which it is kept: shapes and dtypes of the arguments, or their structure with shapes."""

    specialization: Specialization
    batch: int
    trainer: Trainer | None = None
    """Whose numbers the stepper steps."""

    stepper: Any = None


def _if_current(found: Prepared | None) -> Prepared | None:
    """What was prepared, if it still holds."""
    return found if found is not None and running() is None and found.specialization.is_current() else None


class State(NamedTuple):
    """All that depends on which parameters there are; one object, so that an interruption finds it whole."""

    table: ParameterTable
    trainer: Trainer
    prepared: dict[Any, Prepared]


class TrainingBlock:
    """What `with fast.training(optimizer) as step` gives: call it with a batch to take one step.

    To step, a block holds its Values and the optimiser: it reads their numbers into a table once, and a
    trainer of the backend works from there. Whoever touches one of them makes the block let go (see
    `holding`); the next step reads all of them anew. Blocks that take turns on the same Values, as two
    players do, hand them over from table to table. No finaliser ends a block: it would take locks in
    whatever thread, at whatever moment the garbage collector comes.
    """

    def __init__(
        self, specializations: Specializations, optimizer: Any, devices: Any = None, shard: bool = False
    ) -> None:
        if isinstance(optimizer, type) or not hasattr(optimizer, "take_back"):
            raise TypeError(
                f"training takes an optimizer, as SGD(model.parameters(), lr=0.1), got {describe(optimizer)}"
            )
        self.specializations, self.optimizer = specializations, optimizer
        self.devices, self.shard = devices, shard
        self.batched, self.has_aux = specializations.batched, specializations.has_aux
        self.is_open = False
        self.hold = Hold()
        # A formula of the user's own may touch Values, which takes the handover's lock first.
        self.lock = threading.RLock() if optimizer.is_pure else HANDOVER
        self.state = self._state_for(layout_of(specializations.rows, optimizer))

    def __enter__(self) -> Self:
        self.is_open = True
        self.specializations.keepers_of_rows.add(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: Any) -> None:
        """Write everything back, also after an exception; no more steps."""
        try:
            if kind is not None:
                self.state.trainer.give_up()
        finally:
            try:
                self.end()
            except BaseException:  # Ctrl-C in the midst of it
                self.end()
                raise

    def _state_for(self, layout: TableLayout) -> State:
        table = ParameterTable(layout, self.optimizer, self.specializations.dtype)
        return State(table, self.specializations.backend.trainer(table, self.devices, self.shard), {})

    # ---- steps ----------------------------------------------------------------------------------

    def __call__(self, *arguments: Any) -> Any:
        """One step: the mean loss of the batch, before the update; with `has_aux`, (mean loss, aux)."""
        steps, rate = self.optimizer.steps, self.optimizer.lr
        found, arrays = self._prepared(arguments)
        while True:
            with self.lock:
                ready = self._ready(found)
                if ready is not None and self.state.trainer.steps == steps:
                    loss, others = ready.stepper.step(arrays, rate)
                    if self.hold.holder is not self:
                        self._write_what_was_touched()
                    break
            if ready is None:
                self._take_hold()
            else:  # another thread has stepped since
                steps, rate = self.optimizer.steps, self.optimizer.lr
        return (loss, found.specialization.aux(others, found.batch)) if self.has_aux else loss

    def many(self, *arguments: Any) -> Any:
        """A step for each of k batches, in order: their losses (k,), as k calls would give them.

        The arguments are those of one call with another axis before: (k, batch, ...). With `has_aux`:
        (losses, aux), in whose arrays the batches are the first axis as well. Ctrl-C leaves whole steps.

        `step.many(batches)` takes whatever gives one batch after the other and ends, as a generator or a
        DataLoader: each batch is the arguments of one call. They may differ in size, unless f has aux.
        """
        if is_stream(arguments):
            return self._from(arguments[0])
        return self._several(Stacked(arguments, self.batched))

    def over(self, *arguments: Any) -> Any:
        """A step for each of k batches of the rows of data: `step.over(X, y, places)`; their losses (k,).

        `places` are the numbers of the rows, integers (k, batch); the other arguments are the whole data, in
        which rows are the first axis. Else as `many`.
        """
        return self._several(Gathered(arguments, self.batched))

    def _from(self, stream: Any) -> Any:
        """A step for each batch that a stream gives."""
        results, done, first = [], 0, 0
        for batches, size in stacks(stream, self.state.trainer.longest_stretch, self.batched):
            first = first or size
            if self.has_aux and size != first:
                raise ValueError(
                    f"step.many stacks what f returns beside the loss, but batch {done} has {size} samples, "
                    f"those before it {first}; steps are taken on these: call step itself for the others"
                )
            results.append(self._several(batches))
            done += batches.count
        if not results:
            raise ValueError(
                "step.many got no batches; a generator gives them once: make it anew for each call"
            )
        if not self.has_aux:
            return np.concatenate(results)
        losses, aux = zip(*results)
        columns = map(np.concatenate, zip(*map(leaves, aux)))
        return np.concatenate(losses), rebuild(aux[0], columns)

    def _several(self, batches: Batches) -> Any:
        losses, others, done = np.empty(batches.count), [], 0
        found = None
        while done < batches.count:
            found, some, beside = self._take_stretch(batches, done, found)
            losses[done : done + len(some)] = some
            others.append(beside)
            done += len(some)
        if found is None or not self.has_aux:
            return losses
        together = None if others[0] is None else np.concatenate(others, 1)
        return losses, found.specialization.aux(together, batches.count, found.batch)

    def _take_stretch(self, batches: Batches, done: int, found: Prepared | None) -> tuple[Prepared, Any, Any]:
        """Take the next stretch of steps, after those that are done: their losses, and the other results."""
        most = min(batches.count - done, batches.at_once)
        steps, rates = self._next_rates(most)
        found = _if_current(found) or _if_current(self.state.prepared.get(batches.kinds))
        found = found or self._prepared(batches.arguments(done))[0]
        while True:
            with self.lock:
                ready = self._ready(found)
                if ready is not None and self.state.trainer.steps == steps:
                    losses, others = batches.steps_by(ready.stepper)(done, rates)
                    if self.hold.holder is not self:
                        self._write_what_was_touched()
                    return ready, losses, others
            if ready is None:
                self._take_hold()
            else:
                steps, rates = self._next_rates(most)

    def _next_rates(self, most: int) -> tuple[int, list[float]]:
        """How many steps the optimiser has taken, and the rates of those in the next stretch."""
        count = 1 if running() is not None else min(self.state.trainer.longest_stretch, most)
        return self.optimizer.steps, self.optimizer.rates(count)

    def _prepared(self, arguments: Sequence[Any]) -> tuple[Prepared, Sequence[Any]]:
        """What a batch of such arguments needs, and the batch's arrays."""
        key = kinds(arguments)
        known = _if_current(self.state.prepared.get(key))
        if known is not None:
            return known, arguments
        given = Arguments(arguments, self.batched)
        specialization = self.specializations.differentiable(given)
        if key is None:
            key = given.key(), given.batch
        found = self.state.prepared.get(key)
        if found is None or found.specialization is not specialization:
            found = Prepared(key, specialization, given.batch)
        return found, given.arrays

    def _ready(self, found: Prepared) -> Prepared | None:
        """What was prepared, with a stepper of the trainer of now; None if the block must take hold first."""
        table, trainer, prepared = self.state
        if self.hold.holder is not self or not table.lists_as_many():
            return None
        if found.trainer is trainer:
            return found
        if found.specialization.program.parameters > table.layout.known:
            return None
        if found.key not in prepared and len(prepared) == STEPPERS_KEPT:
            del prepared[next(iter(prepared))]
        executable, inputs = found.specialization.executable, found.specialization.inputs
        stepper = trainer.stepper(executable, inputs, found.batch)
        prepared[found.key] = ready = found._replace(trainer=trainer, stepper=stepper)
        return ready

    def _write_what_was_touched(self) -> None:
        """Write back what a step has moved whose formula has touched a Value, which made the block let go."""
        self.state.trainer.fetch()
        self.state.table.write_values(self.steps)
        self._give_back_optimizer()

    # ---- holding: the Values while `hold.holder` is this block, the optimiser while its `holder` is ----

    @property
    def holds_values(self) -> bool:
        """Whether the numbers of the Values are in the trainer."""
        return self.hold.holder is self

    @property
    def steps(self) -> int:
        """How many steps the optimiser has taken."""
        return self.state.trainer.steps

    def parameters_of(self, specialization: Any) -> Any:
        """See `Holder`."""
        with self.lock:
            if not self.holds_values:
                return None
            self.state.trainer.fetch()
            return self.state.table.parameters_of(specialization)

    def _take_hold(self) -> None:
        """Take hold of the Values and the optimiser: their numbers are in the trainer from now on."""
        with HANDOVER, self.lock:
            if not self.is_open:
                raise RuntimeError("this training block is not open: with fast.training(optimizer) as step")
            other: Any = self.hold.holder
            if other in (None, self) or self.optimizer.holder is not self:
                self._take_optimizer()
                other = self._same_values_elsewhere()
            if other is None:
                self._read_values()
            else:
                self._take_over(other)

    def _take_optimizer(self) -> None:
        """Lay the table out for the parameters of now, and read the optimiser's state."""
        self.let_go()
        wanted = layout_of(self.specializations.rows, self.optimizer)
        if wanted != self.state.table.layout:
            self.state = self._state_for(wanted)
        table, trainer, _ = self.state
        trainer.fetch()
        table.read_state()
        trainer.load(self.optimizer.steps)
        self.optimizer.holder = self

    def _same_values_elsewhere(self) -> Any:
        """The block that holds the Values of this one, and no others."""
        values = self.state.table.values
        other: Any = holder_of(values[0]) if values else None
        return other if other is not None and self.state.table.has_values_of(other.state.table) else None

    def _read_values(self) -> None:
        table, trainer, _ = self.state
        shared = Hold()
        try:
            make_held(table.values, shared)
            trainer.fetch()
            table.read_values(self.steps)
            trainer.load(self.steps)
        except BaseException:
            release([value for value in table.values if value._x is shared])
            raise
        self.hold = shared
        shared.holder = self

    def _take_over(self, other: TrainingBlock) -> None:
        """Go on from where another block has brought the same Values, which it holds no more."""
        table, trainer, _ = self.state
        with other.lock:
            other.state.trainer.fetch()
            trainer.fetch()
            table.take_over(other.state.table)
            trainer.load(self.steps)
            self.hold = other.hold
            self.hold.holder = self

    def let_go(self) -> None:
        """Write data, gradients and the optimiser's state back."""
        with HANDOVER, self.lock:
            self.let_go_of_values()
            if self.optimizer.holder is self:
                self._give_back_optimizer()

    def let_go_of_values(self) -> None:
        """Write data and gradients back, and release the Values."""
        with HANDOVER, self.lock:
            table, trainer, _ = self.state
            if self.holds_values:
                trainer.fetch()
                table.write_values(self.steps)
                self.hold.holder = None
            if self.hold.holder is None:
                release([value for value in table.values if value._x is self.hold])

    def _give_back_optimizer(self) -> None:
        """Write the optimiser's state back, and hold it no more."""
        self.state.trainer.fetch()
        self.state.table.write_state(self.steps)
        self.optimizer.take_back(self.steps)

    def sync(self) -> None:
        """Bring Values and optimiser up to date, at once. They are also as soon as one of them is touched."""
        self.let_go()

    def end(self) -> None:
        """Write everything back; no more steps."""
        self.is_open = False
        self.let_go()
        self.specializations.keepers_of_rows.discard(self)
