"""Random graphs over the whole table, in which operands recur: as data, and as functions of a sample."""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

import autograd
from autograd import Value
from autograd.engine.recorders import Recorder
from autograd.rules.table import TABLE

LARGEST = 20.0
"""Where a step would leave [-20, 20], tanh squashes it."""


def inside(x):
    """A number from 0.2 to 0.8, in the domain of everything."""
    return 0.5 + 0.3 * autograd.tanh(x)


def halves(operands):
    middle = len(operands) // 2
    return operands[:middle], operands[middle:]


def row(name):
    return lambda *operands: TABLE[name](*TABLE[name].arrange(operands))


def compared(symbol):
    holds = {
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
    }[symbol]
    return lambda a, b, x, y: autograd.where(holds(a, b), x, y)


# fmt: off
UNARY = ["neg", "abs", "tanh", "sigmoid", "relu", "softplus", "silu", "gelu", "erf", "erfc", "sin", "cos", "atan", "asinh", "identity"]
BINARY = ["add", "sub", "mul", "hypot", "maximum", "minimum", "atan2"]
OPERATIONS: dict[str, tuple[int, int, Any]] = {
    **{name: (1, 1, row(name)) for name in UNARY},
    **{name: (2, 2, row(name)) for name in BINARY},
    **{name: (1, 1, lambda x, name=name: row(name)(inside(x)))
       for name in ("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "cbrt", "asin", "acos", "atanh", "tan", "sinh", "cosh")},
    "acosh":      (1, 1, lambda x: autograd.acosh(1.0 + inside(x))),
    **{f"where {symbol}": (4, 4, compared(symbol)) for symbol in ("<", "<=", ">", ">=")},
    "where":      (3, 3, row("where")),
    "div":        (2, 2, lambda x, y: x / inside(y)),
    "pow":        (2, 2, lambda x, y: inside(x) ** y),
    "square":     (1, 1, lambda x: x ** 2),
    "leaky_relu": (2, 2, lambda x, y: autograd.leaky_relu(x, inside(y))),
    "elu":        (2, 2, lambda x, y: autograd.elu(x, inside(y))),
    "clamp":      (3, 3, lambda x, y, z: autograd.clamp(x, -inside(y), inside(z))),
    "sum":        (1, 5, lambda *xs: autograd.sum(xs)),
    "dot":        (1, 5, lambda *xs: autograd.dot(*halves(xs))),
    "norm":       (1, 5, lambda x, *xs: autograd.norm([inside(x), *xs])),
    "logsumexp":  (1, 5, lambda *xs: autograd.logsumexp(xs)),
    "select":     (1, 5, lambda *xs: autograd.select(len(xs) // 2, xs)),
    "chosen":     (2, 5, lambda which, *xs: autograd.select(autograd.where(which > 0.1, 0.0, len(xs) - 1.0), xs)),
    "mean":       (1, 5, lambda *xs: autograd.mean(xs)),
    "softmax":    (1, 5, lambda *xs: autograd.softmax(xs)[0]),
    "detach":     (1, 1, lambda x: x.detach() if isinstance(x, Value) else x),
}
# fmt: on
"""Each operation: its least and largest number of operands (of pairs, for dot), and what it is."""

ADDITIVE = ["add", "mul", "dot", "sum"]
"""What sums, dots and matrix products are made from: as frequent as all else together."""


@dataclass(frozen=True)
class Graph:
    """Sources, steps of (operation, operands), and the places of the results.

    Places count the elements of a sample, then the parameters, then the steps; a float is a number.
    """

    sample: tuple[float, ...]
    parameters: tuple[float, ...]
    steps: tuple[tuple[str, tuple[int | float, ...]], ...]
    results: tuple[int, ...]

    def places(self, sample, parameters):
        """The results of all steps, after the sources."""
        places = [*sample, *parameters]
        for name, operands in self.steps:
            places.append(OPERATIONS[name][2](*(places[o] if type(o) is int else o for o in operands)))
        return places

    def loss(self, parameters):
        """A function of a sample: one number, on which each of the results has an influence of its own."""

        def loss(x):
            places = self.places(x, parameters)
            return autograd.sum([(1.0 + 0.25 * n) * places[at] for n, at in enumerate(self.results)])

        return loss

    def batch(self, size):
        """Samples near the graph's own."""
        moves = np.random.default_rng(size).integers(-3, 4, size=(size, len(self.sample))) / 4
        moves[0] = 0.0
        return np.array(self.sample) + moves


@st.composite
def graphs(draw: Any, operations: Sequence[str] = tuple(OPERATIONS), most_steps: int = 12) -> Graph:
    """Graphs in which every second step is like one before it: in another order, or on shared operands."""
    numbers = st.integers(-8, 8).map(lambda n: n / 4)
    sample = tuple(draw(st.lists(numbers, min_size=1, max_size=3)))
    parameters = tuple(draw(st.lists(numbers, min_size=1, max_size=4)))
    values, steps = [*sample, *parameters], []
    names = st.sampled_from(ADDITIVE) | st.sampled_from(operations)
    for _ in range(draw(st.integers(1, most_steps))):
        place = st.integers(0, len(values) - 1) | st.integers(max(0, len(values) - 4), len(values) - 1)
        operand = place | place | place | numbers
        if steps and draw(st.booleans()):
            name, operands = draw(again(draw(st.sampled_from(steps)), operand))
        else:
            name = draw(names)
            least, most, _ = OPERATIONS[name]
            pairs = 2 if name == "dot" else 1
            count = pairs * draw(st.integers(least, most))
            operands = tuple(draw(st.lists(operand, min_size=count, max_size=count)))
        step, result = evaluated(name, operands, values)
        steps.append(step)
        values.append(result)
    last = st.integers(max(0, len(values) - 6), len(values) - 1)
    results = (len(values) - 1, *draw(st.lists(last, max_size=3)))
    return Graph(sample, parameters, tuple(steps), results)


@st.composite
def again(draw: Any, step: tuple[str, tuple[Any, ...]], operand: Any) -> tuple[str, tuple[Any, ...]]:
    """A step like another: its operands in another order, one of them changed, or one half."""
    name, operands = step
    kind = draw(st.sampled_from(["order", "order", "one", "half", "sides", "product"]))
    operands = list(operands)
    if kind == "product" and len(operands) == 2:
        return ("mul" if name == "dot" else "dot"), tuple(operands)
    if kind == "one":
        operands[draw(st.integers(0, len(operands) - 1))] = draw(operand)
    elif kind == "half" and name == "dot":
        for at in range(len(operands) // 2):
            operands[at] = draw(operand)
    elif kind == "sides":
        left, right = halves(operands)
        operands = [*right, *left]
    else:
        operands = draw(st.permutations(operands))
    return name, tuple(operands)


def evaluated(name, operands, values):
    """A step, and its result on plain numbers; another step where the result is none, or large."""
    given = [values[o] if type(o) is int else o for o in operands]
    try:
        result = OPERATIONS[name][2](*given)
    except ArithmeticError:
        result = math.inf
    if abs(result) <= LARGEST:
        return (name, operands), float(result)
    return ("tanh", operands[:1]), math.tanh(given[0])


KINKED = ("abs", "relu", "leaky_relu", "elu", "clamp", "where", "maximum", "minimum", "hypot", "atan2", "pow")
"""Rules with a branch that rounding decides where its two sides nearly meet."""


class Margins(Recorder):
    """Notes how near to a kink a run comes, unless it is there by the numbers that it was given."""

    def __init__(self) -> None:
        self.least = math.inf

    def record(self, primitive, operands):
        """Note what the branches of the rule compare."""
        if primitive.name in KINKED:
            self.note(operands[0], 0.0)
            for other in operands[1:]:
                self.note(operands[0], other)
        return super().record(primitive, operands)

    def relation(self, symbol, left, right):
        """Note the difference."""
        self.note(left, right)
        return super().relation(symbol, left, right)

    def note(self, left, right):
        """How far apart two operands are; operands that are given, or one and the same, may be equal."""
        made = [isinstance(operand, Value) and operand.primitive is not None for operand in (left, right)]
        if left is right or not any(made):
            return
        left, right = (operand.data if isinstance(operand, Value) else operand for operand in (left, right))
        self.least = min(self.least, abs(left - right))
