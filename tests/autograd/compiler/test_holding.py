"""Training blocks that share Values and optimisers, with each other and with whatever is done by hand.

The law: a block is eager training, whatever happens between its steps. Sequences of actions are carried
out twice, with blocks and by the book, and compared wherever somebody looks.
"""

import copy
import gc
import os
import pickle
import threading
import weakref
from contextlib import ExitStack, suppress
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, compile
from autograd.compiler import training_block as training
from autograd.compiler.backends import registry
from autograd.compiler.backends.parameter_table import ParameterTable
from autograd.engine import copying
from tests.autograd.compiler.elsewhere import Elsewhere
from tests.autograd.compiler.reference import BACKENDS, NUMPY_FIRST, assert_close
from tests.autograd.compiler.threads import read_beside

X = [np.array([0.5, -1.0, 2.0]), np.array([1.5]), np.array([-0.3, 0.9])]
NAMES = "abcd"
KINDS = {
    "momentum": lambda p: nn.SGD(p, lr=0.1, momentum=0.9),
    "Adam": lambda p: nn.Adam(p, lr=0.05),
    "falling": lambda p: nn.SGD(p, lr=nn.exponential(0.2, 0.9)),
}
LOSSES = [
    lambda p, x: ((p["a"] * x + p["b"]).tanh() - 0.3 * p["c"]) ** 2,
    lambda p, x: (p["b"] * x - p["c"]) ** 2 * 0.1 + (p["d"] * x).tanh(),
]
PLAYERS = [lambda p, x, loss=loss: loss(p, x) + 0.1 * p["a"] * p["d"] for loss in LOSSES]
SHARINGS = {
    "all": ["abcd", "dcba"],
    "players": ["ab", "dc"],
    "some": ["ab", "cbd"],
    "none": ["a", "bcd"],
    "one optimiser": ["abcd", None],
}


