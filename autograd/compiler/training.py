"""Training a compiled function: parameters, gradients and optimiser state as flat arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd.compiler.updates import MachineUpdate, can_be_recorded, on_arrays

if TYPE_CHECKING:
    from autograd.compiler.compiled import Compiled

STEPS_FOR_MACHINE_CODE = 10
"""Steps that a block takes before its updates are machine code, which takes as long to make as hundreds."""


class Standing(NamedTuple):
    """Where training stands: one object, so that whatever interrupts finds a whole step."""

    p: Any
    state: dict[str, Any]
    gradient: Any
    steps: int


class Training:
    """What `with fast.training(optimizer) as step` gives: call it with a batch to take one step."""

    def __init__(self, compiled: Compiled, optimizer: Any) -> None:
        self.compiled, self.optimizer = compiled, optimizer
        self.ended = False
        self._lay_out()

    def _lay_out(self) -> None:
        """Flat arrays for the parameters of the program, then for those that only the optimiser knows."""
        optimizer, order = self.optimizer, self.compiled.order
        for value in order:
            if value.primitive is not None:
                raise TypeError(
                    f"training steps leaves, but f closes over {value!r}, a result of "
                    f"{value.primitive.name}; compute it inside f, so that what it is made from is trained"
                )
        self.known = len(order)
        self.values = [*order, *(value for value in optimizer.parameters if value not in order)]
        place = {value: at for at, value in enumerate(self.values)}
        moving = [at for at, value in enumerate(optimizer.parameters) if not value.notes.get("frozen")]
        moving.sort(key=lambda at: place[optimizer.parameters[at]])
        self.moving = moving
        self.places = np.array([place[optimizer.parameters[at]] for at in moving], dtype=np.intp)
        self.all_move = len(moving) == len(self.values)
        dtype = self.compiled.dtype
        p = np.array([value.data for value in self.values], dtype)
        state = {e: np.array([optimizer.state[at][e] for at in moving], dtype) for e in optimizer.entries}
        self.standing = Standing(p, state, None, optimizer.steps)
        self.update = on_arrays(optimizer)
        self.taken = 0

    def __call__(self, *arguments: Any) -> float:
        """One step: the mean loss of the batch, before the update."""
        if self.ended:
            raise RuntimeError("this training block has ended; open another: with fast.training(optimizer)")
        recording, given = self.compiled.recorded(arguments)
        if len(self.compiled.order) > self.known:
            self.sync()
            self._lay_out()
        p, state, _, steps = self.standing
        optimizer = self.optimizer
        optimizer.steps = steps
        loss, gradient = self.compiled.loss_and_gradient(recording, given, p)
        if len(gradient) < len(p):
            gradient = np.concatenate([gradient, np.zeros(len(p) - len(gradient), gradient.dtype)])
        if self.all_move:
            new, state = self.update(p, gradient, state, optimizer.lr, steps + 1)
        else:
            new = p.copy()
            places = self.places
            new[places], state = self.update(p[places], gradient[places], state, optimizer.lr, steps + 1)
        self.standing = Standing(new, state, gradient, steps + 1)
        optimizer.steps = steps + 1
        self.taken += 1
        if self.taken == STEPS_FOR_MACHINE_CODE and self.compiled.backend != "numpy":
            self._take_machine_code()
        return loss

    def _take_machine_code(self) -> None:
        """Go on with updates that are machine code, where they can be."""
        p, state, _, _ = self.standing
        if self.all_move and len(p) and can_be_recorded(self.optimizer):
            self.update = MachineUpdate(self.optimizer, p, state, self.compiled.formulas)

    def sync(self) -> None:
        """Write data, gradients and the optimiser's state back to where eager training keeps them."""
        p, state, gradient, steps = self.standing
        self.optimizer.steps = steps
        for value, data in zip(self.values, p.tolist()):
            value.data = data
        if gradient is not None:
            for value, grad in zip(self.values, gradient.tolist()):
                value.grad = grad
        columns = [column.tolist() for column in state.values()]
        for at, entries in zip(self.moving, zip(*columns)):
            self.optimizer.state[at] = dict(zip(state, entries))

    def end(self) -> None:
        """Write everything back, at the second try if Ctrl-C interrupts the first; no more steps."""
        self.ended = True
        try:
            self.sync()
        except KeyboardInterrupt:
            self.sync()
            raise
