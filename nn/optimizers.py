"""Optimisers: how parameters follow their gradients downhill.

Each is one formula, `update(parameter, gradient, state, lr, step)`, which gives the new parameter and
the new state. It branches on no data, so that it reads on floats, as `step` uses it, and on whole arrays
of parameters alike. A state is a dict of named entries that all start at 0.0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Any, ClassVar

from autograd import Value
from nn.checks import between
from nn.errors import StateError
from nn.module import is_frozen
from nn.notices import Notices
from nn.schedules import as_data, check_rate, from_data, rate
from nn.state import number

State = Mapping[str, Any]


class Optimizer:
    """Parameters, each with its state, and a count of steps. A subclass writes `update`."""

    entries: tuple[str, ...] = ()
    """The names of a parameter's state; all start at 0.0."""

    options: ClassVar[tuple[str, ...]] = ()
    """The names of the numbers that `update` uses, which are saved with the state."""

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
        steps, schedule = int(number("steps", saved.get("steps"))), from_data(saved.get("lr"))
        fresh = self._with_options(options)
        new: list[State] = []
        for place, state in enumerate(states):
            if not isinstance(state, dict) or set(state) != set(fresh.entries):
                wanted = ", ".join(fresh.entries) or "empty"
                raise StateError(f"a parameter's state of this {kind} is {wanted}, got {state!r:.60}")
            new.append({name: number(f"{place}.{name}", state[name]) for name in fresh.entries})

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


class SGD(Optimizer):
    """Gradient descent: w - lr g. With momentum, w - lr v, where v = momentum v + g.

    `weight_decay` adds weight_decay * w to the gradient (the gradient of weight_decay / 2 * w^2).
    `nesterov` steps along g + momentum v. PyTorch's conventions. (Sutskever et al. 2013, "On the
    importance of initialization and momentum in deep learning".)

    >>> w = Value(1.0)
    >>> optimizer = SGD([w], lr=0.1)
    >>> (w * w).backward(); optimizer.step(); w.data
    0.8
    """

    options = ("momentum", "nesterov", "weight_decay")

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: Any,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        between("SGD", 0.0, 1.0, momentum=momentum)
        between("SGD", 0.0, inf, weight_decay=weight_decay)
        if nesterov and not momentum:
            raise ValueError("SGD with nesterov=True needs a momentum above 0, as momentum=0.9")
        self.momentum, self.nesterov, self.weight_decay = momentum, nesterov, weight_decay
        self.entries = ("velocity",) if momentum else ()
        super().__init__(parameters, lr)

    def update(self, parameter: Any, gradient: Any, state: State, lr: Any, step: int) -> tuple[Any, State]:
        """One step; see the class."""
        if self.weight_decay:
            gradient = gradient + self.weight_decay * parameter
        if not self.momentum:
            return parameter - lr * gradient, state
        velocity = self.momentum * state["velocity"] + gradient
        direction = gradient + self.momentum * velocity if self.nesterov else velocity
        return parameter - lr * direction, {"velocity": velocity}


class RMSProp(Optimizer):
    """w - lr g / (sqrt(s) + eps), where s = decay s + (1 - decay) g^2 is a running mean of g^2.

    (Tieleman and Hinton 2012, lecture 6.5; eps outside the root, as PyTorch.) `weight_decay` adds
    weight_decay * w to the gradient.

    >>> w = Value(1.0)
    >>> optimizer = RMSProp([w], lr=0.01)
    >>> (w * w).backward(); optimizer.step(); print(f"{w.data:.6f}")
    0.900000
    """

    entries = ("mean_square",)
    options = ("decay", "eps", "weight_decay")

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: Any = 0.01,
        decay: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        between("RMSProp", 0.0, 1.0, decay=decay)
        between("RMSProp", 0.0, inf, eps=eps, weight_decay=weight_decay)
        self.decay, self.eps, self.weight_decay = decay, eps, weight_decay
        super().__init__(parameters, lr)

    def update(self, parameter: Any, gradient: Any, state: State, lr: Any, step: int) -> tuple[Any, State]:
        """One step; see the class."""
        gradient = gradient + self.weight_decay * parameter
        mean_square = self.decay * state["mean_square"] + (1.0 - self.decay) * gradient * gradient
        return parameter - lr * gradient / (mean_square**0.5 + self.eps), {"mean_square": mean_square}