class World:
    """Four Values, two losses of three of them each, two optimisers: trained by blocks, or by the book."""

    def __init__(self, backend):
        self.values = {name: Value(0.0) for name in NAMES}
        self.programs = {
            loss: backend and compile(lambda x, loss=loss: loss(self.values, x), backend=backend)
            for loss in (*LOSSES, *PLAYERS)
        }

    def begin(self, sharing, kinds):
        for at, value in enumerate(self.values.values()):
            value.data = 0.4 - 0.3 * at
            value.zero_grad()
            value.note("frozen", False)
        first, second = SHARINGS[sharing]
        self.losses = PLAYERS if sharing == "players" else LOSSES
        self.fast = [self.programs[loss] for loss in self.losses]
        self.optimizers = [KINDS[kinds[0]]([self.values[name] for name in first])]
        others = second and KINDS[kinds[1]]([self.values[name] for name in second])
        self.optimizers.append(others or self.optimizers[0])
        self.saved = [optimizer.state_dict() for optimizer in self.optimizers]
        self.blocks = [ExitStack(), ExitStack()]
        self.running = [None, None]

    # ---- what may happen ----

    def step(self, k, at):
        if not self.fast[k]:
            return self.by_hand(k, at)
        if self.running[k] is None:
            self.running[k] = self.blocks[k].enter_context(self.fast[k].training(self.optimizers[k]))
        return self.running[k](X[at])

    def by_hand(self, k, at):
        for value in [*self.values.values()]:
            if value in self.optimizers[k].parameters or value in self.of_loss(k):
                value.zero_grad()
        loss = self.mean(k, at)
        loss.backward()
        self.optimizers[k].step()
        return loss.data

    def backward(self, k, at):
        if self.fast[k]:
            return self.fast[k].backward(X[at])
        loss = self.mean(k, at)
        loss.backward()
        return loss.data

    def call(self, k, at):
        if self.fast[k]:
            return self.fast[k](X[at]).tolist()
        return [self.losses[k](self.values, x).data for x in X[at].tolist()]

    def sync(self, k):
        if self.running[k] is not None:
            self.running[k].sync()

    def end(self, k, error=None):
        self.running[k] = None
        if error is None:
            self.blocks[k].close()
        else:
            self.blocks[k].__exit__(error, error("stop"), None)

    def refused(self, k):
        if self.running[k] is not None:
            with pytest.raises(ValueError, match="batch is empty"):
                self.running[k](X[0][:0])

    def assign(self, name, number):
        self.values[name].data = number

    def add(self, name, number):
        self.values[name].data += number

    def assign_grad(self, name, number):
        self.values[name].grad = number

    def freeze(self, name, frozen):
        self.values[name].note("frozen", frozen)

    def rate(self, k, lr):
        self.optimizers[k].lr = lr

    def option(self, k, number):
        optimizer = self.optimizers[k]
        setattr(optimizer, "momentum" if isinstance(optimizer, nn.SGD) else "beta1", number)

    def load(self, k):
        self.optimizers[k].load_state_dict(
            {**self.saved[k], "options": self.optimizers[k].state_dict()["options"],
             "state": [dict.fromkeys(s, 0.25) for s in self.optimizers[k].state]}
        )  # fmt: skip

    def count(self, k, steps):
        self.optimizers[k].steps = steps

    def velocity(self, k, number):
        for state in self.optimizers[k].state:
            state.update(dict.fromkeys(state, number))

    def member(self, k, name):
        value, parameters = self.values[name], self.optimizers[k].parameters
        parameters.remove(value) if value in parameters else parameters.append(value)

    def forget(self, k):
        self.optimizers[k].zero_grad()

    def look(self, name):
        value = self.values[name]
        copies = [copy.deepcopy(value), pickle.loads(pickle.dumps(value)), copy.copy(value)]
        assert [c.data for c in copies] == [value.data] * 3
        assert all(type(c) is Value and c._x is None for c in copies)
        return value.data, value.grad

    def look_at(self, k):
        optimizer = copy.deepcopy(self.optimizers[k])
        assert optimizer.state_dict() == self.optimizers[k].state_dict()
        return [optimizer.steps, optimizer.lr, *[n for s in optimizer.state for n in s.values()]]

    # ---- how it stands ----

    def of_loss(self, k):
        names = NAMES if self.losses is PLAYERS else ("abc", "bcd")[k]
        return [self.values[name] for name in names]

    def mean(self, k, at):
        return autograd.mean([self.losses[k](self.values, x) for x in X[at].tolist()])

    def all(self):
        found = [number for value in self.values.values() for number in (value.data, value.grad)]
        return found + [number for k in (0, 1) for number in self.look_at(k)]


k, names = st.integers(0, 1), st.sampled_from(NAMES)
numbers = st.sampled_from([-1.0, -0.25, 0.0, 0.5, 1.25])
# fmt: off
ACTIONS = st.one_of(
    st.tuples(st.just("step"), k, st.integers(0, 2)),
    st.tuples(st.just("step"), k, st.just(0)),
    st.tuples(st.sampled_from(["by_hand", "backward", "call"]), k, st.integers(0, 2)),
    st.tuples(st.sampled_from(["sync", "refused", "load", "forget", "look_at", "end"]), k),
    st.tuples(st.just("end"), k, st.sampled_from([RuntimeError, KeyboardInterrupt])),
    st.tuples(st.sampled_from(["assign", "add", "assign_grad"]), names, numbers),
    st.tuples(st.just("freeze"), names, st.booleans()),
    st.tuples(st.just("rate"), k, st.sampled_from([0.0, 0.01, 0.1, nn.linear(0.2, 0.0, 9)])),
    st.tuples(st.just("option"), k, st.sampled_from([0.0, 0.5])),
    st.tuples(st.just("count"), k, st.integers(0, 20)),
    st.tuples(st.just("velocity"), k, st.sampled_from([0.0, 0.5])),
    st.tuples(st.just("member"), k, names),
    st.tuples(st.just("look"), names),
)
# fmt: on
TURNS = st.sampled_from([[("step", 0, 0), ("step", 1, 0)] * times for times in (2, 4)])
"""Blocks that take turns, which is where numbers go from table to table."""

WORLDS = {"numpy": World("numpy")}
BOOK = World(None)


