"""What all optimisers share: parameters, their states, a count of steps, a learning rate or schedule.

`step` applies the formula of a subclass (see `optimizers`) to each parameter in turn. The same formula
can be run on one flat array of all parameters: it knows neither Values nor this class's lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from autograd import Value
from nn.checks import parameter_list
from nn.errors import StateError
from nn.module import is_frozen
from nn.notices import Notices
from nn.schedules import as_data, check_rate, from_data, rate
from nn.state import at_least_0, count, number

State = Mapping[str, Any]


class Optimizer:
    """Parameters, each with its state, and a count of steps. A subclass writes `update`.

    >>> class Sign(Optimizer):
    ...     def update(self, parameter, gradient, state, lr, step):
    ...         return parameter - lr * (1.0 if gradient > 0.0 else -1.0), state
    >>> w = Value(2.0)
    >>> (w * w).backward()
    >>> Sign([w], lr=0.5).step()
    >>> w.data
    1.5
    """

    entries: tuple[str, ...] = ()
    """The names of a parameter's state; all start at 0.0."""

    nonnegative: ClassVar[tuple[str, ...]] = ()
    """Which of them no run makes negative: a state with other numbers is refused."""

    options: ClassVar[tuple[str, ...]] = ()
    """The names of the numbers that `update` uses, which are saved with the state."""

    pure: ClassVar[bool] = False
    """Whether `update` depends on its arguments and `options` alone, and changes none of them: then compiled
    training may turn it into machine code. Each class says so for itself; a subclass says it anew."""

    def __init__(self, parameters: Iterable[Value], lr: Any) -> None:
        check_rate(type(self).__name__, lr)
        self.parameters = _distinct(parameters, type(self).__name__)
        self.schedule = lr
        self.steps = 0
        self.state: list[State] = [dict.fromkeys(self.entries, 0.0) for _ in self.parameters]
        self._notices = Notices()

    @property
    def lr(self) -> float:
        """The learning rate of the next step. Assign a number, or a schedule: a function of the step."""
        return rate(self.schedule, self.steps)

    @lr.setter
    def lr(self, lr: Any) -> None:
        check_rate(type(self).__name__, lr)
        self.schedule = lr

    def update(self, parameter: Any, gradient: Any, state: State, lr: Any, step: int) -> tuple[Any, State]:
        """The new parameter and its new state. `step` counts from 1."""
        raise NotImplementedError(f"{type(self).__name__} has no update formula; write it")

    def step(self) -> None:
        """Move every parameter once, against its gradient; frozen ones stay."""
        if self.parameters:
            self._notices.before_step(self.parameters)
        lr = self.lr
        self.steps += 1
        for place, parameter in enumerate(self.parameters):
            if not is_frozen(parameter):
                parameter.data, self.state[place] = self.update(
                    parameter.data, parameter.grad, self.state[place], lr, self.steps
                )

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters:
            parameter.zero_grad()

    def __repr__(self) -> str:
        options = "".join(f", {name}={getattr(self, name)!r}" for name in self.options)
        return f"{type(self).__name__}({len(self.parameters)} parameters, lr={self.schedule!r}{options})"

    # ---- its state as data ----------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """The steps taken, the learning rate or schedule, the options, and each parameter's state."""
        return {
            "kind": type(self).__name__,
            "steps": self.steps,
            "lr": as_data(self.schedule),
            "options": {name: getattr(self, name) for name in self.options},
            "state": [dict(state) for state in self.state],
        }

    def prepare_state(self, saved: Any) -> Callable[[], None]:
        """Check a state, and return the function that takes it over.

        A schedule that is a function of the user's own is not in the state: this optimiser's is kept.
        """
        kind = type(self).__name__
        if not isinstance(saved, dict) or saved.get("kind") != kind:
            found = saved.get("kind") if isinstance(saved, dict) else type(saved).__name__
            raise StateError(f"the saved state is of {found!r}, this optimiser is {kind!r}")
        options, states = saved.get("options"), saved.get("state")
        if not isinstance(options, dict) or set(options) != set(self.options) or not isinstance(states, list):
            raise StateError(f"the saved state of this {kind} lacks options or state: it is damaged")
        if len(states) != len(self.parameters):
            raise StateError(
                f"the saved {kind} steps {len(states)} parameters, this one {len(self.parameters)}; "
                "build the model with the sizes it was saved with"
            )
        steps, schedule = count("steps", saved.get("steps")), from_data(saved.get("lr"))
        if schedule is not None:
            try:
                check_rate(kind, schedule)
            except (TypeError, ValueError) as error:
                raise StateError(f"the saved learning rate is damaged: {error}") from None
        fresh = self._with_options(options)
        new: list[State] = []
        for place, state in enumerate(states):
            if not isinstance(state, dict) or set(state) != set(fresh.entries):
                wanted = ", ".join(fresh.entries) or "empty"
                raise StateError(f"a parameter's state of this {kind} is {wanted}, got {state!r:.60}")
            entries = {name: number(f"{place}.{name}", state[name]) for name in fresh.entries}
            for name in self.nonnegative:
                at_least_0(f"{place}.{name}", entries[name])
            new.append(entries)

        def take_over() -> None:
            vars(self).update({name: getattr(fresh, name) for name in self.options}, entries=fresh.entries)
            self.steps, self.state = steps, new
            self.schedule = self.schedule if schedule is None else schedule

        return take_over

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Take over a state. One that does not fit is a StateError, and nothing changes."""
        self.prepare_state(saved)()

    def _with_options(self, options: dict[str, Any]) -> Optimizer:
        """One like this, without parameters: options are checked as the constructor checks them."""
        try:
            return type(self)([], self.schedule, **options)
        except (TypeError, ValueError) as error:
            raise StateError(f"the saved options {options!r:.80} are damaged: {error}") from None


def _distinct(parameters: Iterable[Value], name: str) -> list[Value]:
    """The parameters, each once: one that is shared is stepped once."""
    distinct = parameter_list(name, parameters)
    for parameter in distinct:
        if parameter.primitive is not None:
            raise ValueError(
                f"{name} steps leaves, got a result of {parameter.primitive.name}: {parameter!r}"
            )
    return distinct
