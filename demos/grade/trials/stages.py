"""The stages of writing an engine, as the lecture and common courses go, and what each one is tried on.

A stage is tried on several small expressions. They are written so that each classic mistake gives numbers
of its own: no 2 + 2, which is also 2 * 2 and 2 ** 2. Where two paths meet, one is longer, so that the order
in which they arrive is the same in every engine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from demos.mistakes import Expression


@dataclass(frozen=True)
class Trial(Expression):
    """An expression, and what to say when it fails.

    `look` is the method to look at and `advice` a sentence, for when no known mistake gives the student's
    numbers. `title` stands for a text that is too long to show. `otherwise` is tried instead where an
    operation is not written. `plainly` is the same without plain numbers: where it works, and this does not,
    plain numbers are what is not written. `also` are other right answers, conventions, in Python, with the
    remark that each deserves. `exact` allows no rounding. `repeated`: backward goes over a graph twice.
    `answer` says, in Python, what is right where that is known beforehand, and too much work to find out with
    every mistaken engine. `asks`: what is asked of the engine in place of what is shown, which is how many of
    these numbers are above 0. `fixed`: with other numbers it would be about something else, or not come out
    so.
    """

    look: str = ""
    advice: str = ""
    title: str = ""
    otherwise: Trial | None = None
    plainly: Trial | None = None
    also: tuple[tuple[tuple[str, ...], str], ...] = ()
    exact: bool = False
    repeated: bool = False
    answer: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    fixed: bool = False

    def instead(self, times: int) -> Trial:
        """What was tried after `times` operations were found not to be written."""
        return self if not times or self.otherwise is None else self.otherwise.instead(times - 1)


def tried_of(trial: Trial, outcome: Mapping[str, Any]) -> Trial:
    """The trial that an outcome belongs to: this one, or the one that was tried instead."""
    return trial.instead(outcome.get("otherwise", 0))


@dataclass(frozen=True)
class Stage:
    """A step on the way to a whole engine.

    `by_hand`: needs `_backward`, which other designs do without. `beyond`: what more could be wished for; to
    those who are without it that is advice.
    """

    name: str
    title: str
    trials: tuple[Trial, ...] = field(repr=False)
    by_hand: bool = False
    beyond: bool = False


def _try(text: str, look: str = "", advice: str = "", **more: Any) -> Trial:
    statements, shown = text.split(" -> ")
    trial = Trial(statements, tuple(shown.split(", ")), look=look, advice=advice, **more)
    values = _values_only(statements)
    return trial if values == statements else replace(trial, otherwise=replace(trial, text=values))


def _plain(text: str, look: str) -> Trial:
    """A trial of an operation with a plain number: with a Value in its place something else is tried."""
    trial = _try(text, look)
    return replace(trial, otherwise=None, plainly=trial.otherwise)


def _values_only(text: str) -> str:
    """The text with Values in place of the plain numbers that are operands; exponents stay."""
    after, before = r"(?<=[^*][-+*/] )\d[\d.]*", r"(?<![\w.*-])\d[\d.]*(?= [-+*/] )"
    return re.sub(f"{after}|{before}", lambda found: f"Value({found[0]})", text)


def _with_relu(trial: Trial) -> Trial:
    """The same with relu, for an engine without tanh."""
    return replace(trial, text=trial.text.replace(".tanh()", ".relu()"))


_a, _b = "a = Value(3.0); ", "b = Value(-5.0); "
_back = "; c.backward() -> "

_NEURON = _try(
    "x1 = Value(2.0); x2 = Value(0.0); w1 = Value(-3.0); w2 = Value(1.0); b = Value(7.0); "
    "n = x1 * w1 + x2 * w2 + b; o = n.tanh(); o.backward()"
    " -> o.data, x1.grad, w1.grad, x2.grad, w2.grad, b.grad",
    "backward",
)
_XOR = _try(
    """
samples = [((0.0, 0.0), -1.0), ((0.0, 1.0), 1.0), ((1.0, 0.0), 1.0), ((1.0, 1.0), -1.0)]
start = [[1.1, 0.9, 0.1], [-0.8, -1.2, 0.2], [1.3, -0.7, -0.1], [-0.6, 1.0, 0.3], [0.9, 0.7, 0.8, 1.1, -0.2]]
*hidden, last = [[Value(number) for number in row] for row in start]
def model(p, q):
    outputs = [(v * p + w * q + b).tanh() for v, w, b in hidden]
    score = last[4]
    for w, output in zip(last, outputs):
        score = score + w * output
    return score