def carry_out(backend, sharing, kinds, actions, ends):
    mine = WORLDS[backend]
    for world in (mine, BOOK):
        world.begin(sharing, kinds)
    try:
        for name, *arguments in actions:
            found, expected = [getattr(world, name)(*arguments) for world in (mine, BOOK)]
            if expected is not None:
                assert_close(found, expected, 1e-7)
    finally:
        for at in ends:
            mine.end(at)
    assert all(type(value) is Value and value._x is None for value in mine.values.values())
    assert_close(mine.all(), BOOK.all(), 1e-7)


SEQUENCES = given(
    st.sampled_from(list(SHARINGS)),
    st.tuples(st.sampled_from(list(KINDS)), st.sampled_from(list(KINDS))),
    st.lists(st.one_of(ACTIONS.map(lambda action: [action]), TURNS), min_size=8, max_size=30).map(
        lambda parts: [action for part in parts for action in part]
    ),
    st.permutations([0, 1]),
)
EXAMPLES = int(os.environ.get("SEQUENCES", "40"))


@pytest.mark.filterwarnings("ignore::nn.errors.TrainingWarning")
@SEQUENCES
@settings(max_examples=EXAMPLES, deadline=None)
def test_no_update_is_lost_whatever_happens_between_the_steps_of_two_blocks(sharing, kinds, actions, ends):
    """Steps of both, hand-made changes, freezing, ends in either order: what eager training leaves."""
    carry_out("numpy", sharing, kinds, actions, ends)


