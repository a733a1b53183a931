"""The LLVM backend: what is its own. That its programs agree with eager is tested wherever numpy's are."""

import re
import signal
import subprocess
import sys

import numpy as np
import pytest
from llvmlite import ir

import autograd
import nn
from autograd import Value, compile, log, sqrt
from autograd.compiler.backends.accesses import Access, Location
from autograd.compiler.backends.host.trainer import Pair
from autograd.compiler.backends.llvm import machine
from autograd.compiler.backends.llvm.backend import MachineCode
from autograd.compiler.backends.llvm.loops import Loops
from autograd.compiler.backends.parameter_table import ParameterTable, layout_of
from autograd.compiler.lowering.stages import lower
from autograd.compiler.lowering.tracing import Shape, trace
from tests.autograd.compiler.reference import assert_close, gradients

DRAWN = np.random.default_rng(0)


def test_machine_code_agrees_with_numpy_on_several_results():
    """A structure of results, some of parameters alone, some plain numbers."""
    w = Value(0.7)

    def f(x):
        return [x * w, {"norm": (x * x + w * w) ** 0.5, "number": 2.0}]

    x = DRAWN.normal(size=5)
    found, expected = (compile(f, backend=backend)(x) for backend in ("llvm", "numpy"))
    assert_close(found[0], expected[0])
    assert_close(found[1]["norm"], expected[1]["norm"])
    assert found[1]["number"].tolist() == [2.0] * 5


def test_machine_code_honours_nan_and_infinity():
    """IEEE as in numpy: no exception on 1/0, log of a negative number, sqrt of one."""
    w = Value(1.0)
    fast = compile(lambda x: [w / x, log(x), sqrt(x), (x * 1000.0).exp()], backend="llvm")
    quotient, logarithm, root, power = fast([0.0, -1.0, 4.0])
    assert quotient.tolist() == [np.inf, -1.0, 0.25]
    assert logarithm[0] == -np.inf and np.isnan(logarithm[1])
    assert root[0] == 0.0 and np.isnan(root[1]) and root[2] == 2.0
    assert power.tolist() == [1.0, 0.0, np.inf]


def test_llvm_is_told_that_arrays_do_not_overlap_others_and_may_overlap_themselves():
    """Of each access: the scope of its own array, and those of the other arrays that the function touches."""
    loops = Loops(ir.Module(), "f", ["v", "d"], ir.DoubleType(), lanes=1, row_length=None)
    a, b, c = (
        Access(Location(array, space, 0, True), np.zeros(1, int), ("r",))
        for array, space in (("a", "v"), ("b", "v"), ("c", "d"))
    )
    at = {"r": ir.IntType(64)(0)}
    loops.store(loops.load(a, at), c, at)
    loops.add(loops.load(b, at), c, at)
    loops.close()
    text = str(loops.module)
    sets = {number: set(scopes.split(", ")) for number, scopes in re.findall(r"(!\d+) = !{ (.*) }", text)}
    pairs = [map(sets.get, found) for found in re.findall(r"!alias.scope (!\d+), !noalias (!\d+)", text)]
    scopes = [(min(own), others) for own, others in pairs]
    assert len(scopes) == 5 and len(dict(scopes)) == 3
    assert all({own, *others} == set(dict(scopes)) and own not in others for own, others in scopes)


def test_machine_code_trains_as_eager_does():
    """Ten steps of momentum, float64."""
    results = []
    X, y = DRAWN.normal(size=(8, 2)), DRAWN.normal(size=8)
    for backend in ("llvm", None):
        w = [Value(0.1), Value(-0.2)]
        optimizer = nn.SGD(w, lr=0.05, momentum=0.9)

        def loss(row, target, w=w):
            return (autograd.dot(w, row) - target) ** 2

        if backend:
            with compile(loss, backend=backend).training(optimizer) as step:
                for _ in range(10):
                    step(X, y)
        else:
            for _ in range(10):
                optimizer.zero_grad()
                autograd.mean([loss(row, target) for row, target in zip(X.tolist(), y.tolist())]).backward()
                optimizer.step()
        results.append(([p.data for p in w], gradients(w)))
    assert_close(results[0][0], results[1][0])
    assert_close(results[0][1], results[1][1])


def test_machine_code_takes_float32():
    """Single precision in, single precision out."""
    w = Value(0.7)
    fast = compile(lambda x: (w * x).tanh(), backend="llvm", dtype="float32")
    found = fast([1.0, -2.0])
    assert found.dtype == np.float32
    assert_close(found, np.tanh([0.7, -1.4]), tolerance=1e-6)


def test_a_batch_of_one_has_a_program_of_its_own():
    """Losses and gradients, for one sample and for several, by turns."""
    model = nn.MLP(3, [4, 2], activation="tanh", seed=0)
    programs = [compile(lambda x: autograd.logsumexp(model(x)), backend=b) for b in ("llvm", "numpy")]
    for batch in (1, 5, 1, 2):
        x, found = DRAWN.normal(size=(batch, 3)), []
        for fast in programs:
            model.zero_grad()
            found.append((fast.backward(x), gradients(model.parameters())))
        assert_close(*(loss for loss, _ in found))
        assert_close(*(gradient for _, gradient in found))


def test_numba_is_another_name():
    """By which some know LLVM's compiler for Python."""
    assert compile(lambda x: x, backend="numba").backend == "llvm"