for step in range(100):
    loss = Value(0.0)
    for (p, q), target in samples:
        error = model(p, q) - target
        loss = loss + error * error
    for row in [*hidden, last]:
        for parameter in row:
            parameter.grad = 0.0
    loss.backward()
    for row in [*hidden, last]:
        for parameter in row:
            parameter.data -= 0.05 * parameter.grad -> learnt""".strip(),
    advice="Where an earlier stage failed, begin there. If none did: the next forward pass must use what "
    "`parameter.data -= 0.05 * parameter.grad` has left in `data`, and `parameter.grad = 0.0` must count.",
    title="learnt = how many of the four samples of XOR an MLP with 4 hidden neurons gets right\n"
    "         after 100 steps of gradient descent",
    answer=("4",),
    asks=("-model(0.0, 0.0).data", "model(0.0, 1.0).data", "model(1.0, 0.0).data", "-model(1.0, 1.0).data"),
)

_XOR_OF_VALUES = replace(
    _XOR,
    otherwise=None,
    text=_XOR.text.replace("v * p + w * q + b", "v * Value(p) + w * Value(q) + b").replace(
        "model(p, q) - target", "model(p, q) + Value(-target)"
    ),
)

_ANEW = (
    "convention: each backward() starts the gradients anew, where PyTorch, micrograd and seegrad add them up"
)
_ALL_ANEW = f"{_ANEW}; here those of other graphs, too"
_LEAVES = "convention: only leaves keep a gradient, as in PyTorch"
_BETWEEN = "3.0 * 2.0 * 2.0 * 2 * 7.0"
_AT_ZERO = "convention: relu'(0) = {}, where PyTorch, JAX and micrograd take 0"
_INTERIORS = (
    "A second pass must find its way again and add to the leaves; each interior node starts it at 0, as its "
    "old gradient has been sent on."
)

# fmt: off
STAGES: tuple[Stage, ...] = (
    Stage("data", "holds data", (
        _try("a = Value(2.5) -> a.data", "__init__"),
        _try("a = Value(-7) -> a.data", "__init__"))),
    Stage("arithmetic", "adds and multiplies", (
        _try(_a + _b + "c = a + b -> c.data", "__add__"),
        _try(_a + _b + "c = a * b -> c.data", "__mul__"),
        _try(_a + _b + "c = a + b -> a.data, b.data", "__add__", "The operands keep their own data."),
        _try(_a + _b + "c = a * b -> a.data, b.data", "__mul__", "The operands keep their own data."))),
    Stage("numbers", "plain numbers on either side, minus", (
        _plain(_a + "c = a + 10.0 -> c.data", "__add__"),
        _plain(_a + "c = 10.0 + a -> c.data", "__radd__"),
        _plain(_a + "c = a * 10 -> c.data", "__mul__"),
        _plain(_a + "c = 10 * a -> c.data", "__rmul__"),
        _try(_a + "c = -a -> c.data", "__neg__"),
        _try(_a + _b + "c = a - b -> c.data", "__sub__"),
        _plain(_a + "c = a - 10.0 -> c.data", "__sub__"),
        _plain(_a + "c = 10.0 - a -> c.data", "__rsub__"))),
    Stage("by-hand", "backward by gradients set by hand", (
        _try(_a + _b + "c = a + b; c.grad = 7.0; c._backward() -> a.grad, b.grad", "__add__"),
        _try(_a + _b + "c = a * b; c.grad = 7.0; c._backward() -> a.grad, b.grad", "__mul__")), by_hand=True),
    Stage("backward", "automatic backward", (
        _try(_a + _b + "c = a + b" + _back + "c.grad, a.grad, b.grad", "__add__",
             also=((("0", "1", "1"), _LEAVES),)),
        _try(_a + _b + "c = a * b" + _back + "c.grad, a.grad, b.grad", "__mul__",
             also=((("0", "-5.0", "3.0"), _LEAVES),)),
        _try(_a + "b = Value(0.5); c = a * b" + _back + "a.grad, b.grad", "__mul__"),
        _try(_a + "c = -a" + _back + "a.grad", "__neg__"),
        _try(_a + _b + "c = a - b" + _back + "a.grad, b.grad", "__sub__"),
        _try(_a + "c = 10.0 - a" + _back + "a.grad", "__rsub__"),
        _try(_a + _b + "c = a * b * 7.0" + _back + "a.grad, b.grad", "backward"),
        _try(_a + _b + "c = (a + b) * 7.0 + 11.0" + _back + "a.grad, b.grad", "backward"),
        _try(_a + "c = -a * 7.0" + _back + "a.grad", "__neg__"),
        _try(_a + _b + "c = (a - b) * 7.0" + _back + "a.grad, b.grad", "__sub__"),
        _try(_a + "c = (10.0 - a) * 7.0" + _back + "a.grad", "__rsub__"),
        _try(_a + _b + "c = a * 2.0; c.backward(); d = b * 7.0; d.backward() -> a.grad, b.grad", "backward",
             "A second graph must not depend on the first: no list of nodes may outlive its pass.",
             also=((("0", "7.0"), _ALL_ANEW),)))),
    Stage("reuse", "a node used twice", (
        _try(_a + "c = a + a" + _back + "a.grad", "__add__"),
        _try(_a + "c = a * a" + _back + "a.grad", "__mul__"),
        _try(_a + "c = a * a * a" + _back + "a.grad", "__mul__"),
        _try(_a + _b + "c = a + b; d = c + a; d.backward() -> a.grad, b.grad", "__add__"),
        _try(_a + "c = a - a" + _back + "a.grad", "__sub__"),
        _try(_a + _b + "c = (b - a) * a" + _back + "a.grad", "__sub__"),
        _try(_a + "c = -a * a" + _back + "a.grad", "__neg__"),
        _try(_a + "c = (a + 5.0) * (a + 5.0)" + _back + "a.grad", "__add__"),
        _try(_a + "c = a * 5.0 + a * 5.0" + _back + "a.grad", "__mul__"))),
    Stage("non-leaf", "an in-between node used twice", (
        _try(_a + "b = a + a; c = b + b" + _back + "a.grad", "__add__"),
        _try(_a + "b = a * 2.0; c = b * b" + _back + "a.grad", "backward"),
        _try(_a + "b = a * 2.0; c = b + b * b" + _back + "a.grad", "backward"),
        _try(_a + "b = a * 2.0; c = b * b + b" + _back + "a.grad", "backward"),
        _try(_a + "b = a * 2.0; c = (b + 5.0) * b + b" + _back + "a.grad", "backward"),
        _try(_a + "b = a * 2.0; c = b + b * (a + 5.0)" + _back + "a.grad", "backward"),
        _try("a = Value(2.0); b = a * 3.0; c = a + 4.0; d = b * c; d.backward() -> a.grad", "backward",
             "Here b and c hold the same number, and are two nodes.", fixed=True))),
    Stage("powers", "powers, division", (
        _try(_a + "c = a**2" + _back + "c.data, a.grad", "__pow__"),
        _try("a = Value(2.0); c = a**3 * 7.0" + _back + "c.data, a.grad", "__pow__"),
        _try(_a + "c = a**-1" + _back + "c.data, a.grad", "__pow__"),
        _try("a = Value(9.0); c = a**0.5" + _back + "c.data, a.grad", "__pow__"),
        _try(_a + _b + "c = a / b" + _back + "c.data, a.grad, b.grad", "__truediv__"),
        _try(_a + "c = a / 4.0 * 7.0" + _back + "c.data, a.grad", "__truediv__"),
        _try(_a + "c = 4.0 / a" + _back + "c.data, a.grad", "__rtruediv__"),
        _try(_a + "c = a**2 * a" + _back + "a.grad", "__pow__"),
        _try(_a + "c = (a * 2.0) ** 2" + _back + "c.data, a.grad", "__pow__"),
        _try(_a + "c = a / 4.0 * a" + _back + "a.grad", "__truediv__"))),
    Stage("functions", "exp, tanh, relu", (
        _try("a = Value(0.5); c = a.exp()" + _back + "c.data, a.grad", "exp"),
        _try("a = Value(0.5); c = a.exp() * 7.0" + _back + "c.data, a.grad", "exp"),
        _try("a = Value(0.5); c = a.exp() * a" + _back + "a.grad", "exp"),
        _try("a = Value(0.25); c = (a * 2.0).exp()" + _back + "c.data, a.grad", "exp"),
        _try("a = Value(0.5); c = a.tanh()" + _back + "c.data, a.grad", "tanh"),
        _try("a = Value(0.5); c = a.tanh() * 7.0" + _back + "c.data, a.grad", "tanh"),
        _try("a = Value(0.5); c = a.tanh() * a" + _back + "a.grad", "tanh"),
        _try("a = Value(0.25); c = (a * 2.0).tanh()" + _back + "c.data, a.grad", "tanh"),
        _try(_a + "c = a.relu()" + _back + "c.data, a.grad", "relu"),
        _try(_a + "c = a.relu() * 7.0" + _back + "c.data, a.grad", "relu"),
        _try(_a + "c = a.relu() * a" + _back + "a.grad", "relu"),
        _try("a = Value(0.25); c = (a * 2.0).relu()" + _back + "c.data, a.grad", "relu"),
        _try("a = Value(-3.0); c = a.relu()" + _back + "c.data, a.grad", "relu"),
        _try("a = Value(0.0); c = a.relu()" + _back + "c.data, a.grad", "relu",
             "At 0 any number from 0 to 1 is a subgradient; PyTorch, JAX and micrograd take 0.",
             also=((("0", "1"), _AT_ZERO.format(1)), (("0", "1 / 2"), _AT_ZERO.format("1/2")))))),
    Stage("neuron", "a neuron", (
        replace(_NEURON, otherwise=_with_relu(_NEURON)),)),
    Stage("xor", "an MLP that learns XOR", (
        replace(_XOR, otherwise=replace(_with_relu(_XOR), fixed=True, otherwise=replace(
            _XOR_OF_VALUES, otherwise=replace(_with_relu(_XOR_OF_VALUES), fixed=True)))),)),
    Stage("again", "beyond: backward repeated", (
        _try(_a + "c = a * 2.0; c.backward(); c.backward() -> a.grad", "backward", _INTERIORS,
             also=((("2.0",), _ANEW),), repeated=True),
        _try(_a + "b = a + a; c = b + b; c.backward(); c.backward() -> a.grad", "backward", _INTERIORS,
             also=((("4",), _ANEW),), repeated=True),
        _try(_a + "b = a * 2.0; c = b * 5.0; d = b * 7.0; c.backward(); d.backward() -> a.grad", "backward",
             _INTERIORS, also=((("7.0 * 2.0",), _ANEW),), repeated=True)), beyond=True),
    Stage("between", "beyond: gradients in between", (
        _try(_a + "b = a * 2.0; c = b * b * 7.0" + _back + "c.grad, b.grad, a.grad", "backward",
             "Every node on the way has a gradient of its own: leave it there for the reader.",
             also=((("0", "0", _BETWEEN), _LEAVES), (("1", "0", _BETWEEN), _LEAVES))),), beyond=True),
    Stage("exact", "beyond: exact operators", (
        _try("a = Value(49.0); b = Value(49.0); c = a / b -> c.data", "__truediv__",
             "a * b**-1 rounds twice; a division of its own rounds once, and x / x is 1.", exact=True),
        _try("a = Value(0.3); b = Value(0.1); c = a - b -> c.data", "__sub__", exact=True),
        _try("a = Value(400.0); c = a.tanh()" + _back + "c.data, a.grad", "tanh",
             "(e²ˣ - 1) / (e²ˣ + 1) overflows for a large x; math.tanh does not.", exact=True)), beyond=True),
    Stage("depth", "beyond: 100,000 operations deep", (
        _try("a = Value(3.0); c = a * 2.0\nfor step in range(100_000):\n    c = c + 1.0\nc.backward()"
             " -> c.data, a.grad",
             "backward", "Recursion ends at Python's limit; keep the way back in a list of your own.",
             answer=("3.0 * 2.0 + 100_000", "2.0")),), beyond=True),
)
# fmt: on
