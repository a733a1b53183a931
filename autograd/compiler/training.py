"""Training a compiled function: parameters, gradients and optimiser state as flat arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.updates import ArrayUpdate, Update, as_machine_code
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.compiler.compiled import Compiled

STEPS_FOR_MACHINE_CODE = 10
"""Steps that a block takes before its updates are compiled, which takes as long as thousands of updates."""


class Training:
    """What `with fast.training(optimizer) as step` gives: call it with a batch to take one step."""

    def __init__(self, compiled: Compiled, optimizer: Any) -> None:
        self.compiled, self.optimizer = compiled, optimizer
        self.values: list[Value] = []
        self.gradient: Any = None
        self._lay_out()

    def _check(self) -> None:
        """A Value that is the result of others cannot be trained: what it was made from would lag behind."""
        for value in self.compiled.order:
            if value.primitive is not None:
                raise TypeError(
                    f"training steps leaves, but f closes over {value!r}, a result of "
                    f"{value.primitive.name}; compute it inside f, so that what it is made from is trained"
                )

    def _lay_out(self) -> None:
        """Flat arrays for the parameters of the program, then for those that only the optimiser knows."""
        optimizer = self.optimizer
        self.values = [
            *self.compiled.order,
            *(v for v in optimizer.parameters if v not in self.compiled.order),
        ]
        self.known = len(self.compiled.order)
        place = {value: at for at, value in enumerate(self.values)}
        dtype = self.compiled.dtype
        self.p = np.array([value.data for value in self.values], dtype)
        moving = [at for at, value in enumerate(optimizer.parameters) if not value.notes.get("frozen")]
        moving.sort(key=lambda at: place[optimizer.parameters[at]])
        self.moving = moving
        places = [place[optimizer.parameters[at]] for at in moving]
        self.places: Any = np.array(places, dtype=np.intp)
        if places == list(range(len(self.values))):
            self.places = slice(None)
        state = {e: np.array([optimizer.state[at][e] for at in moving], dtype) for e in optimizer.entries}
        self.update: Update = ArrayUpdate(optimizer, self.p[self.places], state)
        self.taken = 0

    def __call__(self, *arguments: Any) -> float:
        """One step: the mean loss of the batch, before the update."""
        recording, given = self.compiled.recorded(arguments)
        if len(self.compiled.order) > self.known:
            self._check()
            self.sync()
            self._lay_out()
        loss, gradient = self.compiled.loss_and_gradient(recording, given, self.p)
        optimizer = self.optimizer
        if len(gradient) < len(self.values):
            gradient = np.concatenate([gradient, np.zeros(len(self.values) - len(gradient), gradient.dtype)])
        self.update(gradient[self.places], optimizer.lr, optimizer.steps + 1)
        self.taken += 1
        if self.taken == STEPS_FOR_MACHINE_CODE and self.compiled.backend != "numpy":
            self.update = as_machine_code(self.update)
        if isinstance(self.places, slice):
            self.p = self.update.p
        else:
            self.p = self.p.copy()
            self.p[self.places] = self.update.p
        self.gradient = gradient
        optimizer.steps += 1
        return loss

    def sync(self) -> None:
        """Write data, gradients and the optimiser's state back to where eager training keeps them."""
        for value, data in zip(self.values, self.p.tolist()):
            if value.primitive is None:
                value.data = data
        if self.gradient is not None:
            for value, grad in zip(self.values, self.gradient.tolist()):
                value.grad = grad
        state = self.update.state
        columns = [column.tolist() for column in state.values()]
        for at, entries in zip(self.moving, zip(*columns)):
            self.optimizer.state[at] = dict(zip(state, entries))
