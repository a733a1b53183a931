"""Right engines that keep their graph in other ways than closures: each is graded on what it has."""

import pytest

from demos.grade.__main__ import main
from demos.grade.trials.stages import STAGES
from tests.demos.grade.designs import write
from tests.demos.grade.here import TRIED, graded

ARRAYS = '''
from array import array

VALUES, GRADIENTS, FROM = array("d"), array("d"), []


class Value:
    """The number of a row."""

    def __init__(self, data, operands=()):
        self.row = len(FROM)
        VALUES.append(data), GRADIENTS.append(0.0), FROM.append(operands)

    data = property(lambda self: VALUES[self.row])
    grad = property(lambda self: GRADIENTS[self.row])

    def __add__(self, other):
        return Value(self.data + other.data, ((self.row, 1.0), (other.row, 1.0)))

    def __mul__(self, other):
        return Value(self.data * other.data, ((self.row, other.data), (other.row, self.data)))

    def backward(self):
        for row, operands in enumerate(FROM):
            if operands:
                GRADIENTS[row] = 0.0
        GRADIENTS[self.row] += 1.0
        for row in range(self.row, -1, -1):
            for operand, partial in FROM[row]:
                GRADIENTS[operand] += partial * GRADIENTS[row]
'''
TAPE_OBJECT = '''
class Tape:
    def __init__(self):
        self.steps = []


class Number:
    """A tape that lasts; each pass starts all gradients on it anew."""

    def __init__(self, x):
        self.x, self.dx = x, 0.0

    def __add__(self, other):
        return self.record(self.x + other.x, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        return self.record(self.x * other.x, (self, other.x), (other, self.x))

    def record(self, x, *operands):
        tape.steps.append((Number(x), operands))
        return tape.steps[-1][0]

    def backward(self):
        for result, operands in tape.steps:
            for node in (result, *(operand for operand, _ in operands)):
                node.dx = 0.0
        self.dx = 1.0
        for result, operands in reversed(tape.steps):
            for operand, partial in operands:
                operand.dx += partial * result.dx


tape = Tape()
'''
OPERATIONS = '''
import math
from dataclasses import dataclass, field


class Add:
    forward = staticmethod(lambda x, y: x + y)
    backward = staticmethod(lambda g, x, y: (g, g))


class Multiply:
    forward = staticmethod(lambda x, y: x * y)
    backward = staticmethod(lambda g, x, y: (g * y, g * x))


class Exponential:
    forward = staticmethod(lambda x: math.exp(x))
    backward = staticmethod(lambda g, x: (g * math.exp(x),))


@dataclass(eq=False)
class Variable:
    """A class for each operation, with a forward and a backward of its own; leaves alone have gradients."""

    data: float
    grad: float = 0.0
    made_by: type = None
    operands: list = field(default_factory=list)

    def __add__(self, other):
        return apply(Add, self, other)

    def __mul__(self, other):
        return apply(Multiply, self, other)

    def exp(self):
        return apply(Exponential, self)

    def backward(self, seed=1.0):
        arrived = {self: seed}
        for node in reversed(MADE):
            if node not in arrived:
                continue
            if node.made_by is None:
                node.grad += arrived[node]
            else:
                numbers = [operand.data for operand in node.operands]
                for operand, g in zip(node.operands, node.made_by.backward(arrived[node], *numbers)):
                    arrived[operand] = arrived.get(operand, 0.0) + g

    def __post_init__(self):
        MADE.append(self)


MADE = []


def apply(operation, *operands):
    return Variable(operation.forward(*(x.data for x in operands)), made_by=operation, operands=operands)

'''
EXPRESSIONS = '''
class Expression:
    """Called, it gives its number; called with a derivative, it passes that on, along every path."""

    def __init__(self, data):
        self.number, self.grad = data, 0

    def __call__(self, seed=None):
        if seed is None:
            return self.number
        self.grad += seed

    data = property(lambda self: self())

    def backward(self, seed=1.0):
        self(seed)

    def __add__(self, other):
        return Sum(self, other)

    def __mul__(self, other):
        return Product(self, other)


class Sum(Expression):
    def __init__(self, x, y):
        self.x, self.y, self.grad = x, y, 0

    def __call__(self, seed=None):
        if seed is None:
            return self.x() + self.y()
        self.grad += seed
        self.x(seed), self.y(seed)


class Product(Sum):
    def __call__(self, seed=None):
        if seed is None:
            return self.x() * self.y()
        self.grad += seed
        self.x(seed * self.y()), self.y(seed * self.x())
'''
TUPLES = '''
from typing import NamedTuple


class Var(NamedTuple):
    """Nothing is written into a node; `grad` returns the derivatives, and there is no backward."""

    v: float
    edges: tuple = ()

    def __add__(self, other):
        return Var(self.v + other.v, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return Var(self.v * other.v, ((self, other.v), (other, self.v)))

    def __pow__(self, n):
        return Var(self.v**n, ((self, n * self.v ** (n - 1)),))


def grad(y, xs):
    return tuple(sum(d * (p is x or grad(p, [x])[0]) for p, d in y.edges) for x in xs)
'''
BACKWARD = {"data", "arithmetic", "backward", "reuse", "non-leaf", "between"}
DESIGNS = {
    "arrays": (ARRAYS, BACKWARD | {"again"}),
    "a tape object": (TAPE_OBJECT, BACKWARD | {"again"}),
    "a class for each operation": (OPERATIONS, BACKWARD | {"again"}),
    "expressions": (EXPRESSIONS, BACKWARD | {"again"}),
    "tuples": (TUPLES, {"data", "arithmetic"}),
}