def test_samples_beyond_a_vector_or_a_chunk_count_once():
    """Losses and gradients for batches that fill vectors and chunks, and that do not: as numpy's."""
    model, scale = nn.MLP(2, [5, 9, 1], activation="tanh", seed=0), Value(0.5)
    parameters = [*model.parameters(), scale]

    def loss(row, at):
        penalty = autograd.sum(p * p for p in model.parameters())
        return (model(row) - autograd.select(at, [scale, *row])) ** 2 + penalty * scale

    compiled = [compile(loss, backend=backend) for backend in ("llvm", "numpy")]
    for batch in (2, 7, 8, 9, 16, 100, 119, 120, 121, 255):
        x, y = DRAWN.normal(size=(batch, 2)), DRAWN.integers(0, 3, batch)
        found = []
        for fast in compiled:
            for parameter in parameters:
                parameter.zero_grad()
            found.append((fast(x, y), fast.backward(x, y), gradients(parameters)))
        for mine, theirs in zip(*found):
            assert_close(mine, theirs)


def test_what_the_lanes_beyond_the_last_sample_hold_does_not_show():
    """Sums over samples leave them out, also where a sample is infinite or NaN."""
    w = [Value(1.0), Value(2.0)]
    fast = compile(lambda x: w[0] * x.exp() + w[1], backend="llvm")
    x = np.zeros(11)
    x[3], x[10] = 710.0, np.nan
    fast.backward(x[:10])
    assert gradients(w).tolist() == [np.inf, 1.0]
    fast.backward(x[4:10])
    assert gradients(w).tolist() == [np.inf, 2.0]
    losses = fast(x)
    assert np.isinf(losses[3]) and np.isnan(losses[10]) and np.isfinite(np.delete(losses, [3, 10])).all()


def test_the_workspace_does_not_grow_with_the_batch():
    """A batch goes through the program in chunks."""
    fast = compile(lambda x: autograd.sum(x).tanh() ** 2, backend="llvm")
    assert_close(fast(np.ones((100_000, 2))), np.full(100_000, np.tanh(2.0) ** 2))
    (program,) = fast.latest().executable._compiled.values()
    assert program.size * 8 < 100_000


def test_threads_that_step_on_one_function_do_not_share_numbers():
    """Each call has a workspace of its own."""
    from concurrent.futures import ThreadPoolExecutor

    model = nn.MLP(3, [16, 16, 1], activation="tanh", seed=0)
    fast = compile(lambda row: model(row), backend="llvm")
    batches = [DRAWN.normal(size=(200, 3)) for _ in range(4)]
    expected = [fast(batch) for batch in batches]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(fast, batches * 20))
    for mine, theirs in zip(found, expected * 20):
        assert (mine == theirs).all()


def lowered(f, *shapes):
    """Machine code for f, whose first result is differentiated, and f's parameters."""
    tracer, results = trace(f, [Shape(shape) for shape in shapes], {})
    program = lower(tracer.tape, results, len(tracer.parameters), first_alone=True)
    return MachineCode(program, np.dtype("float64"), progress=False), list(tracer.rows)


@pytest.mark.parametrize("batch", [1, 9])
def test_a_bound_pass_leaves_all_results_where_it_was_told(batch):
    """Beside the mean and the gradient, at each run anew."""
    w, v = Value(0.5), Value(-0.3)
    code, parameters = lowered(lambda x: [(w * x[0] - x[1]) ** 2 * v, w * x[0], x[1], w * v], (2,))
    optimizer = nn.SGD(parameters, lr=0.1)
    pair = Pair(ParameterTable(layout_of(parameters, optimizer), optimizer, np.dtype("float64")))
    pair.arrays[0][1] = p = np.array([parameter.data for parameter in parameters])
    x, results = np.empty((2, batch)), np.empty((4, batch))
    run = code.bound(x, pair, results)
    for _ in range(2):
        x[...] = DRAWN.normal(size=x.shape)
        mean = run(0)
        expected, gradient = code.results_and_gradient(p, x)
        assert (results == expected).all()
        assert_close(mean, expected[0].mean())
        assert (pair.arrays[1][0] == gradient).all()


def test_machine_code_in_a_cycle_is_freed_in_an_order_that_llvm_survives():
    """As that of a model which keeps its compiled function, when the garbage collector comes by."""
    program = """if True:
        import gc
        from autograd import Value, compile

        class Model:
            def __init__(self):
                self.w = Value(1.0)
                self.fast = compile(lambda x: self.w * x, backend="llvm")

        gc.disable()
        for _ in range(3):
            Model().fast([1.0])
        print(gc.collect() > 0)
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


def test_ctrl_c_waits_until_machine_code_is_made(monkeypatch):
    """It comes right afterwards, and the next call works: in the midst, llvmlite would free objects twice."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    make, made = machine._engine, []

    def interrupted(module, context):
        signal.raise_signal(signal.SIGINT)
        made.append(make(module, context))
        return made[0]

    fast = compile(lambda x: x * 2.0, backend="llvm")
    try:
        with monkeypatch.context() as patched:
            patched.setattr(machine, "_engine", interrupted)
            with pytest.raises(KeyboardInterrupt):
                fast([1.0])
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(made) == 1
    assert fast([1.0]).tolist() == [2.0]
