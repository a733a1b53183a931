"""Training on devices: the numbers of a block stay there, donated to each call, which loops over batches."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import PartitionSpec

from autograd.compiler.backends.bars import writing_bar
from autograd.compiler.backends.jax.devices import AXIS, Placement
from autograd.compiler.backends.jax.functions import results_and_gradient
from autograd.compiler.backends.jax.inputs import as_rows, flat, typed
from autograd.compiler.backends.jax.processes import together
from autograd.compiler.backends.jax.scope import in_64_bits
from autograd.compiler.backends.parameter_table import EVERY, ParameterTable
from autograd.compiler.backends.protocol import Stretch
from autograd.compiler.program.inputs import Inputs
from autograd.compiler.program.program import Program

LENGTHS_OF_THEIR_OWN = 4
"""Numbers of steps for which a stepper compiles a loop; later, other ones are taken as powers of two."""

OPTIONS_KEPT = 4
"""Settings of the optimiser's options for which a stepper keeps its compiled steps."""


class JaxTrainer:
    """See `protocol.Trainer`."""

    longest_stretch = 64

    def __init__(self, table: ParameterTable, placement: Placement) -> None:
        self.table, self.placement, self.dtype = table, placement, table.numbers.dtype
        self.moving: tuple[Any, ...] = ()
        """The row that says which columns the optimiser moves, if it does not move all."""
        if table.moving is not EVERY:
            moving = np.zeros(len(table.values), bool)
            moving[table.moving] = True
            self.moving = (placement.put_row(moving),)
        names = table.optimizer.options
        self.options: Callable[[], Any] = (lambda: attrgetter(*names)(table.optimizer)) if names else tuple
        self.standing: deque[Any] = deque(maxlen=1)
        """What the last call left: (rows as in the table, losses, other results), and how many steps it was.

        Before the first one there is nothing, and the numbers are the table's.
        """
        self._fetched: Any = None

    @property
    def steps(self) -> int:
        """How many steps the optimiser has taken."""
        return self.standing[0][1] if self.standing else 0

    @in_64_bits
    def load(self, steps: int) -> None:
        """Go on from the numbers that the table shows."""
        rows = tuple(map(self.placement.put_row, self.table.numbers))
        self._fetched = (rows, None, None), steps
        self.standing.append(self._fetched)

    @in_64_bits
    def fetch(self) -> None:
        """Have the table show the latest numbers."""
        if not self.standing or self._fetched is self.standing[0]:
            return
        latest = self.standing[0]
        self.table.numbers = np.array(self.placement.fetched(latest[0][0]))[:, : len(self.table.values)]
        self._fetched = latest

    def go_back(self) -> None:
        """Have the numbers be those of the last `fetch` or `load`, where those of a step are lost."""
        self.standing.append(self._fetched)

    def give_up(self) -> None:
        """See `protocol.Trainer`: numbers that are cut up among processes take all of them."""
        if self.placement.shard and self.placement.processes > 1 and self.standing:
            self.go_back()

    def check_batch(self, batch: int) -> None:
        """See `Placement.check_batch`."""
        self.placement.check_batch(batch)

    @in_64_bits
    def placed(self, arrays: Sequence[Any]) -> list[Any]:
        """The arrays on every device; in one process of several, where they are."""
        if self.placement.processes > 1:
            return list(arrays)
        return [self.placement.put_everywhere(typed(array, self.dtype)) for array in arrays]

    def stepper(self, executable: Any, inputs: Inputs, batch: int) -> JaxStepper:
        """Steps by one program on batches of so many samples, this process's share of all."""
        self.check_batch(batch)
        return JaxStepper(self, executable, inputs, batch)


