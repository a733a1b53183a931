"""Optimisers of a page of training: each is its formula, recorded, as JavaScript.

The page offers those that `nn` has, and the user's own, first. Weight decay is open where a formula has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from autograd.compiler.backends.javascript.updates import javascript_update
from autograd.engine.value import Value

RATE = 0.1
"""The learning rate of plain gradient descent, where no optimiser is given."""

SOME_DECAY = 0.01
"""Not zero, so that a formula which leaves out a decay of zero has it."""


class Method(NamedTuple):
    """An optimiser, as the page offers it."""

    title: str
    text: str
    """A JavaScript function that makes it, of the name `optimizer`."""
    decays: bool
    """Whether it has weight decay."""


class Offered(NamedTuple):
    """The optimisers that a page offers, the given one first; its learning rate, and its weight decay."""

    methods: list[Method]
    rate: float
    decay: float

    @property
    def script(self) -> str:
        """They as a list of JavaScript functions."""
        made = ", ".join(f"(() => {{\n{each.text}return optimizer;\n}})()" for each in self.methods)
        return f"const METHODS = [{made}];"


NONE = Offered([], 0.0, 0.0)


def offered_with(optimizer: Any, values: Sequence[Value]) -> Offered:
    """An optimiser of the user's, and those of `nn`.

    `values` are the parameters of the program, of which an optimiser steps those it has. A TypeError for what
    is no optimiser, and for a rate that is no number.
    """
    from nn import SGD, Adam, AdamW, RMSProp

    if not all(hasattr(optimizer, name) for name in ("update", "options", "schedule", "parameters")):
        raise TypeError(
            "playground takes an optimiser, as optimizer=SGD(model.parameters(), lr=0.1), "
            f"got {type(optimizer).__name__}"
        )
    if not isinstance(optimizer.schedule, (int, float)):
        raise TypeError(
            f"the learning rate is a control in the page, so that {type(optimizer).__name__} needs a number "
            "for it, got a schedule; give lr=0.1, and change it while it trains"
        )
    stepped = optimizer.parameters
    rate = float(optimizer.lr)
    offered = [
        ("SGD", SGD(stepped, rate, weight_decay=SOME_DECAY)),
        ("momentum", SGD(stepped, rate, momentum=0.9, weight_decay=SOME_DECAY)),
        *((kind.__name__, kind(stepped, rate, weight_decay=SOME_DECAY)) for kind in (RMSProp, Adam, AdamW)),
    ]
    options = {name: getattr(optimizer, name) for name in optimizer.options}
    decays = "weight_decay" in options
    opened = {**options, "weight_decay": options["weight_decay"] or SOME_DECAY} if decays else options
    own = type(optimizer)(stepped, rate, **opened)
    title = _title(own, offered)
    rest = [(name, each) for name, each in offered if name != title]
    made = [(title, own), *rest]
    found = [
        Method(name, javascript_update(each, values, name="optimizer"), "weight_decay" in each.options)
        for name, each in made
    ]
    return Offered(found, rate, float(options.get("weight_decay", 0.0)))


def default(model: Any) -> Any:
    """Plain gradient descent of a model's parameters."""
    from nn import SGD

    return SGD(model.parameters(), RATE)


def _title(own: Any, offered: Sequence[tuple[str, Any]]) -> str:
    """What the page calls the given optimiser: as one that it offers, where it is the same."""
    settings = {name: getattr(own, name) for name in own.options if name != "weight_decay"}
    for name, each in offered:
        if type(each) is type(own) and all(getattr(each, key) == value for key, value in settings.items()):
            return name
    kind = type(own).__name__
    return f"{kind} (yours)" if any(type(each) is type(own) for _, each in offered) else kind
