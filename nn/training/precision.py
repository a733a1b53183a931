"""Low precision, simulated: what happens to training when numbers have few digits.

`simulate_precision` is a recorder. It rounds what the engine stores: each result and each partial when
an operation is recorded, each cotangent in the backward pass. Leaves keep all their digits, like the
master weights of mixed-precision training. `LossScaler` is the usual remedy for what underflows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import copysign, frexp, inf, isfinite, ldexp
from typing import Any, NamedTuple

from autograd import Value
from autograd.engine.graph import Node
from autograd.engine.messages import describe
from autograd.engine.recorders import Recorder
from autograd.engine.recording import using
from autograd.tools.events import Made
from nn.checks import check_between, check_size
from nn.errors import StateError
from nn.optimizers.optimizer import Optimizer
from nn.states import saved_count, saved_number


class Format(NamedTuple):
    """A binary floating-point format: significant digits, least exponent of a normal number, largest."""

    digits: int
    least: int
    largest: float


# fmt: off
FORMATS = {
    "float16":  Format(11,  -14, 65504.0),
    "bfloat16": Format( 8, -126, 2.0**127 * (2 - 2.0**-7)),
    "float32":  Format(24, -126, 2.0**127 * (2 - 2.0**-23)),
}
# fmt: on


def rounded(x: float, form: Format) -> float:
    """The nearest number of a format, ties to even; inf beyond the largest, subnormals near 0.

    >>> rounded(0.1, FORMATS["float16"]), rounded(70000.0, FORMATS["float16"])
    (0.0999755859375, inf)
    """
    if not isfinite(x) or x == 0.0:
        return x
    unit = max(frexp(x)[1] - 1, form.least) - form.digits + 1  # the exponent of the last digit
    nearest = ldexp(round(ldexp(x, -unit)), unit) if unit > -1000 else 0.0
    return copysign(nearest if abs(nearest) <= form.largest else inf, x)


class Rounding(Recorder):
    """Rounds data, partials and cotangents to a format."""

    def __init__(self, form: Format) -> None:
        self.form = form

    def record(self, primitive: Any, operands: Sequence[Any]) -> Any:
        """The node that the inner recorder makes, rounded."""
        node = self.inner.record(primitive, operands)
        if isinstance(node, Value):
            node.data = rounded(node.data, self.form)
            node.replace_partials([self._rounded(partial) for partial in node.partials])
        return node

    def notice(self, event: object) -> Any:
        """Round what no operation made: a Value of `autograd.micrograd` that is written by hand."""
        if isinstance(event, Made):
            event.node._data = rounded(event.node._data, self.form)
        return self.inner.notice(event)

    def cotangent(self, node: Node, cotangent: float) -> float:
        """The rounded cotangent; one of a checkpoint, which is several numbers, as it is."""
        return self._rounded(self.inner.cotangent(node, cotangent))  # type: ignore[no-any-return]

    def _rounded(self, stored: Any) -> Any:
        return rounded(stored, self.form) if type(stored) is float else stored


@contextmanager
def simulate_precision(name: str) -> Iterator[None]:
    """A context in which the engine stores "float16", "bfloat16" or "float32" numbers. Overflow is inf.

    >>> with simulate_precision("float16"):
    ...     (Value(0.1) + 0.2).data, (Value(300.0) * 300.0).data
    (0.300048828125, inf)
    """
    if name not in FORMATS:
        raise ValueError(f"no precision is named {name!r}; there are {', '.join(FORMATS)}")
    with using(Rounding(FORMATS[name])):
        yield


class LossScaler:
    """Scales the loss, so that small gradients do not round to 0, and the gradients back before a step.

    `backward(loss)` seeds the pass with `scale`; `step(optimizer)` divides it out. A step whose gradients
    are not finite is skipped, and the scale multiplied by `backoff`; after `interval` good steps in a row
    it is multiplied by `growth`. (Micikevicius et al. 2018, "Mixed precision training"; the defaults are
    PyTorch's, but for the scale: its 65536 is inf in float16, whose largest number is 65504, so that the
    first step would always be skipped; 32768 is the largest power of 2 that is not.)

    >>> from nn import SGD
    >>> w = Value(1.0); optimizer = SGD([w], lr=0.5); scaler = LossScaler(1024.0)
    >>> with simulate_precision("float16"):
    ...     scaler.backward((w * 1e-4) * 1e-4)
    >>> scaler.step(optimizer), w.grad > 0.0
    (True, True)
    """

    def __init__(
        self, scale: float = 32768.0, growth: float = 2.0, backoff: float = 0.5, interval: int = 2000
    ) -> None:
        check_between("LossScaler", 1e-300, 1e300, scale=scale)
        check_between("LossScaler", 1.0, 1e300, growth=growth)
        check_between("LossScaler", 1e-300, 1.0, backoff=backoff)
        check_size("LossScaler", interval=interval)
        self.scale, self.growth, self.backoff, self.interval = scale, growth, backoff, interval
        self.good_steps = 0

    def backward(self, loss: Value) -> None:
        """The backward pass, every cotangent `scale` times as large."""
        if not isinstance(loss, Value):
            raise TypeError(f"LossScaler.backward takes a loss, a Value, got {describe(loss)}")
        loss.backward(seed=self.scale)

    def step(self, optimizer: Optimizer) -> bool:
        """Divide the gradients by the scale and step; or skip, and lower the scale. Whether it stepped."""
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"LossScaler.step takes an optimizer, got {describe(optimizer)}")
        reached = [parameter for parameter in optimizer.parameters if parameter.reached]
        if not all(isfinite(parameter.grad) for parameter in reached):
            self.scale *= self.backoff
            self.good_steps = 0
            return False
        for parameter in reached:
            parameter.grad /= self.scale
        optimizer.step()
        self.good_steps += 1
        if self.good_steps % self.interval == 0:
            self.scale *= self.growth
        return True

    def state_dict(self) -> dict[str, Any]:
        """The scale and the number of good steps in a row."""
        return {"scale": self.scale, "good_steps": self.good_steps}

    def prepare_state(self, saved: Any) -> Callable[[], None]:
        """Check a state, and return the function that takes it over."""
        if not isinstance(saved, dict) or set(saved) != set(self.state_dict()):
            raise StateError(f"a LossScaler's state is a scale and good_steps, got {saved!r:.60}")
        scale, good_steps = (
            saved_number("scale", saved["scale"]),
            saved_count("good_steps", saved["good_steps"]),
        )
        try:
            check_between("LossScaler", 1e-300, 1e300, scale=scale)
        except ValueError as error:
            raise StateError(f"the saved scale is damaged: {error}") from None

        def take_over() -> None:
            self.scale, self.good_steps = scale, good_steps

        return take_over

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Take over a state. One that does not fit is a StateError, and nothing changes."""
        self.prepare_state(saved)()
