"""The works of the table of the eager engine give the same numbers on every engine that it compares."""

from contextlib import ExitStack
from functools import partial

import pytest

from autograd import Value, micrograd
from tests.benchmarks import eager, gpt, gpt_loops, gpt_names, memory, mlp, moons, statements
from tests.benchmarks.random_graph import build, draw_steps
from tests.benchmarks.scalar_value import ScalarValue


def micrograds(number):
    from micrograd.engine import Value as Peer

    return Peer(number)


OTHERS = [
    pytest.param(micrograd.Value, id="autograd.micrograd"),
    pytest.param(ScalarValue, id="the script's"),
    pytest.param(micrograds, id="micrograd", marks=pytest.mark.peer("micrograd")),
]


def by_hand(work, places):
    with ExitStack() as stack:
        step = work.ENGINES["numpy by hand"](stack)
        return [step(place) for place in places]


@pytest.mark.parametrize("make", [Value, micrograd.Value, ScalarValue])
def test_gpt_losses_equal_those_of_numpy_by_hand(make):
    """Losses agree to rounding over updates, so the softmax, the loss and Adam written out are right."""
    shortest = min(gpt.FIRST, key=lambda place: len(gpt_names.documents()[place]))
    step = gpt_loops.training(make)
    assert [step(shortest) for _ in range(2)] == pytest.approx(by_hand(gpt, [shortest] * 2), rel=1e-9)


def test_moons_losses_equal_those_of_numpy_by_hand():
    """Losses of the lecture's loops agree to rounding over updates."""
    step = moons.in_loops(Value, *moons.samples())
    assert [step() for _ in range(2)] == pytest.approx(by_hand(mlp, [0] * 2), rel=1e-9)


@pytest.mark.parametrize("make", OTHERS)
def test_every_engine_takes_the_lectures_steps(make):
    """On six samples, the losses over updates are the same."""
    X, y = ([*part[:3], *part[-3:]] for part in moons.samples())
    expected = moons.in_loops(Value, X, y)
    step = moons.in_loops(make, X, y)
    assert [step() for _ in range(2)] == pytest.approx([expected() for _ in range(2)], rel=1e-12)


@pytest.mark.peer("micrograd")
def test_micrograds_own_network_takes_the_lectures_steps():
    """The MLP of micrograd's nn has the losses of the loops."""
    X, y = ([*part[:3], *part[-3:]] for part in moons.samples())
    step, expected = moons.with_micrograds_nn(X, y), moons.in_loops(Value, X, y)
    assert [step() for _ in range(3)] == pytest.approx([expected() for _ in range(3)], rel=1e-12)


@pytest.mark.parametrize("numbers", [0.0, 0.5])
@pytest.mark.parametrize("make", OTHERS)
def test_every_engine_builds_the_same_random_graph(make, numbers):
    """The root's number and the gradients of the ten leaves are the same."""

    def numbers_of(make):
        leaves = []

        def made(number):
            leaves.append(make(number))
            return leaves[-1]

        root = build(made, draw_steps(20, numbers))
        root.backward()
        return [root.data, *(leaf.grad for leaf in leaves)]

    expected = numbers_of(Value)
    assert numbers_of(make) == pytest.approx(expected, rel=1e-12, abs=0.0)
    assert any(expected[1:])


@pytest.mark.parametrize("statement", statements.STATEMENTS)
def test_a_statement_takes_time(statement):
    """Each runs on our Values, a few of them."""
    assert isinstance(statements.seconds(statement, Value, count=3, loops=2), float)


def test_the_peak_counts_what_is_alive_at_once():
    """A hundred thousand bytes that are freed on the way count once."""

    def work():
        for _ in range(3):
            bytearray(100_000)

    assert 100_000 <= memory.peak(work) < 110_000


def test_times_are_printed_with_their_unit():
    """Statements in ns, steps in ms."""
    assert [eager.readable(seconds) for seconds in (4.26e-8, 0.0123)] == ["43 ns", "12.3 ms"]


@pytest.mark.peer("micrograd")
def test_the_table_has_the_rows_asked_for(capsys, monkeypatch):
    """`only` picks rows by parts of their names, and leaves the tables of the memory out."""
    monkeypatch.setattr(statements, "seconds", partial(statements.seconds, count=3, loops=2))
    eager.main(1, ["p.grad = 0", "v._op"])
    printed = capsys.readouterr().out.strip().splitlines()
    assert [line.split("|")[1].strip() for line in printed[4:]] == [
        "`p.grad = 0`",
        "`p.grad = 0.0`",
        "`v._op`",
    ]