@pytest.mark.parametrize("design", DESIGNS)
def test_a_right_engine_passes_what_it_implements_and_is_accused_of_nothing(design, tmp_path):
    """What it has not is said to be not written, however the graph is kept and the class is named."""
    text, passed = DESIGNS[design]
    report = graded(text, tmp_path)
    states = {STAGES[at].name: report.stages[at] for at in TRIED}
    assert {name for name, stage in states.items() if stage.state == "passed"} >= passed
    assert not [(name, stage.findings) for name, stage in states.items() if stage.state == "failed"]
    assert report.mistakes == ()


def test_a_mistake_is_named_where_leaves_alone_keep_a_gradient(tmp_path):
    """That the gradients in between are not left for the reader hides no cause."""
    report = graded(OPERATIONS.replace("g * math.exp(x)", "g * x"), tmp_path)
    assert report.mistakes == ("exp-of-input",)
    assert report.stages[TRIED[3]].remark == "convention: only leaves keep a gradient, as in PyTorch"


def test_a_backward_step_of_another_design_is_not_accused_where_something_else_is_wrong(tmp_path):
    """What works automatically for + and * shows that `_backward` is only used in another way."""
    right = "self.data, self.grad = data, 0.0"
    text = write("partials", "sub-sign").replace(right, f"{right}; self._backward = None")
    report = graded(text, tmp_path, by_hand=True)
    assert report.mistakes == report.first.mistakes == ("sub-sign",)
    by_hand = next(stage for stage in report.stages if stage.name == "by-hand")
    assert (by_hand.state, by_hand.remark) == ("not needed", "its `_backward` is of another design")


def test_a_backward_step_of_another_design_is_not_needed_where_leaves_alone_keep_a_gradient(tmp_path):
    """Automatic backward works for + and * there, too."""
    field = "    made_by: type = None\n"
    assert field in OPERATIONS
    text = OPERATIONS.replace(field, f"{field}    _backward: object = None\n")
    states = {stage.name: stage.state for stage in graded(text, tmp_path, by_hand=True).stages}
    assert (states["by-hand"], states["backward"]) == ("not needed", "passed")


@pytest.mark.parametrize("mistake", ["overwrite", "overwrite __mul__", "recursion", "not-reversed"])
def test_a_mistake_is_named_where_operands_are_kept_in_a_set(mistake, tmp_path):
    """As in micrograd: chance gives their order, and an operand that is both comes once."""
    text = write("closures", mistake).replace("= children, partials", "= set(children), partials")
    assert "= set(children)" in text
    assert graded(text, tmp_path).mistakes == (mistake.partition(" ")[0],)


@pytest.mark.slow
def test_of_a_file_that_trains_without_end_what_it_defines_is_graded(tmp_path, capsys):
    """The engine is right, and the report says where the training belongs."""
    (tmp_path / "ada.py").write_text(f"{ARRAYS}\nx = Value(1.0)\nwhile True:\n    x + x\n")
    main([str(tmp_path / "ada.py"), "--time", "2", "--until", "reuse"])
    out = " ".join(capsys.readouterr().out.split())
    assert out.count("✓") == 4 and "✗" not in out
    assert (
        "importing it did not end within 2 s; what it defines was graded; what it does, as training," in out
    )
    assert 'belongs below `if __name__ == "__main__":`' in out
