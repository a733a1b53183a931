"""What a backend promises: how compiled functions and training blocks use it, whatever is below.

A backend is a class of no arguments, by name in `registry`; each compiled function has an object of its own.
To add one is to write three classes.

**`Executable`**, one program made to run. It is made when f is first called on arguments of a new structure
or shape, and compiles when it is first asked for results or for a gradient.

**`Trainer`**, the numbers of one training block: parameters, the gradient of the last step and the
optimiser's state. It owns them while the block steps, in whatever form: two arrays by turns in memory, or
arrays on a device that are donated to each step. The block's `ParameterTable` is the way in and out. `load`
takes the table's numbers over, after somebody has assigned a Value; `fetch` puts the latest numbers into the
table, before somebody looks. The block calls these as seldom as it can, and holds a lock meanwhile: no two
calls of a trainer and its steppers overlap.

**`Stepper`**, the steps of a trainer on batches of one shape, by one program. Steppers of several programs
share the trainer's numbers, so that sequences of several lengths train the same parameters.

What a step must do, in every backend:

- The loss is that before the update, and so are the other results, of the same run.
- The update is `optimizer.update` on arrays of the `table.moving` columns, with the rate that was given, and
  the step counted from 1. Columns from `table.layout.known` on have the gradient 0.
- Random draws are those of `Inputs.drawn`, once for each step, in order: the same bits in every backend.
- `steps` counts whole steps, and changes together with the numbers in one assignment, so that an exception,
  Ctrl-C too, leaves all of a step or nothing of it.
- Steps are taken in *stretches*: several in one call, as a scan on a device is, of at most `longest_stretch`.
  Between stretches Ctrl-C acts, other threads have their turn, and f's names are looked at.

What is an array is judged in `arguments`, which makes numpy's of everything; a backend that has arrays of its
own, which must stay where they are, lets them pass there. All else here, and `compiled` and `training_block`
above, ask a backend for nothing but what follows.
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

It returns the losses (steps,), and the other results (results - 1, steps, batch), new arrays; or None for
these where the program has one result."""


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
        """The results (results, batch) or (results, 1), for parameters p and arguments that are laid out."""
        ...

    def gradient(self, p: Any, x: Any) -> tuple[float, Any]:
        """The mean of the first result over the samples, and its gradient (parameters,)."""
        ...

    def results_and_gradient(self, p: Any, x: Any) -> tuple[Any, Any]:
        """All results, and the gradient of the first one's mean, of one run."""
        ...


class Stepper(Protocol):
    """Steps on batches of one shape."""

    def step(self, arrays: Sequence[Any], rate: float) -> tuple[float, Any]:
        """One step: the mean loss, and the other results (results - 1, batch), new arrays; or None."""
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

    def stepper(self, executable: Any, inputs: Inputs, batch: int) -> Stepper:
        """Steps by one program on batches of so many samples."""
        ...


class Backend(Protocol):
    """Makes programs run, and trains by them."""

    def executable(self, program: Program, dtype: Any, progress: bool) -> Executable:
        """A program made to run; `progress` allows bars for what takes long."""
        ...

    def laid_out(self, inputs: Inputs, arrays: Sequence[Any], batch: int, dtype: Any) -> Any:
        """The arguments of one call and fresh draws, as the executables take them for x."""
        ...

    def trainer(self, table: ParameterTable) -> Trainer:
        """The owner of a table's numbers, which steps them by `table.optimizer`; of 0 steps as yet."""
        ...
