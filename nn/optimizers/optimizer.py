"""What all optimisers share: parameters, their states, a count of steps, a learning rate or schedule.

`step` applies the formula of a subclass (see `methods`) to each parameter in turn. The same formula can be
run on one flat array of all parameters, as compiled training does: it knows neither Values nor lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar, NoReturn, TypeVar

from autograd import Value
from autograd.engine.operands import number as real
from autograd.progress import watched
from nn.checks import parameter_list
from nn.errors import StateError
from nn.layers.parameters import is_frozen
from nn.optimizers.notices import Notices
from nn.optimizers.schedules import as_data, check_rate, from_data, is_known_ahead, rate
from nn.states import check_nonnegative, saved_count, saved_number

State = Mapping[str, Any]
Update = TypeVar("Update", bound=Callable[..., Any])


def pure(update: Update) -> Update:
    """Mark an `update` as one that depends on its arguments and `options` alone, and changes none of them.

    Then compiled training may make machine code of it. What overrides a pure update is not pure by itself.

    >>> class Plain(Optimizer):
    ...     @pure
    ...     def update(self, parameter, gradient, state, lr, step):
    ...         return parameter - lr * gradient, state
    >>> class Halved(Plain):
    ...     def update(self, parameter, gradient, state, lr, step):
    ...         return super().update(parameter, gradient, state, lr / 2, step)
    >>> Plain([], lr=0.1).is_pure, Halved([], lr=0.1).is_pure
    (True, False)
    """
    update.is_pure = True  # type: ignore[attr-defined]
    return update


class Optimizer:
    """Parameters, each with its state, and a count of steps. A subclass writes `update` (see `pure`).

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
    """Which of them no run makes negative, as means of squares: a state with other numbers is refused.

    When one becomes infinite a warning says so, since steps are divided by its root.
    """

    options: ClassVar[tuple[str, ...]] = ()
    """The names of the numbers that `update` uses, which are saved with the state."""

    holder: Any = None
    """The training block that keeps numbers, states and count of steps in its tables, while one does."""

    def __init__(self, parameters: Iterable[Value], lr: Any) -> None:
        self.schedule = lr
        self._parameters = _distinct(parameters, type(self).__name__)
        self._steps = 0
        self._state: list[State] = []
        self._matched: tuple[list[Value], tuple[str, ...]] = [], ()
        self._notices = Notices()
        self._match_state()

    def __setattr__(self, name: str, given: Any) -> None:
        if name == "schedule":
            check_rate(type(self).__name__, given)
        elif name in self.options:
            self.check(name, given)
        super().__setattr__(name, given)
        held = self.holder is not None and name in ("entries", *self.options)
        if held and tuple(self.entries) != self._matched[1]:  # the block's table has no row for the new one
            self._recall()

    def check(self, option: str, given: Any) -> None:
        """Refuse what an option cannot be: called when one is assigned. A subclass writes it for its own."""

    # ---- a step ---------------------------------------------------------------------------------

    @property
    def is_pure(self) -> bool:
        """Whether `update` is marked `pure`."""
        return hasattr(self.update, "is_pure")

    def update(self, parameter: Any, gradient: Any, state: State, lr: Any, step: int) -> tuple[Any, State]:
        """The new parameter and its new state. `step` counts from 1."""
        raise NotImplementedError(f"{type(self).__name__} has no update formula; write it")

    def step(self) -> None:
        """Move every parameter once, against its gradient; frozen ones stay.

        A step is whole or not at all: when the formula fails for one of them, none has moved.
        """
        parameters, states = self.parameters, self.state
        if parameters:
            self._notices.before_step(parameters)
        lr, steps = self.lr, self.steps + 1
        update = self.update if self.is_pure else self._checked_update
        moving = [place for place, parameter in enumerate(parameters) if not is_frozen(parameter)]
        before = [(parameters[place].data, states[place]) for place in moving]
        moved = [
            update(data, parameters[place].grad, state, lr, steps)
            for place, (data, state) in zip(moving, before)
        ]
        try:
            self._move(moving, moved)
            self.steps = steps
        except BaseException:  # Ctrl-C
            self._move(moving, before)
            self.steps = steps - 1
            raise
        if parameters:
            self._notices.after_step(parameters)
            for name in self.nonnegative:
                self._notices.after_update(name, moved)

    def _move(self, places: Sequence[int], new: Sequence[tuple[float, State]]) -> None:
        """Give the parameters at these places new numbers and states."""
        parameters, states = self._parameters, self._state
        for place, (data, state) in zip(places, new):
            parameters[place].data = data
            states[place] = state

    def _checked_update(
        self, parameter: float, gradient: float, state: State, lr: float, step: int
    ) -> tuple[float, State]:
        """What a formula of the user's own gives: a real number, made a float, and all of the state."""
        new = self.update(parameter, gradient, dict(state), lr, step)
        if not isinstance(new, tuple) or len(new) != 2 or not isinstance(new[1], Mapping):
            self.refuse(new)
        data = real(new[0])
        if data is NotImplemented or not new[1].keys() >= set(self.entries):
            self.refuse(new)
        return data, new[1]

    def refuse(self, new: Any) -> NoReturn:
        """Say what a formula must give instead of this."""
        raise TypeError(
            f"{type(self).__name__}.update must give (parameter, state), a real number and a dict with "
            f"{', '.join(self.entries) or 'no entries'}, got {new!r:.80}; in a training block its arguments "
            "are arrays, and so must be what it gives"
        )

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters:
            parameter.zero_grad()

    # ---- what it steps, and how it stands -------------------------------------------------------

    @property
    def parameters(self) -> list[Value]:
        """What it steps. The list may be changed, or assigned: those that stay keep their state.

        Inside a training block, ask for the list anew to replace an entry; one kept may grow or shrink.
        """
        self._recall()
        return self._parameters

    @parameters.setter
    def parameters(self, parameters: Iterable[Value]) -> None:
        distinct = _distinct(parameters, type(self).__name__)
        self._recall()
        self._parameters = distinct

    @property
    def state(self) -> list[State]:
        """The state of each parameter, in their order. Inside a training block, ask again after each step."""
        self._recall()
        self._match_state()
        return self._state

    @state.setter
    def state(self, state: Iterable[State]) -> None:
        state = list(state)
        self._recall()
        self._match_state()
        if len(state) != len(self._parameters):
            raise ValueError(
                f"{type(self).__name__} has {len(self._parameters)} parameters, got {len(state)} states"
            )
        self._state = state

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return self._steps if self.holder is None else int(self.holder.steps)

    @steps.setter
    def steps(self, steps: int) -> None:
        self._recall()
        self._steps = steps

    @property
    def lr(self) -> float:
        """The learning rate of the next step. Assign a number, or a schedule: a function of the step."""
        schedule = self.schedule
        return schedule if type(schedule) is float else rate(schedule, self.steps)

    @lr.setter
    def lr(self, lr: Any) -> None:
        self.schedule = lr

    def _match_state(self) -> None:
        """Let the states match the parameters and entries of now, with 0.0 for what is new."""
        wanted = self._parameters, tuple(self.entries)
        if wanted != self._matched:
            self._parameters[:] = _distinct(self._parameters, type(self).__name__)
            had = dict(zip(self._matched[0], self._state))
            self._state = [
                {name: had.get(parameter, {}).get(name, 0.0) for name in self.entries}
                for parameter in self._parameters
            ]
            self._matched = self._parameters.copy(), wanted[1]

    def __repr__(self) -> str:
        options = "".join(f", {name}={getattr(self, name)!r}" for name in self.options)
        return f"{type(self).__name__}({len(self._parameters)} parameters, lr={self.schedule!r}{options})"

    # ---- held by a training block ---------------------------------------------------------------

    def rates(self, count: int) -> list[float]:
        """The learning rates of the next steps that may be taken in one go: at most `count`, at least one.

        It is one unless the optimiser `is_known_ahead`. A rate that is refused, as it is when a schedule
        overflows, is left to its own step.
        """
        found, steps = [self.lr], self.steps
        if self.is_known_ahead:
            with suppress(ArithmeticError, ValueError):
                for at in range(1, count):
                    found.append(rate(self.schedule, steps + at))
        return found

    @property
    def is_known_ahead(self) -> bool:
        """Whether nothing of the user's own acts between steps: no formula that is not pure, no schedule."""
        return self.is_pure and type(self).lr is Optimizer.lr and is_known_ahead(self.schedule)

    def take_back(self, steps: int) -> None:
        """Be held no more by a training block, which has brought the count to `steps`."""
        self._steps = steps
        self.holder = None

    def _recall(self) -> None:
        """Have the training block that holds this optimiser, if one does, write everything back."""
        if self.holder is not None:
            self.holder.let_go()

    def __getstate__(self) -> dict[str, Any]:
        """For copies and pickles: without the training block that holds it."""
        self._recall()
        return vars(self)

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
        steps, schedule = saved_count("steps", saved.get("steps")), from_data(saved.get("lr"))
        if schedule is not None:
            try:
                check_rate(kind, schedule)
            except (TypeError, ValueError) as error:
                raise StateError(f"the saved learning rate is damaged: {error}") from None
        fresh = self._with_options(options)
        new = [fresh._saved_entries(index, state) for index, state in enumerate(watched(states))]

        def take_over() -> None:
            for name in self.options:
                setattr(self, name, getattr(fresh, name))
            self.steps, self.state = steps, new
            self.schedule = self.schedule if schedule is None else schedule

        return take_over

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Take over a state. One that does not fit is a StateError, and nothing changes."""
        self.prepare_state(saved)()

    def _saved_entries(self, index: int, saved: Any) -> State:
        """The saved state of one parameter, checked; a StateError names it by its index."""
        if not isinstance(saved, dict) or set(saved) != set(self.entries):
            wanted = ", ".join(self.entries) or "empty"
            raise StateError(
                f"a parameter's state of this {type(self).__name__} is {wanted}, got {saved!r:.60}"
            )
        entries = {name: saved_number(f"{index}.{name}", saved[name]) for name in self.entries}
        for name in self.nonnegative:
            check_nonnegative(f"{index}.{name}", entries[name])
        return entries

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