class JaxStepper:
    """See `protocol.Stepper`."""

    def __init__(self, trainer: JaxTrainer, executable: Any, inputs: Inputs, batch: int) -> None:
        self.trainer, self.executable, self.inputs, self.batch = trainer, executable, inputs, batch
        self.program: Program = executable.program
        executable.devices = trainer.placement.devices
        self._compiled: dict[Any, Any] = {}
        """By the optimiser's options, and the shapes of what is given."""
        self._lengths: set[int] = set()
        """The numbers of steps for which there are loops."""

    @property
    def compiled(self) -> list[Any]:
        """The loops over batches, as JAX has compiled them: `as_text()` shows what they do."""
        return list(self._compiled.values())

    @in_64_bits
    def step(self, arrays: Sequence[Any], rate: float) -> tuple[float, Any]:
        """One step; see `protocol.Stepper`."""
        losses, others = self._advance([rate], arrays)
        return losses.item(), None if others is None else others[:, 0]

    def many(self, arrays: Sequence[Any]) -> Stretch:
        """Steps on stacked batches."""

        def stretch(at: int, rates: Sequence[float]) -> tuple[Any, Any]:
            count = self._length(len(rates))
            return self._advance(rates[:count], [array[at : at + count] for array in arrays])

        return stretch

    @in_64_bits
    def over(self, arrays: Sequence[Any], places: Any) -> Stretch:
        """Steps on rows of the arrays, which are sent once."""
        if self.trainer.placement.processes > 1:  # whose rows are their own
            return lambda at, rates: self.many([array[places[at : at + len(rates)]] for array in arrays])(
                0, rates
            )
        whole = self.trainer.placed(arrays)

        def stretch(at: int, rates: Sequence[float]) -> tuple[Any, Any]:
            count = self._length(len(rates))
            return self._advance(rates[:count], [], whole, places[at : at + count])

        return stretch

    def _length(self, most: int) -> int:
        """How many steps to take in one loop: all, unless that would be yet another loop to compile.

        Each number of steps is a loop of its own: of one that may end at any step, an accelerator asks the
        host at each whether it does.
        """
        if most not in self._lengths and len(self._lengths) >= LENGTHS_OF_THEIR_OWN:
            most = 1 << (most.bit_length() - 1)
        self._lengths.add(most)
        return most

    # ---- a stretch ------------------------------------------------------------------------------

    @in_64_bits
    def _advance(
        self, rates: Sequence[float], stacked: Sequence[Any], whole: Sequence[Any] = (), places: Any = None
    ) -> tuple[Any, Any]:
        """Take the steps: their losses (steps,), and other results (results - 1, steps, batch) or None."""
        trainer, placement, lead = self.trainer, self.trainer.placement, (len(rates), self.batch)
        if self.inputs.draws:
            drawn = [self._drawn() for _ in rates]
            stacked = [*stacked, *map(np.stack, zip(*drawn))]
        with np.errstate(over="ignore"):
            row = np.array(rates, trainer.dtype)
        (rows, _, _), steps = trainer.standing[0]
        arguments = (
            rows,
            trainer.moving,
            list(whole),
            [placement.put_batches(typed(array, trainer.dtype), lead) for array in stacked],
            () if places is None else (placement.put_batches(places, lead),),
            row if placement.processes == 1 else placement.put_everywhere(row),
            float(steps),
        )
        compiled = self._compiled_for(arguments)
        try:
            with together(placement.processes):
                # One call, as Python sees it: nothing comes between the end of the old numbers and the new.
                done = map(compiled, *[[argument] for argument in arguments])
                trainer.standing.extend(zip(done, [steps + len(rates)]))
                (_, losses, others), _ = trainer.standing[0]
                losses = np.asarray(losses)
        except RuntimeError:
            trainer.go_back()
            raise
        if self.program.results.shape[0] == 1:
            return losses, None
        return losses, placement.own_share(others).swapaxes(0, 1)

    def _drawn(self) -> list[Any]:
        """Draws for this process's share of a batch, made for all of it: every process draws alike."""
        own = self.trainer.placement.share_of(self.batch)
        return [array[own] for array in self.inputs.drawn(self.trainer.placement.whole_batch(self.batch))]

    def _compiled_for(self, arguments: Any) -> Any:
        options = self.trainer.options()
        shapes = [(array.shape, array.dtype) for array in jax.tree.leaves(arguments[2:6])]
        key = options, *shapes, len(arguments[4])
        if key not in self._compiled:
            if len({known[0] for known in self._compiled} | {options}) > OPTIONS_KEPT:
                self._compiled.clear()
            start = time.perf_counter()
            with writing_bar(self.program, True, self.executable.progress):
                self._compiled[key] = self.lowered(arguments).compile()
            self.executable.seconds += time.perf_counter() - start
        return self._compiled[key]

    def lowered(self, arguments: Any) -> Any:
        """The loop over batches on all devices, as JAX lowers it."""
        placement = self.trainer.placement
        everywhere, rows = placement.everywhere.spec, placement.rows.spec
        batches = placement.batches.spec
        loop = placement.on_each(
            self._loop,
            (rows, rows, everywhere, batches, batches, everywhere, everywhere),
            (rows, everywhere, PartitionSpec(None, None, AXIS)),
        )
        return jax.jit(loop, donate_argnums=0).lower(*arguments)

    # ---- what is traced -------------------------------------------------------------------------

    def _loop(
        self, rows: Any, moving: Any, whole: Any, stacked: Any, places: Any, rates: Any, step: Any
    ) -> tuple[Any, Any, Any]:
        """A step for each rate, on one device or on its part of each batch; `step` counts those so far."""
        own = len(rates), self.batch // self.trainer.placement.own
        batch, dtype = own[1], self.trainer.dtype
        others = self.program.results.shape[0] - 1, batch

        def body(carried: Any, given: Any) -> Any:
            (rows, step), (rate, arrays, places) = carried, given
            gathered = [jnp.take(array, places[0], axis=0, mode="clip") for array in whole]
            x = as_rows([*gathered, *arrays], batch, dtype)
            found, loss, rows = self._one(rows, moving, x, rate, step)
            return (rows, step + 1.0), (loss, jnp.broadcast_to(found[1:], others))

        places = [array.reshape(own) for array in places]
        each = rates, [flat(array, own) for array in stacked], places
        (rows, _), (losses, beside) = lax.scan(body, (rows, step), each)
        return rows, losses, beside

    def _one(self, rows: Any, moving: Any, x: Any, rate: Any, step: Any) -> tuple[Any, Any, Any]:
        """One step: all results, the mean loss, and the new rows."""
        table, placement = self.trainer.table, self.trainer.placement
        _, p, *entries = rows
        known = placement.whole_row(p)
        found, gradient = results_and_gradient(self.program, known[: self.program.parameters], x)
        gradient = jnp.pad(gradient, (0, len(known) - len(gradient)))
        loss, gradient = placement.mean(jnp.mean(found[0]), gradient)
        names = table.layout.entries
        state = dict(zip(names, entries))
        new, state = table.optimizer.update(p, gradient, state, rate, step + 1.0)
        after = [new, *[state[name] for name in names]]
        after = [jnp.asarray(row).astype(p.dtype) for row in after]
        if moving:
            after = [jnp.where(moving[0], row, old) for row, old in zip(after, rows[1:])]
        return found, loss, (gradient, *after)


@in_64_bits
def is_traceable(table: ParameterTable) -> bool:
    """Whether the optimiser's formula is one that JAX can trace: it is pure, and calls no numpy."""
    if not table.optimizer.is_pure:
        return False
    names, row = table.layout.entries, jax.ShapeDtypeStruct((1,), table.numbers.dtype)
    given = row, row, dict.fromkeys(names, row), row, row
    try:
        new, state = jax.eval_shape(table.optimizer.update, *given)
        return {*names} <= {*state} and isinstance(new, jax.ShapeDtypeStruct)
    except Exception:  # whatever the formula raises where it meets no numbers
        return False