@pytest.mark.filterwarnings("ignore::nn.errors.TrainingWarning")
@SEQUENCES
@settings(max_examples=EXAMPLES // 2, deadline=None)
def test_no_update_is_lost_by_a_backend_whose_numbers_are_elsewhere(sharing, kinds, actions, ends):
    """The same by the protocol alone, with state that only this backend has, and that each step destroys."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(registry.BACKENDS, "elsewhere", Elsewhere)
        WORLDS.setdefault("elsewhere", World("elsewhere"))
        carry_out("elsewhere", sharing, kinds, actions, ends)


@pytest.mark.parametrize("backend", NUMPY_FIRST[1:])
@pytest.mark.filterwarnings("ignore::nn.errors.TrainingWarning")
@SEQUENCES
@settings(max_examples=EXAMPLES // 4, deadline=None)
def test_no_update_is_lost_by_compiled_programs(backend, sharing, kinds, actions, ends):
    """The same where updates are machine code from the second step on, or numbers are on a device."""
    WORLDS.setdefault(backend, World(backend))
    with pytest.MonkeyPatch.context() as patched:
        if backend == "llvm":
            patched.setattr("autograd.compiler.backends.llvm.updates.STEPS_FOR_MACHINE_CODE", 2)
        carry_out(backend, sharing, kinds, actions, ends)


class Noted(Value):
    """A class of the user's own, with attributes."""


def a_block(backend="numpy", make=Value, optimizer=lambda p: nn.SGD(p, lr=0.1)):
    """A Value, its optimiser, and a compiled loss, (w x - 1)^2."""
    w = make(1.0)
    return w, optimizer([w]), compile(lambda x: (w * x - 1) ** 2, backend=backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_blocks_that_share_parameters_train_as_steps_in_turn_do(backend):
    """Two players, each of whose losses depends on both: in blocks open together, or by hand."""
    ends = []
    for in_blocks in (True, False):
        g, d = Value(1.0), Value(0.5)
        optimizers = [nn.SGD([d], lr=0.1), nn.SGD([g], lr=0.1)]
        losses = [compile(lambda z, s=s, g=g, d=d: (d * g * z + s) ** 2, backend=backend) for s in (-1, 1)]
        with losses[0].training(optimizers[0]) as one, losses[1].training(optimizers[1]) as two:
            for _ in range(5):
                for step, loss, optimizer in zip((one, two), losses, optimizers):
                    if in_blocks:
                        step([1.0, 2.0])
                    else:
                        g.zero_grad(), d.zero_grad()
                        loss.backward([1.0, 2.0])
                        optimizer.step()
        ends.append((g.data, d.data))
    assert ends[0] == pytest.approx(ends[1], rel=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_block_within_a_block_on_the_same_optimiser_goes_on_from_it(backend):
    """Three steps of momentum, the second in an inner block: those of one block."""
    ends = []
    for nested in (True, False):
        w, optimizer, fast = a_block(backend, optimizer=lambda p: nn.SGD(p, lr=0.01, momentum=0.9))
        with fast.training(optimizer) as step:
            step([2.0])
            if nested:
                with fast.training(optimizer) as inner:
                    inner([2.0])
            else:
                step([2.0])
            step([2.0])
        ends.append((w.data, w.grad, optimizer.state, optimizer.steps))
    assert ends[0] == ends[1]
    assert ends[0][3] == 3


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_assigned_inside_a_block_counts_from_the_next_step(backend):
    """The number of a Value, by hand or by load_state_dict; the block goes on from it."""
    w, optimizer, fast = a_block(backend)
    with fast.training(optimizer) as step:
        step([1.0, 2.0])
        w.data = 5.0
        assert step([1.0, 2.0]) == ((5 - 1) ** 2 + (10 - 1) ** 2) / 2
    assert w.data == pytest.approx(5 - 0.1 * (2 * 4 * 1 + 2 * 9 * 2) / 2)
    model = nn.MLP(2, [3, 1], seed=0)
    saved = model.state_dict()
    with compile(model, backend=backend).training(nn.SGD(model.parameters(), lr=0.1)) as step:
        first = step([[1.0, 2.0]])
        assert step([[1.0, 2.0]]) != first
        model.load_state_dict(saved)
        assert step([[1.0, 2.0]]) == first


def test_values_read_inside_a_block_are_up_to_date():
    """Their numbers, their gradients, the count and the state of the optimiser; no sync is needed."""
    w, optimizer, fast = a_block(optimizer=lambda p: nn.SGD(p, lr=0.1, momentum=0.5))
    with fast.training(optimizer) as step:
        step([2.0])
        assert (w.data, w.grad, (w * 2.0).data) == pytest.approx((0.6, 4.0, 1.2))
        step([2.0])
        assert (optimizer.steps, optimizer.state) == (2, [{"velocity": pytest.approx(2.8)}])
        assert w.data == pytest.approx(0.32)


def test_a_class_of_the_users_own_stays_what_it_is():
    """While it is held, in its name and attributes; and after it."""
    w, optimizer, fast = a_block(make=Noted)
    w.colour = "red"
    with fast.training(optimizer) as step:
        step([2.0])
        assert isinstance(w, Noted)
        assert (type(w).__name__, w.colour, w.label, w.primitive, w.operands) == (
            "Noted",
            "red",
            "",
            None,
            (),
        )
        w.colour = "blue"
        step([2.0])
    assert (type(w), w.colour) == (Noted, "blue")
    assert w.data == pytest.approx(1 - 0.4 - 0.08)


def test_copies_and_pickles_made_inside_a_block_are_free_of_it():
    """Of models and optimisers; the block goes on with the originals."""
    model = nn.MLP(2, [2, 1], seed=0)
    optimizer = nn.Adam(model.parameters(), lr=0.1)
    with compile(model).training(optimizer) as step:
        for _ in range(2):
            step([[1.0, 2.0]])
            other, another = copy.deepcopy((model, optimizer)), pickle.loads(pickle.dumps((model, optimizer)))
            for copied, own in (other, another):
                assert copied.state_dict() == model.state_dict()
                assert own.state_dict() == optimizer.state_dict()
                assert own.parameters == copied.parameters()
                assert all(type(p) is Value and p._x is None for p in copied.parameters())
                own.step()
                assert copied.state_dict() != model.state_dict()
    assert optimizer.steps == 2


@pytest.mark.parametrize("backend", BACKENDS)
def test_players_in_turn_hand_their_values_over_from_table_to_table(backend, monkeypatch):
    """Values are read when the first block begins, and after somebody has touched one; not at each turn."""
    held = []
    take = training.make_held
    monkeypatch.setattr(
        training, "make_held", lambda values, shared: held.append(len(values)) or take(values, shared)
    )
    ends = []
    for in_turn in (True, False):
        g, d, c = (Value(number) for number in (1.0, 0.5, 0.25))
        optimizers = [nn.Adam([d], lr=0.1), nn.SGD([c, g], lr=0.1, momentum=0.5), nn.SGD([g], lr=0.01)]
        losses = [
            compile(lambda z, s=s, g=g, d=d, c=c: (d * g * z + s * c) ** 2, backend=backend)
            for s in (-1, 1, 2)
        ]
        with ExitStack() as stack:
            if in_turn:
                blocks = [stack.enter_context(f.training(o)) for f, o in zip(losses, optimizers)]
            for round in range(12):
                for at in range(3):
                    if in_turn:
                        blocks[at]([1.0, 2.0])
                    else:
                        for value in (g, d, c):
                            value.zero_grad()
                        losses[at].backward([1.0, 2.0])
                        optimizers[at].step()
                if round == 5:
                    d.note("frozen", True)
                if round == 8:
                    assert optimizers[0].state != []
        ends.append([n for v in (g, d, c) for n in (v.data, v.grad)])
    assert_close(*ends)
    assert held == [3] * 2


def test_blocks_that_have_handed_over_are_freed_by_reference_counting():
    """They know nothing of each other that keeps them."""
    w, optimizer, fast = a_block()
    other = nn.SGD([w], lr=0.1)
    gc.collect()
    gc.disable()
    try:
        with fast.training(optimizer) as one, fast.training(other) as two:
            for _ in range(3):
                one([1.0]), two([1.0])
            tables = [weakref.ref(step.state.table) for step in (one, two)]
        del one, two
        assert [ref() for ref in tables] == [None, None]
    finally:
        gc.enable()


def test_no_finaliser_takes_a_lock_of_a_block_that_is_forgotten(monkeypatch):
    """The collector may come while a thread has a lock; the numbers come back when a Value is touched."""
    w, optimizer, fast = a_block()
    step = fast.training(optimizer).__enter__()
    step([2.0])
    let_go = []
    with monkeypatch.context() as patched:
        patched.setattr(training.TrainingBlock, "let_go", let_go.append)
        del step
        gc.collect()
    assert let_go == []
    assert (w.data, optimizer.steps) == (pytest.approx(0.6), 1)


def test_a_block_takes_steps_only_while_it_is_open():
    """Not before its `with`, nor after."""
    w, optimizer, fast = a_block()
    step = fast.training(optimizer)
    for _ in range(2):
        with pytest.raises(RuntimeError, match=r"this training block is not open: with fast\.training"):
            step([2.0])
        assert (w.data, optimizer.steps) == (1.0, 0)
        with step:
            pass


def test_a_step_reads_no_value_unless_one_was_touched(monkeypatch):
    """Steps of one block among compiled calls take hold once; so the time of a step does not grow."""
    held = []
    monkeypatch.setattr(training, "make_held", lambda values, block: held.append(len(values)))
    w, optimizer, fast = a_block()
    other = compile(lambda x: w * x, backend="numpy")
    with fast.training(optimizer) as step:
        for _ in range(5):
            step([2.0])
            other([1.0]), optimizer.steps, optimizer.lr, w.label
            optimizer.lr = 0.05
    assert held == [1]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_compiled_functions_inside_a_block_see_where_training_stands(dtype):
    """Without making it let go: also those with other parameters, in another order, of another precision."""
    a, b = Value(1.0), Value(2.0)
    optimizer = nn.SGD([a, b], lr=0.25)
    loss, swapped = (
        compile(lambda x: (a - b * x) ** 2, backend="numpy"),
        compile(lambda x: b * 10 + a * x, backend="numpy", dtype=dtype),
    )
    alone = Value(7.0)
    more = compile(lambda x: alone + a * x, backend="numpy")
    with loss.training(optimizer) as step:
        step([1.0])
        assert swapped([2.0]).tolist() == [10 * 1.5 + 1.5 * 2]
        assert step.holds_values
        assert more([1.0]).tolist() == [8.5]
        step([1.0])
    assert (a.data, b.data) == (1.5, 1.5)


class Peeking(nn.Optimizer):
    """A formula that looks at a Value of the block that runs it."""

    def update(self, parameter, gradient, state, lr, step):
        self.seen = [*getattr(self, "seen", []), self.own.data]
        return parameter - lr * gradient, state


def test_formulas_and_schedules_may_look_at_the_values():
    """They see the numbers before the step, and no step is lost."""
    w, optimizer, fast = a_block(optimizer=lambda p: Peeking(p, lr=0.1))
    optimizer.own = w
    with fast.training(optimizer) as step:
        for _ in range(3):
            step([2.0])
    assert optimizer.seen == pytest.approx([1.0, 0.6, 0.52])
    assert (w.data, optimizer.steps) == (pytest.approx(0.504), 3)
    w, optimizer, fast = a_block(optimizer=lambda p: nn.SGD(p, lr=lambda step: 0.1 * p[0].data))
    with fast.training(optimizer) as step:
        step([2.0]), step([2.0])
    assert w.data == pytest.approx(0.6 - 0.06 * 2 * 2 * 0.2)


class Clamped(Value):
    """A Value whose numbers stay within bounds."""

    @property
    def data(self):
        return self._data

    @data.setter
    def data(self, data):
        self._data = min(max(data, -1.0), 1.0)


def test_values_with_a_data_of_their_own_are_refused_by_name():
    """A block would pass their setter by."""
    w = Clamped(0.5)
    fast = compile(lambda x: w * x)
    message = r"training keeps numbers in tables, but Clamped has a data of its own; step such Values by"
    with pytest.raises(TypeError, match=message), fast.training(nn.SGD([w], lr=0.1)):
        pass


def test_a_block_that_is_never_left_keeps_its_values_right():
    """As when somebody calls __enter__ in a notebook, and forgets it."""
    w, optimizer, fast = a_block()
    block = fast.training(optimizer)
    block.__enter__()([2.0])
    assert w.data == pytest.approx(0.6)
    with fast.training(optimizer) as step:
        step([2.0])
    assert (w.data, optimizer.steps) == (pytest.approx(0.52), 2)


@pytest.mark.parametrize("backend", BACKENDS)
def test_threads_may_read_and_assign_while_a_block_steps(backend):
    """Readers see whole steps; what they assign counts; two blocks on one Value lose no step."""
    pair = [Value(0.0), Value(0.0)]
    loss = compile(lambda x: (pair[0] + pair[1]) * x, backend=backend)
    optimizers = [nn.SGD(pair, lr=1.0), nn.SGD(pair, lr=1.0)]

    def train(optimizer):
        with loss.training(optimizer) as step:
            for _ in range(300):
                step(np.array([-1.0]))

    seen = read_beside(lambda: pair[0].data, train, optimizers)
    assert [v.data for v in pair] == [600.0, 600.0]
    assert seen == sorted(seen)
    assert set(seen) <= set(map(float, range(601)))


def test_a_step_takes_the_rate_of_its_own_count():
    """Also when another thread has stepped the block between the question for the rate and the step."""
    asked = []

    def halving(count):
        asked.append(count)
        if len(asked) == 1:
            other = threading.Thread(target=step, args=([-1.0],))
            other.start()
            other.join(60)
        return 0.5**count

    w = Value(0.0)
    with compile(lambda x: w * x, backend="numpy").training(nn.SGD([w], lr=halving)) as step:
        step([-1.0])
    assert (w.data, asked) == (1.5, [0, 0, 1])


MOMENTS = [
    (training, "make_held"),
    (training, "release"),
    (ParameterTable, "read_values"),
    (ParameterTable, "read_state"),
]
MOMENTS += [
    (ParameterTable, "write_values"),
    (ParameterTable, "write_state"),
    (nn.Optimizer, "take_back"),
    (training.TrainingBlock, "end"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("owner", "name"), MOMENTS, ids=lambda part: getattr(part, "__name__", part))
@pytest.mark.parametrize("time", [1, 2, 3])
def test_no_value_stays_held_after_a_block_wherever_ctrl_c_comes(monkeypatch, owner, name, after, time):
    """It is an ordinary Value again, and data, state and count are those of whole steps."""
    w, optimizer, fast = a_block(optimizer=lambda p: nn.SGD(p, lr=0.1, momentum=0.5))
    calls, real = [], getattr(owner, name)

    def interrupted(*arguments):
        calls.append(name)
        if len(calls) != time:
            return real(*arguments)
        if after:
            real(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(owner, name, interrupted)
    with suppress(KeyboardInterrupt), fast.training(optimizer) as step:
        step([2.0])
        assert w.data != 1.0
        step([2.0])
    assert (type(w), w._x, optimizer.holder) == (Value, None, None)
    velocity = optimizer.state[0]["velocity"]
    whole = [(1.0, 0.0), (0.6, 4.0), (0.32, 2.8)]
    assert (w.data, velocity) == pytest.approx(whole[optimizer.steps])


@pytest.mark.parametrize("make", [Value, Noted])
def test_a_value_that_is_held_while_it_is_pickled_keeps_its_class(make, monkeypatch):
    """As another thread does, the block takes hold again in the midst of it."""
    w, optimizer, fast = a_block(make=make)
    real, held = copying._plain_notes, []

    def holding(node):
        step([2.0])
        held.append(step.holds_values)
        return real(node)

    with fast.training(optimizer) as step:
        step([2.0])
        assert (w.__class__, step.holds_values) == (make, True)
        monkeypatch.setattr(copying, "_plain_notes", holding)
        restored = pickle.loads(pickle.dumps(w))
        assert (type(restored), restored.data, held) == (make, pytest.approx(0.6), [True])


class Told(Value):
    """A class whose subclasses must say something, and are kept."""

    known: ClassVar = []

    def __init_subclass__(cls, *, unit):
        """Note it."""
        cls.known.append((cls, unit))


def test_a_class_of_the_users_own_is_not_told_of_the_class_of_held_ones():
    """A block holds Values of a class that asks its subclasses for something, and registers them."""
    w, optimizer, fast = a_block(make=Told)
    with fast.training(optimizer) as step:
        step([2.0])
    assert (type(w), w.data, Told.known) == (Told, pytest.approx(0.6), [])


def test_a_list_of_parameters_may_be_changed_between_steps():
    """What is added to a list kept from before, or replaced in it, counts from the next step on."""
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    optimizer = nn.SGD([a], lr=1.0)
    kept = optimizer.parameters
    with compile(lambda x: (a + b + c) * x, backend="numpy").training(optimizer) as step:
        step([1.0])
        kept.append(b)
        step([1.0])
        optimizer.parameters[0] = c
        step([1.0])
        kept.remove(b)
        step([1.0])
    assert (a.data, b.data, c.data) == (-1.0, 0.0, 1.0)


@pytest.mark.parametrize("given", [nn.MLP(2, [1]), "sgd", None, nn.SGD, 0.1], ids=repr)
def test_training_says_what_it_takes(given):
    """An optimiser, not a model, nor its class."""
    _, _, fast = a_block()
    with (
        pytest.raises(
            TypeError, match=r"training takes an optimizer, as SGD\(model.parameters\(\), lr=0.1\), got"
        ),
        fast.training(given),
    ):
        pass


class Wrong(nn.Optimizer):
    """A formula that gives whatever it is told to."""

    entries = ("count",)

    def update(self, parameter, gradient, state, lr, step):
        return self.answer(parameter)


NONSENSE = {
    "no state": lambda p: p,
    "three": lambda p: (p, {}, 3),
    "no entry": lambda p: (p, {}),
    "text": lambda p: ("up", {"count": 0.0}),
    "a list": lambda p: (p, [0.0]),
    "None": lambda p: None,
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
def test_a_formula_that_gives_nonsense_is_named_and_moves_nothing(answer):
    """By hand and in a block: data, state and count are as before."""
    w, optimizer, fast = a_block(optimizer=lambda p: Wrong(p, lr=0.1))
    optimizer.answer = answer
    w.grad = 1.0
    message = r"Wrong.update must give \(parameter, state\), a real number and a dict with count, got"
    with pytest.raises(TypeError, match=message):
        optimizer.step()
    with fast.training(optimizer) as step, pytest.raises(TypeError, match=message):
        step([1.0])
    assert (w.data, optimizer.state, optimizer.steps) == (1.0, [{"count": 0.0}], 0)