class Adam(Optimizer):
    """w - lr m' / (sqrt(v') + eps): a running mean of g over the root of a running mean of g^2.

    m = beta1 m + (1 - beta1) g and v = beta2 v + (1 - beta2) g^2; both start at 0, which m' = m / (1 -
    beta1^step) and v' = v / (1 - beta2^step) correct. (Kingma and Ba 2015, "Adam".) `weight_decay` adds
    weight_decay * w to the gradient.

    >>> w = Value(1.0)
    >>> optimizer = Adam([w], lr=0.01)
    >>> (w * w).backward(); optimizer.step(); print(f"{w.data:.6f}")
    0.990000
    """

    entries = ("mean", "mean_square")
    options = ("beta1", "beta2", "eps", "weight_decay")

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: Any = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        for name, beta in (("beta1", beta1), ("beta2", beta2)):
            between(type(self).__name__, 0.0, 1.0, **{name: beta})
            if beta == 1:
                raise ValueError(
                    f"{type(self).__name__} needs {name} below 1, got 1: nothing would be learned"
                )
        between(type(self).__name__, 0.0, inf, eps=eps, weight_decay=weight_decay)
        self.beta1, self.beta2, self.eps, self.weight_decay = beta1, beta2, eps, weight_decay
        super().__init__(parameters, lr)

    def update(self, parameter: Any, gradient: Any, state: State, lr: Any, step: int) -> tuple[Any, State]:
        """One step; see the class."""
        return self._adapt(parameter, gradient + self.weight_decay * parameter, state, lr, step)

    def _adapt(self, parameter: Any, gradient: Any, state: State, lr: Any, step: int) -> tuple[Any, State]:
        mean = self.beta1 * state["mean"] + (1.0 - self.beta1) * gradient
        mean_square = self.beta2 * state["mean_square"] + (1.0 - self.beta2) * gradient * gradient
        scale = (mean_square / (1.0 - self.beta2**step)) ** 0.5 + self.eps
        parameter = parameter - lr * (mean / (1.0 - self.beta1**step)) / scale
        return parameter, {"mean": mean, "mean_square": mean_square}


class AdamW(Adam):
    """Adam with the weights decayed apart from the gradient: w - lr weight_decay w, then Adam's step.

    (Loshchilov and Hutter 2019, "Decoupled weight decay regularization".)

    >>> w = Value(1.0)
    >>> optimizer = AdamW([w], lr=0.01, weight_decay=0.1)
    >>> (w * w).backward(); optimizer.step(); print(f"{w.data:.6f}")
    0.989000
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: Any = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(parameters, lr, beta1, beta2, eps, weight_decay)

    def update(self, parameter: Any, gradient: Any, state: State, lr: Any, step: int) -> tuple[Any, State]:
        """One step; see the class."""
        return self._adapt(parameter - lr * self.weight_decay * parameter, gradient, state, lr, step)


def _distinct(parameters: Iterable[Value], name: str) -> list[Value]:
    """The parameters, each once: one that is shared is stepped once."""
    parameters = [parameters] if isinstance(parameters, Value) else parameters
    if hasattr(parameters, "parameters"):
        raise TypeError(f"{name} takes parameters, got a {type(parameters).__name__}; give its .parameters()")
    distinct = list(dict.fromkeys(parameters))
    for parameter in distinct:
        if not isinstance(parameter, Value):
            raise TypeError(f"{name} takes Values as parameters, got {type(parameter).__name__}")
        if parameter.primitive is not None:
            raise ValueError(
                f"{name} steps leaves, got a result of {parameter.primitive.name}: {parameter!r}"
            )
    return distinct
