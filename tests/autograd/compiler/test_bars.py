"""Recording and compiling that take long show their progress on stderr; by a clock that the test sets."""

import pickle
import re
import sys

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, compile, progress
from autograd.compiler.backends import bars
from autograd.compiler.program.program import Program

w = Value(0.5)


class Clock:
    """One second passes whenever someone looks at it."""

    def __init__(self, second):
        self.now, self.second = 0.0, second

    def monotonic(self):
        self.now += self.second
        return self.now


@pytest.fixture(params=["tqdm", "line"])
def slow(request, monkeypatch):
    """A clock by which everything takes long, with tqdm and without."""
    if request.param == "line":
        monkeypatch.setitem(sys.modules, "tqdm.std", None)
    monkeypatch.setattr(progress, "time", Clock(1.0))
    return request.param


def long_function(x):
    value = x
    for _ in range(700):
        value = (value * w + 0.1).tanh()
    return value


def test_what_takes_long_shows_its_stages(slow, capsys):
    """Nodes recorded and simplified, then operations written: with counts."""
    compile(long_function, backend="numpy").backward(np.ones(2))
    nodes, operations = capsys.readouterr().err.strip("\n").split("\n")
    if slow == "line":  # tqdm shows what falls into a tenth of a second by a clock of its own
        assert "recording 2048 nodes" in nodes
        assert "writing 1/4200 operations" in operations
        assert "writing 4200/4200 operations" in operations
        assert "simplifying 4151 nodes" in nodes
    assert re.search(r"grouping:? 6251 nodes", nodes)
    assert re.search(r"writing.* 4200/4200 ", operations)


def test_machine_code_says_that_it_is_being_compiled(slow, capsys):
    """The last and longest step."""
    pytest.importorskip("llvmlite")
    compile(lambda x: (x * w).tanh(), backend="llvm").backward(np.ones(2))
    assert re.search(r"compiling machine code.* 5/5 ", capsys.readouterr().err.strip("\n").split("\n")[-1])


@pytest.mark.parametrize("compiling", [None, bars.DELAY, bars.DELAY + 0.1])
def test_what_compiles_for_long_is_announced_before_it_falls_silent(compiling, capsys):
    """Longer than the delay; numpy's text, which needs no compiling, is not."""
    program = Program(0, 0, [], steps=[None])
    with bars.writing_bar(program, gradient=False, shown=True, compiling=compiling):
        pass
    assert ("operations" in capsys.readouterr().err) == (compiling is not None and compiling > bars.DELAY)


@pytest.mark.parametrize("steps", [1, 101])
def test_llvm_says_beforehand_how_long_it_compiles(steps, monkeypatch):
    """By the array operations of the program: a hundred take two seconds."""
    backend = pytest.importorskip("autograd.compiler.backends.llvm.backend")
    said = []

    def writing_bar(program, gradient, shown, compiling):
        said.append(compiling > bars.DELAY)
        raise InterruptedError

    monkeypatch.setattr(backend, "writing_bar", writing_bar)
    program = Program(0, 0, [], steps=[None] * steps)
    with pytest.raises(InterruptedError):
        backend.MachineCode(program, np.dtype("float64"), True).gradient(np.ones(0), np.ones((0, 2)))
    assert said == [steps > 100]


def test_what_is_asked_for_silence_is_silent(slow, capsys):
    """`progress=False`, which a pickle keeps, and `fit(progress=False)`."""
    fast = compile(long_function, backend="numpy", progress=False)
    fast(np.ones(2))
    pickle.loads(pickle.dumps(fast)).backward(np.ones(2))
    model = nn.MLP(2, [4, 1], seed=0)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    data = np.ones((8, 2)), np.ones(8)
    nn.fit(model, data, loss=nn.hinge, optimizer=optimizer, epochs=1, seed=0, compiled=True, progress=False)
    assert capsys.readouterr().err == ""


def test_what_is_quick_shows_nothing(monkeypatch, capsys):
    """Within the delay there is no bar, and tqdm is not even loaded."""
    monkeypatch.setattr(progress, "time", Clock(0.0))
    monkeypatch.setitem(sys.modules, "tqdm.std", None)
    compile(long_function, backend="numpy").backward(np.ones(2))
    assert capsys.readouterr().err == ""
    assert bars.DELAY == 2.0


def test_the_bar_moves_while_the_weights_of_a_matrix_are_recorded(monkeypatch, capsys):
    """They are most of what there is to record, and the operations on them few."""
    monkeypatch.setitem(sys.modules, "tqdm.std", None)
    monkeypatch.setattr(progress, "time", Clock(1.0))
    model = nn.Layer(200, 20, "linear", seed=0)
    compile(lambda x: autograd.sum(model(x)), backend="numpy")(np.ones((2, 200)))
    told = re.findall(r"recording (\d+) nodes", capsys.readouterr().err)
    assert told == ["1210", "2422", "3634"]
