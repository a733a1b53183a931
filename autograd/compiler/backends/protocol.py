"""What a backend promises: how compiled functions and training blocks use it, whatever is below.

To add one is to write four classes, `Backend`, `Executable`, `Trainer` and `Stepper`, and a line in
`registry`. Each compiled function has a `Backend` of its own, made without arguments. One whose programs read
and write arrays in this process's memory takes all but its executables from `host`.

**`Executable`**, one program made to run. It is made when f is first called on arguments of a new structure
or shape, and compiles when it is first asked for results or for a gradient. `program.Step` says what each
kind of step computes, `Program.with_gradients` which arrays have cotangents. Values and partials are the
rules of the table: `step.primitive.read(language)` gives them as functions, of arrays or tracers too, where
the `rules.readings.Language` is a dictionary from heads to functions. A partial that is the number 0 (see
`nonzero_partials`) passes nothing on: 0 times an infinite cotangent would be NaN. No number warns or
raises: they overflow as IEEE 754 has it. `lowering` and `numpy` are the way to learn what programs look like.

**`Trainer`**, the numbers of one training block: parameters, the gradient of the last step and the
optimiser's state. It owns them while the block steps, in whatever form: two arrays by turns in memory, or
arrays on a device that are donated to each step. The block's `ParameterTable` is the way in and out, and says
what is in which row and column. `load` takes the table's numbers over, after somebody has assigned a Value;
`fetch` puts the latest numbers into the table, before somebody looks: before the first `load`, too, when they
are the table's own. The block calls these as seldom as it can, and holds a lock meanwhile: no two calls of a
trainer and its steppers overlap.

**`Stepper`**, the steps of a trainer on batches of one shape, by one program. Steppers of several programs
share the trainer's numbers, so that sequences of several lengths train the same parameters.

What is given:

- Arguments are numpy arrays of real numbers, ints and bools among them, in the order of `Inputs.shapes`; or
  arrays of JAX, which numpy makes its own of.
  Their first axis is the batch. With `compile(batched=False)` there is no such axis, and the batch is 1.
- In what order their numbers are the inputs of a program, `Inputs` says. Random draws are those of
  `Inputs.drawn`, once for each call of `laid_out` and for each step, in order: the same bits in every
  backend.
- Parameters p are a numpy vector (parameters,) of the program's dtype, when a function is called. In a table
  they are the first columns: other programs of the block may have more, and the optimiser others.

What a step must do:

- The loss is that before the update, and so are the other results, of the same run.
- The update is `optimizer.update(parameters, gradient, state, rate, step)`, which returns the new parameters
  and state: arrays of the columns `table.moving`, the state a dict of rows by `table.layout.entries`, the
  rate as it was given, the step counted from 1. The gradient is 0 in columns beyond the program's parameters.
  A formula that is not `is_pure` may write to what it is given; one that returns something else is to be told
  by `optimizer.refuse`.
- `steps` counts whole steps, and changes together with the numbers in one assignment, so that an exception,
  Ctrl-C too, leaves all of a step or nothing of it.
- Steps are taken in *stretches*: several in one call, as a scan on a device is, of at most `longest_stretch`.
  Between stretches Ctrl-C acts, other threads have their turn, and f's names are looked at.

All else here, and `compiled` and `training_block` above, ask a backend for nothing but what follows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from autograd.compiler.backends.parameter_table import ParameterTable
from autograd.compiler.program.inputs import Inputs
from autograd.compiler.program.program import Program

ASKED = "asked for"
"""Why a backend runs that the user has named."""

Stretch = Callable[[int, Sequence[float]], tuple[Any, Any]]
"""Takes a stretch of steps, given the place of its first batch and a rate for each step.

It may take the first ones alone, one at least. It returns the losses (steps,), and the other results
(results - 1, steps, batch), new arrays; or None for these where the program has one result."""


class Executable(Protocol):
    """One program, made to run."""

    @property
    def name(self) -> str:
        """The backend's, as the user asks for it."""
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
        """The results (results, batch) or (results, 1), for parameters p and laid out arguments x."""
        ...

    def gradient(self, p: Any, x: Any) -> tuple[float, Any]:
        """The mean of the first result over the samples, and its gradient (parameters,)."""
        ...

    def results_and_gradient(self, p: Any, x: Any) -> tuple[Any, Any]:
        """All results, and the gradient of the mean of the first one, of one run."""
        ...


class Stepper(Protocol):
    """Steps on batches of one shape."""

    def step(self, arrays: Sequence[Any], rate: float) -> tuple[float, Any]:
        """One step: the mean loss, and the other results (results - 1, batch) in a new array, or None."""
        ...

    def many(self, arrays: Sequence[Any]) -> Stretch:
        """Steps on batches that are stacked along the arrays' first axis."""
        ...

    def over(self, arrays: Sequence[Any], places: Any) -> Stretch:
        """Steps on rows of the arrays: `places` (steps, batch) are their numbers."""
        ...


class Trainer(Protocol):
    """The numbers of a training block while it steps."""

    longest_stretch: int
    """How many steps it takes at most in one call."""

    @property
    def steps(self) -> int:
        """How many steps the optimiser has taken."""
        ...

    def load(self, steps: int) -> None:
        """Go on from the table's numbers, at which the optimiser has taken so many steps."""
        ...

    def fetch(self) -> None:
        """Put the latest numbers into the table. Twice in turn costs nothing."""
        ...

    def give_up(self) -> None:
        """The block ends by an error: numbers that other processes would have to bring are not waited for."""
        ...

    def check_batch(self, batch: int) -> None:
        """A ValueError for a number of samples that devices cannot share."""
        ...

    def placed(self, arrays: Sequence[Any]) -> list[Any]:
        """Arrays of which `Stepper.over` will take rows in several calls, where it has them at hand."""
        ...

    def stepper(self, executable: Any, inputs: Inputs, batch: int) -> Stepper:
        """Steps by one program, of this backend, on batches of so many samples."""
        ...


class Backend(Protocol):
    """Makes programs run, and trains by them."""

    def executable(self, program: Program, dtype: Any, progress: bool) -> Executable:
        """A program made to run; `progress` allows bars for what takes long."""
        ...

    def laid_out(self, inputs: Inputs, arrays: Sequence[Any], batch: int, dtype: Any) -> Any:
        """The arguments of one call, and draws made now, as the executables take them for x."""
        ...

    def trainer(self, table: ParameterTable, devices: Any, shard: bool) -> Trainer:
        """The owner of a table's numbers from now on: at 0 steps of `table.optimizer`, as yet.

        `devices` and `shard` are what the user asks for: None and False, unless a backend has devices.
        """
        ...
