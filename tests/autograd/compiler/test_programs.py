"""The program itself: short, readable, reported, and made without recursion from large graphs."""

import re
import sys

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, compile
from tests.autograd.compiler.reference import BACKENDS, assert_agrees, assert_close


def fast_of(f, **options):
    return compile(f, **{"backend": "numpy", **options})


def report_of(fast):
    """The lines of report(), as a dict of numbers."""
    *numbers, _ = fast.report().splitlines()
    lines = [re.fullmatch(r"(.*?)\s+([\d,.]+)", line) for line in numbers]
    return {line[1]: float(line[2].replace(",", "")) for line in lines}


@pytest.fixture(scope="module")
def compiled_moons():
    """The moons model of the issue: 2-16-16-1, hinge, an l2 penalty."""
    model = nn.MLP(2, [16, 16, 1], seed=0)

    def sample_loss(x, y):
        return (1 - y * model(x)).relu() + 1e-4 * sum(p * p for p in model.parameters())

    fast = fast_of(sample_loss)
    X, y = nn.make_moons(30, seed=0)
    return model, sample_loss, fast, (X, 2.0 * y - 1.0), fast.backward(X, 2.0 * y - 1.0)


def test_the_moons_program_is_short_and_has_three_forward_products(compiled_moons):
    """At most 45 lines, forward and backward, three of them forward matrix products."""
    source = compiled_moons[2].source
    assert len(source.splitlines()) <= 45
    forward, backward = source.split("# backward")
    assert forward.count("@") == 3
    assert "@" in backward
    assert max(map(len, source.splitlines())) <= 110
    assert not re.search(r"\bfor\b|\bwhile\b", source)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_moons_program_is_right(compiled_moons, backend):
    """What is short is right as well."""
    model, sample_loss, _, batch, _ = compiled_moons
    assert_agrees(sample_loss, batch, model.parameters(), backend=backend)


def test_the_report_counts_what_the_program_has(compiled_moons):
    """Parameters, products and sizes of the moons model, by name."""
    model, _, fast, _, _ = compiled_moons
    report = report_of(fast)
    assert list(report) == [
        "nodes recorded",
        "after simplification",
        "array operations",
        "of them matrix products",
        "parameters",
        "seconds to compile",
        "bytes held per sample",
    ]
    assert report["parameters"] == len(model.parameters())
    assert report["of them matrix products"] == 3
    assert 4 <= report["array operations"] <= 14
    assert report["after simplification"] < report["nodes recorded"]
    assert report["array operations"] < report["after simplification"] / 10
    assert report["seconds to compile"] > 0
    assert report["bytes held per sample"] % 8 == 0


def test_source_and_report_show_the_latest_recording():
    """After another shape, its program."""
    w = [Value(1.0) for _ in range(30)]
    fast = fast_of(lambda row: autograd.dot(w[: len(row)], row))
    fast(np.ones((1, 2)))
    first, counted = fast.source, report_of(fast)["parameters"]
    fast(np.ones((1, 30)))
    assert fast.source != first
    assert report_of(fast)["parameters"] == 30 > counted
    fast(np.ones((1, 2)))
    assert fast.source == first


def test_the_same_function_gives_the_same_source():
    """No ids, no order of sets: the text depends on the program alone."""
    sources = []
    for _ in range(2):
        model = nn.MLP(2, [3, 1], seed=0)
        fast = fast_of(lambda x, model=model: model(x).tanh())
        fast(np.ones((1, 2)))
        sources.append(fast.source)
    assert sources[0] == sources[1]


def test_equal_subexpressions_are_computed_once():
    """The same tanh written three times is one array operation."""
    w = Value(0.5)
    fast = fast_of(lambda x: (w * x).tanh() * (w * x).tanh() + (w * x).tanh())
    fast([1.0])
    forward = fast.source.split("# backward")[0]
    assert forward.count("tanh") == 1


def test_what_nothing_uses_is_left_out():
    """Recorded, yet no part of the result: no part of the program."""
    w = Value(0.5)

    def wasteful(x):
        (w * x).exp()
        return x * w

    fast = fast_of(wasteful)
    fast([1.0])
    assert "exp" not in fast.source


def test_what_depends_on_parameters_alone_is_computed_once_per_step():
    """exp of a parameter has one column, whatever the batch: the text reads p, not x."""
    w = Value(0.5)
    fast = fast_of(lambda x: w.exp() * x)
    fast(np.ones(1000))
    line = next(line for line in fast.source.splitlines() if "exp" in line)
    assert "x" not in line.replace("exp", "")


@pytest.mark.parametrize("backend", BACKENDS)
def test_chains_of_additions_and_products_become_one_product(backend):
    """The dot product written as a loop over + and * is found: one product, no loop."""
    weights = [[Value(0.1 * i - 0.2 * j) for i in range(6)] for j in range(5)]

    def written_out(x):
        outputs = []
        for row in weights:
            total = 0.0
            for weight, entry in zip(row, x):
                total = total + weight * entry
            outputs.append(total.tanh())
        return autograd.sum(outputs)

    samples = np.random.default_rng(0).normal(size=(7, 6))
    fast = assert_agrees(written_out, [samples], [w for row in weights for w in row], backend=backend)
    assert report_of(fast)["of them matrix products"] == 1
    assert report_of(fast)["array operations"] <= 4


@pytest.mark.parametrize("shape", ["chain", "sum", "ladder"])
def test_large_graphs_compile_without_recursion(shape):
    """100,000 nodes, under a recursion limit far below their depth."""
    w, u = Value(0.5), Value(1.0)
    size = {"chain": 300, "sum": 100_000, "ladder": 200}[shape]

    def chain(x):
        value = x
        for _ in range(size):
            value = (value * w + u).tanh()
        return value

    def long_sum(x):
        total = x * 0.0
        for at in range(size):
            total = total + w * float(at % 7)
        return total

    def ladder(x):
        rows = [x * (0.01 * at) for at in range(100)]
        for _ in range(size // 4):
            rows = [(a * w + b).tanh() for a, b in zip(rows, [*rows[1:], rows[0]])]
        return autograd.sum(rows)

    f = {"chain": chain, "sum": long_sum, "ladder": ladder}[shape]
    fast = fast_of(f)
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(250)
        mean = fast.backward([0.25])
    finally:
        sys.setrecursionlimit(limit)
    found = [w.grad, u.grad]
    w.zero_grad(), u.zero_grad()
    expected = f(Value(0.25))
    expected.backward()
    assert_close(mean, expected.data)
    assert_close(found, [w.grad, u.grad])


@pytest.mark.slow
def test_a_graph_of_100_000_nodes_lowers():
    """A wide graph as networks make them: many levels of many like nodes, few array operations."""
    w = [Value(0.01 * at) for at in range(100)]

    def loss(x):
        rows = [x * factor for factor in w]
        for _ in range(330):
            rows = [a * b + a for a, b in zip(rows, [*rows[1:], rows[0]])]
            rows = [row * 0.5 for row in rows]
        return autograd.sum(rows)

    fast = fast_of(loss)
    assert fast(np.array([0.1])).shape == (1,)
    assert report_of(fast)["nodes recorded"] >= 98_000
    assert report_of(fast)["array operations"] <= 2_000


def test_the_core_does_not_import_the_compiler():
    """`import autograd` loads neither the compiler nor numpy for it; autograd.compile does."""
    import subprocess

    script = (
        "import sys, autograd\n"
        "assert not any(name.startswith('autograd.compiler') for name in sys.modules)\n"
        "autograd.compile\n"
        "assert 'autograd.compiler' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
