"""Optimisers: how parameters follow their gradients downhill.

Each is one formula, `update(parameter, gradient, state, lr, step)`, which gives the new parameter and
the new state. It branches on no data, so that it reads on floats, as `step` uses it, and on whole arrays
of parameters alike. A state is a dict of named entries that all start at 0.0.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd import Value
from nn.checks import check_between, check_finite
from nn.optimizers.optimizer import Optimizer, State, pure


class _Method(Optimizer):
    """What the optimisers below share: an option of one name means the same in all, and is checked alike."""

    def check(self, option: str, given: Any) -> None:
        """Refuse a number that an option of this name cannot be."""
        kind = type(self).__name__
        if option == "nesterov" and not isinstance(given, bool):
            raise TypeError(f"{kind} needs True or False for nesterov, got {given!r}")
        if option in ("momentum", "decay", "beta1", "beta2"):
            check_between(kind, 0.0, 1.0, **{option: given})
            if given == 1 and option != "momentum":
                raise ValueError(f"{kind} needs {option} below 1, got 1: nothing would be learned")
        if option in ("eps", "weight_decay"):
            check_finite(kind, 0.0, above=option == "eps", **{option: given})


class SGD(_Method):
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
        self.momentum, self.nesterov, self.weight_decay = momentum, nesterov, weight_decay
        if nesterov and not momentum:
            raise ValueError("SGD with nesterov=True needs a momentum above 0, as momentum=0.9")
        super().__init__(parameters, lr)

    @property
    def entries(self) -> tuple[str, ...]:  # type: ignore[override]
        """A velocity, while there is momentum."""
        return ("velocity",) if self.momentum else ()

    @pure
    def update(self, parameter: Any, gradient: Any, state: State, lr: Any, step: int) -> tuple[Any, State]:
        """One step; see the class."""
        if self.weight_decay:
            gradient = gradient + self.weight_decay * parameter
        if not self.momentum:
            return parameter - lr * gradient, state
        velocity = self.momentum * state["velocity"] + gradient
        direction = gradient + self.momentum * velocity if self.nesterov else velocity
        return parameter - lr * direction, {"velocity": velocity}


class RMSProp(_Method):
    """w - lr g / (sqrt(s) + eps), where s = decay s + (1 - decay) g^2 is a running mean of g^2.

    (Tieleman and Hinton 2012, lecture 6.5; eps outside the root, as PyTorch.) `weight_decay` adds
    weight_decay * w to the gradient.

    >>> w = Value(1.0)
    >>> optimizer = RMSProp([w], lr=0.01)
    >>> (w * w).backward(); optimizer.step(); print(f"{w.data:.6f}")
    0.900000
    """

    entries = nonnegative = ("mean_square",)
    options = ("decay", "eps", "weight_decay")

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: Any = 0.01,
        decay: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self.decay, self.eps, self.weight_decay = decay, eps, weight_decay
        super().__init__(parameters, lr)

    @pure
    def update(self, parameter: Any, gradient: Any, state: State, lr: Any, step: int) -> tuple[Any, State]:
        """One step; see the class."""
        gradient = gradient + self.weight_decay * parameter
        mean_square = self.decay * state["mean_square"] + (1.0 - self.decay) * gradient * gradient
        return parameter - lr * gradient / (mean_square**0.5 + self.eps), {"mean_square": mean_square}


class Adam(_Method):
    """w - lr m' / (sqrt(v') + eps): a running mean of g over the root of a running mean of g^2.

    m = beta1 m + (1 - beta1) g and v = beta2 v + (1 - beta2) g^2; both start at 0, which m' = m / (1 -
    beta1^step) and v' = v / (1 - beta2^step) correct. (Kingma and Ba 2015, "Adam".) `weight_decay` adds
    weight_decay * w to the gradient. `betas=(beta1, beta2)`, as in PyTorch, gives both at once.

    >>> w = Value(1.0)
    >>> optimizer = Adam([w], lr=0.01)
    >>> (w * w).backward(); optimizer.step(); print(f"{w.data:.6f}")
    0.990000
    """

    entries = ("mean", "mean_square")
    nonnegative = ("mean_square",)
    options = ("beta1", "beta2", "eps", "weight_decay")

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: Any = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        *,
        betas: tuple[float, float] | None = None,
    ) -> None:
        self.beta1, self.beta2 = self._pair(beta1, beta2, betas)
        self.eps, self.weight_decay = eps, weight_decay
        super().__init__(parameters, lr)

    def _pair(self, beta1: Any, beta2: Any, betas: Any) -> tuple[Any, Any]:
        """beta1 and beta2, given apart or together."""
        kind = type(self).__name__
        if isinstance(beta1, (tuple, list)) and betas is None:
            raise TypeError(f"{kind} needs a number for beta1, got {beta1!r}; for both write betas={beta1!r}")
        if betas is None:
            return beta1, beta2
        if (beta1, beta2) != (0.9, 0.999):
            raise TypeError(
                f"{kind} takes betas or beta1 and beta2, not both, "
                f"got betas={betas!r}, beta1={beta1!r} and beta2={beta2!r}"
            )
        if not isinstance(betas, (tuple, list)) or len(betas) != 2:
            raise TypeError(f"{kind} needs two numbers for betas, as (0.9, 0.999), got {betas!r}")
        return betas[0], betas[1]

    @pure
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
        *,
        betas: tuple[float, float] | None = None,
    ) -> None:
        super().__init__(parameters, lr, beta1, beta2, eps, weight_decay, betas=betas)

    @pure
    def update(self, parameter: Any, gradient: Any, state: State, lr: Any, step: int) -> tuple[Any, State]:
        """One step; see the class."""
        return self._adapt(parameter - lr * self.weight_decay * parameter, gradient, state, lr, step)
