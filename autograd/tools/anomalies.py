"""Finding the first NaN or infinity, and the line of the program that made it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import isfinite
from typing import Any

from autograd.engine.graph import Node
from autograd.engine.messages import line_of_user
from autograd.engine.recorders import Recorder
from autograd.engine.recording import using
from autograd.engine.value import Value
from autograd.errors import AnomalyError
from autograd.rules.primitives import Primitive
from autograd.tools.events import Made


@contextmanager
def detect_anomaly() -> Iterator[None]:
    """A context that raises AnomalyError at the first NaN or infinity, forward or backward.

    The error names the operation, its operands, and the file and line that asked for it. Run both
    the forward and the backward pass inside. It costs a look at the call stack per operation.

    >>> x = Value(0.0, label="x")
    >>> with detect_anomaly():
    ...     y = x.sqrt() * 2.0
    ...     y.backward()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    autograd.errors.AnomalyError: backward: the gradient inf flows from sqrt to x = 0.0 at 'x': ...
    """
    with using(_Detector()):
        yield


class _Detector(Recorder):
    """Notes on each node the line that made it, and looks at each number and each cotangent."""

    def record(self, primitive: Primitive, operands: Sequence[Any]) -> Any:
        result = self.inner.record(primitive, operands)
        if isinstance(result, Value):
            self._look(result, primitive, operands)
        return result

    def notice(self, event: object) -> Any:
        if isinstance(event, Made):
            self._look(event.node, event.node.primitive, event.node.operands)
        return self.inner.notice(event)

    def _look(self, node: Node, primitive: Any, operands: Sequence[Any]) -> None:
        line = line_of_user()
        node.note("line", line)
        if not isfinite(node._data):
            raise AnomalyError(
                f"forward: {primitive.name} gave {node._data!r}, "
                f"from {_listed(primitive, operands)}, at {line}"
            )

    def cotangent(self, node: Node, cotangent: Any) -> Any:
        cotangent = self.inner.cotangent(node, cotangent)
        if not isinstance(cotangent, float):
            return cotangent
        line = node.notes.get("line", "a line outside detect_anomaly()")
        if not isfinite(cotangent):
            raise AnomalyError(
                f"backward: the gradients that flow to {_shown(node)} add up to {cotangent!r}; "
                f"it was made at {line}"
            )
        for operand, partial in zip(node.operands, node.partials, strict=True):
            if isinstance(partial, float) and not isfinite(cotangent * partial):
                raise AnomalyError(
                    f"backward: the gradient {cotangent * partial!r} flows from {node.primitive.name} to "
                    f"{_shown(operand, 'x')}: {cotangent!r} times the partial {partial!r}, from "
                    f"{_listed(node.primitive, node.operands)}, at {line}"
                )
        return cotangent


def _listed(primitive: Any, operands: Sequence[Any]) -> str:
    """The operands for a message: all of them, or the first that are not finite among many."""
    names = primitive.operands if not primitive.families else ()
    shown = [_shown(operand, names[at] if at < len(names) else "") for at, operand in enumerate(operands)]
    if len(shown) <= 4:
        return ", ".join(shown)
    strange = [text for text, operand in zip(shown, operands, strict=True) if not isfinite(_number(operand))]
    return f"{len(shown)} operands, among them {', '.join((strange or shown)[:4])}"


def _shown(operand: Any, name: str = "") -> str:
    label = f" at {operand.label!r}" if isinstance(operand, Value) and operand.label else ""
    return (f"{name} = " if name else "") + f"{_number(operand)!r}{label}"


def _number(operand: Any) -> float:
    return operand.data if isinstance(operand, Value) else float(operand)
