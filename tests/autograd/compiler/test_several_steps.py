"""Several steps in one call of a training block: `many`, on stacked batches, and `over`, on rows of the data.

The law: they are the calls of `step` that they stand for, bit for bit, whatever else happens.
"""

# ruff: noqa: E501 (a table)

import re
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, compile
from autograd.compiler.backends import registry
from autograd.compiler.backends.host.buffer import InputBuffer
from autograd.compiler.batches import Gathered, Stacked
from tests.autograd.compiler.elsewhere import Elsewhere
from tests.autograd.compiler.reference import BACKENDS, HOSTS, NUMPY_FIRST
from tests.autograd.compiler.threads import read_beside
from tests.stored import Stored, in_file

DRAWN = np.random.default_rng(0)
X, Y = DRAWN.normal(size=(11, 2)), DRAWN.choice([-1.0, 1.0], size=11)

KINDS = {
    "Adam": lambda p: nn.Adam(p, lr=0.05),
    "falling": lambda p: nn.SGD(p, lr=nn.exponential(0.2, 0.9), momentum=0.5),
    "own schedule": lambda p: nn.SGD(p, lr=lambda step: 0.1 / (1 + step)),
    "own rate": lambda p: OwnRate(p, lr=0.1),
}


class OwnRate(nn.SGD):
    """A rate that is no schedule."""

    @property
    def lr(self):
        return 0.1 / (1 + self.steps)

    @lr.setter
    def lr(self, _):
        """There is nothing to set."""


class World:
    """A model with dropout and a frozen bias, its optimiser, and a block."""

    def __init__(self, backend, kind, has_aux):
        self.model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
        self.drop = nn.Dropout(0.4, seed=1)
        self.optimizer = KINDS[kind](self.model.parameters())
        self.model.layers[0].neurons[0].b.note("frozen", True)

        def loss(x, y):
            score = self.model([self.drop(entry) for entry in x])
            found = (1 - y * score).softplus()
            return (found, {"score": score, "twice": [score * 2, 7.0]}) if has_aux else found

        self.fast = compile(loss, backend=backend, has_aux=has_aux)
        self.block = self.fast.training(self.optimizer)
        self.step = self.block.__enter__()

    def end(self):
        """End the block, which has no other end."""
        self.block.__exit__(None, None, None)

    def standing(self):
        """All that training changes."""
        numbers = [(p.data, p.grad) for p in self.model.parameters()]
        return numbers, self.optimizer.state_dict(), self.drop.generator.bit_generator.state


def assert_same(found, expected):
    """Results of steps, entry by entry, and the types of arrays."""
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        found, expected = list(found.values()), list(expected.values())
    if isinstance(expected, (tuple, list)):
        assert type(found) is type(expected)
        assert len(found) == len(expected)
        for mine, theirs in zip(found, expected):
            assert_same(mine, theirs)
    else:
        assert found.dtype == expected.dtype == np.float64
        assert found.shape == expected.shape
        assert found.tobytes() == expected.tobytes()


def stacked(results):
    """The results of several calls as one call gives them."""
    if isinstance(results[0], dict):
        return {key: stacked([result[key] for result in results]) for key in results[0]}
    if isinstance(results[0], (tuple, list)):
        return type(results[0])(stacked([result[at] for result in results]) for at in range(len(results[0])))
    return np.array(results)


places = st.integers(1, 4).flatmap(
    lambda size: st.lists(st.lists(st.integers(0, 10), min_size=size, max_size=size), min_size=1, max_size=4)
)
ACTIONS = st.one_of(
    st.tuples(st.sampled_from(["step", "many", "over"]), places),
    st.tuples(
        st.sampled_from(["sync", "look", "assign", "rate", "eval", "train", "freeze", "unfreeze"]),
        st.just([]),
    ),
)


def act(world, name, places, several):
    """One action; steps either in one call, or one by one."""
    if name in ("step", "many", "over"):
        batches = [(X[rows], Y[rows]) for rows in places]
        if not several or name == "step":
            return stacked([world.step(*batch) for batch in batches])
        if name == "over":
            return world.step.over(X, Y, places)
        return world.step.many(*[np.stack(arrays) for arrays in zip(*batches)])
    parameter = world.model.layers[0].neurons[0].w[0]
    if name == "sync":
        world.step.sync()
    elif name == "look":
        return np.array([parameter.data, parameter.grad])
    elif name == "assign":
        parameter.data = 0.25
    elif name == "rate":
        world.optimizer.lr = 0.03
    elif name in ("freeze", "unfreeze"):
        parameter.note("frozen", name == "freeze")
    else:
        getattr(world.drop, name)()
    return None


SEQUENCES = given(st.sampled_from(list(KINDS)), st.booleans(), st.lists(ACTIONS, min_size=3, max_size=10))


@pytest.mark.parametrize("backend", ["numpy", "elsewhere"])
@SEQUENCES
@settings(max_examples=30, deadline=None)
def test_several_steps_in_one_call_are_the_calls_of_step(backend, kind, has_aux, actions):
    """Losses, what is returned beside them, numbers, gradients, state, counts and random draws."""
    carry_out(backend, kind, has_aux, actions)


@pytest.mark.parametrize("backend", NUMPY_FIRST[1:])
@SEQUENCES
@settings(max_examples=5, deadline=None)
def test_several_steps_of_compiled_programs_are_the_calls_of_step(backend, kind, has_aux, actions):
    """The same where updates are machine code from the fourth step on, or a loop on a device."""
    carry_out(backend, kind, has_aux, actions)


def carry_out(backend, kind, has_aux, actions):
    """The actions on two worlds, in one of which several steps are one call: compared to the bit."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(registry.BACKENDS, "elsewhere", Elsewhere)
        if backend == "llvm":
            patched.setattr("autograd.compiler.backends.llvm.updates.STEPS_FOR_MACHINE_CODE", 3)
        worlds = [World(backend, kind, has_aux) for _ in range(2)]
        for name, rows in actions:
            found, expected = [
                act(world, name, rows, several) for world, several in zip(worlds, (True, False))
            ]
            if expected is not None:
                assert_same(found, expected)
        assert worlds[0].standing() == worlds[1].standing()
        for world in worlds:
            world.end()


def a_block(backend="numpy", **options):
    w = Value(1.0)
    return w, compile(lambda x, y: (w * x[0] - y) ** 2, backend=backend, **options), nn.SGD([w], lr=0.1)


@pytest.mark.parametrize("backend", BACKENDS)
def test_machine_code_takes_over_in_the_midst_of_a_call(backend):
    """Thirty steps in one call: the bits of thirty calls, of which some are before and some after it."""
    ends = []
    for several in (True, False):
        w, fast, optimizer = a_block(backend)
        batches = DRAWN.permutation(np.tile(np.arange(11), 30).reshape(30, 11), axis=1)
        batches.sort()
        with fast.training(optimizer) as step:
            losses = step.over(X, Y, batches) if several else [step(X[rows], Y[rows]) for rows in batches]
        ends.append((list(losses), w.data))
    assert ends[0] == ends[1]


@pytest.mark.parametrize("backend", BACKENDS)
def test_structures_of_arguments_are_stacked_leaf_by_leaf(backend):
    """Lists and dicts, of lists of numbers as well."""
    w = Value(1.0)
    fast = compile(lambda pair, y: (w * pair["a"] + pair["b"][0] - y) ** 2, backend=backend)
    ends = []
    for several in (True, False):
        w.data = 1.0
        batches = [({"a": [1.0, 2.0], "b": np.full((2, 1), float(at))}, [0.5, at]) for at in range(3)]
        with fast.training(nn.SGD([w], lr=0.05)) as step:
            if several:
                one = {name: np.stack([pair[name] for pair, _ in batches]) for name in "ab"}
                losses = step.many(one, [y for _, y in batches]).tolist()
                rows = {"a": np.array([1.0, 2.0, 4.0]), "b": np.zeros((3, 1))}
                losses += step.over(rows, [1.0, 2.0, 3.0], [[0, 2], [1, 1]]).tolist()
            else:
                losses = [step(*batch) for batch in batches]
                losses += [step({"a": [1.0, 4.0], "b": np.zeros((2, 1))}, [1.0, 3.0])]
                losses += [step({"a": [2.0, 2.0], "b": np.zeros((2, 1))}, [2.0, 2.0])]
        ends.append((losses, w.data))
    assert ends[0] == ends[1]


def test_a_function_of_the_whole_batch_takes_several_as_well():
    """Without an axis of samples, batches are stacked one axis before."""
    w = Value(1.0)
    fast = compile(lambda x: (w * autograd.sum(x) - 1.0) ** 2, backend="numpy", batched=False)
    with fast.training(nn.SGD([w], lr=0.01)) as step:
        losses = step.many(np.array([[1.0, 2.0], [0.5, 0.5]]))
        gathered = step.over(np.array([1.0, 2.0, 0.5]), [[0, 1], [2, 2]])
    w.data = 1.0
    with fast.training(nn.SGD([w], lr=0.01)) as step:
        assert losses.tolist() == [step([1.0, 2.0]), step([0.5, 0.5])]
        assert gathered.tolist() == [step([1.0, 2.0]), step([0.5, 0.5])]


ROWS = [[0, 3], [10, 3], [4, 5], [6, 7], [1, 9]]

# fmt: off
READ = {
    "over a memmap":              lambda step, folder: step.over(in_file(X, folder), Y, ROWS),
    "over a view of a memmap":    lambda step, folder: step.over(np.asarray(in_file(X, folder)), Y, ROWS),
    "over data sets of h5py":     lambda step, folder: step.over(Stored(X), Stored(Y), ROWS),
    "many of a memmap":           lambda step, folder: step.many(in_file(X[ROWS], folder), Y[ROWS]),
    "many of data sets of h5py":  lambda step, folder: step.many(Stored(X[ROWS]), Stored(Y[ROWS])),
    "many of a generator":        lambda step, folder: step.many((X[rows], Y[rows]) for rows in ROWS),
    "many of an iterator":        lambda step, folder: step.many(iter([[X[rows].tolist(), Y[rows]] for rows in ROWS])),
}
# fmt: on


@pytest.mark.parametrize("backend", ["numpy", "elsewhere"])
@pytest.mark.parametrize("has_aux", [False, True])
@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("at_once", [1, 2**20])
def test_batches_that_are_read_are_the_calls_of_step(name, has_aux, backend, at_once, tmp_path, monkeypatch):
    """From files and generators, one at a time or several: results, weights and dropout masks."""
    monkeypatch.setitem(registry.BACKENDS, "elsewhere", Elsewhere)
    monkeypatch.setattr("autograd.stored.READ_AT_ONCE", at_once)
    worlds = [World(backend, "falling", has_aux) for _ in range(2)]
    found = READ[name](worlds[0].step, tmp_path)
    assert_same(found, stacked([worlds[1].step(X[rows], Y[rows]) for rows in ROWS]))
    assert worlds[0].standing() == worlds[1].standing()
    for world in worlds:
        world.end()


def test_a_row_in_a_file_is_read_for_its_batch_alone():
    """In order, each as often as it is in a batch; the first batch, whose size is looked at, once more."""
    data, (_, fast, optimizer) = Stored(X), a_block()
    with fast.training(optimizer) as step:
        step.over(data, Y, ROWS)
    flat = [place for rows in ROWS for place in rows]
    assert data.read == [*data.read[: len(data.read) - len(flat)], *flat]
    assert set(data.read[: -len(flat)]) <= {*ROWS[0]}


def test_a_batch_of_known_shape_is_not_taken_out_to_learn_it(monkeypatch):
    """On a device, to take its rows out would cost more than the steps."""
    _, fast, optimizer = a_block()
    with fast.training(optimizer) as step:
        step(X[:2], Y[:2])
        for kind in (Gathered, Stacked):
            monkeypatch.setattr(kind, "arguments", None)
        assert step.over(X, Y, ROWS).shape == (5,)
        assert step.many(X[ROWS], Y[ROWS]).shape == (5,)


def test_batches_of_several_sizes_come_from_one_generator():
    """Each shape has its program; what f returns beside the losses would be no array, and is refused."""
    batches = [(X[:4], Y[:4]), (X[4:8], Y[4:8]), (X[8:], Y[8:])]
    w, fast, optimizer = a_block()
    with fast.training(optimizer) as step:
        losses = step.many(iter(batches))
    other, fast, optimizer = a_block()
    with fast.training(optimizer) as step:
        assert losses.tolist() == [step(*batch) for batch in batches]
    assert w.data == other.data
    world = World("numpy", "Adam", True)
    with pytest.raises(
        ValueError, match=r"batch 2 has 3 samples, those before it 4; steps are taken on these"
    ):
        world.step.many(iter(batches))
    assert world.optimizer.steps == 2
    world.end()


# fmt: off
REFUSED = {
    "no batches":       (ValueError, lambda s: s.many(iter(())),                 r"step.many got no batches; a generator gives them once: make it anew for each call"),
    "two generators":   (TypeError,  lambda s: s.many(iter(X[None]), iter(Y[None])), r"got a (array_)?iterator; step.many takes one, alone, which gives the arguments of one call"),
    "a generator of places": (ValueError, lambda s: s.over(X, Y, iter([[0]])),   r"takes places \(k, batch\), .* got shape \(\)"),
    "no arrays":        (TypeError,  lambda s: s.many(),                         r"step.many needs at least one array"),
    "one batch":        (ValueError, lambda s: s.many(X, Y),                     r"takes batches that are stacked, arrays \(k, batch, ...\), got shapes \(11, 2\), \(11,\); for one batch call step"),
    "ragged k":         (ValueError, lambda s: s.many(X[None], Y[None].repeat(3, 0)), r"step.many takes as many batches of each argument, .* got 1, 3"),
    "k = 0":            (ValueError, lambda s: s.many(X[None][:0], Y[None][:0]), r"step.many got no batches: its arrays have length 0"),
    "ragged batches":   (ValueError, lambda s: s.many(X[None], Y[None, :4]),     r"arrays of one batch have one length along their first axis, got 11, 4"),
    "lists":            (ValueError, lambda s: s.many([[[1.0, 2.0]], [[1.0, 2.0], [3.0, 4.0]]], [[1.0], [2.0, 3.0]]), r"got lists of several lengths"),
    "empty batches":    (ValueError, lambda s: s.many(X[None, :0], Y[None, :0]), r"the batch is empty"),
    "text":             (TypeError,  lambda s: s.many(X[None], [["a"] * 11]),    r"takes arrays of real numbers"),
    "no places":        (TypeError,  lambda s: s.over(X),                        r"takes the data and then the places of rows, as step.over\(X, y, places\), got 1 argument$"),
    "no lines":         (ValueError, lambda s: s.over(X, Y, [0, 1]),             r"takes places \(k, batch\), a line of row numbers for each of k batches, got shape \(2,\)"),
    "places k = 0":     (ValueError, lambda s: s.over(X, Y, np.empty((0, 4), int)), r"takes places \(k, batch\), .* got shape \(0, 4\)"),
    "places of none":   (ValueError, lambda s: s.over(X, Y, np.empty((4, 0), int)), r"got shape \(4, 0\)"),
    "ragged places":    (ValueError, lambda s: s.over(X, Y, [[0, 1], [2]]),      r"got lists of several lengths; give the batches of another size in a call of their own"),
    "fractions":        (TypeError,  lambda s: s.over(X, Y, [[0.0, 1.5]]),       r"takes places that are integers, got dtype float64"),
    "truths":           (TypeError,  lambda s: s.over(X, Y, [[True, False]]),    r"takes places that are integers, got dtype bool"),
    "masked":           (TypeError,  lambda s: s.over(X, Y, np.ma.array([[0, 1]], mask=[[False, True]])), r"places that are integers, got a masked array with 1 entries masked, .* give a batch of fewer rows by itself"),
    "lists of rows":    (ValueError, lambda s: s.over(list(X), Y, [[0]]),        r"step.over takes as many rows of each argument, got 2, 11$"),
    "too far":          (IndexError, lambda s: s.over(X, Y, [[0, 1], [2, 11]]),  r"takes places from 0 to 10, the numbers of 11 rows, got 11"),
    "below 0":          (IndexError, lambda s: s.over(X, Y, [[0, -1]]),          r"takes places from 0 to 10, .* got -1"),
    "rows differ":      (ValueError, lambda s: s.over(X, Y[:9], [[0]]),          r"step.over takes as many rows of each argument, got 11, 9"),
    "no rows":          (ValueError, lambda s: s.over(3.0, [[0]]),               r"rows are the first axis of each array, got a single number"),
    "nothing":          (ValueError, lambda s: s.over([], [[0]]),                r"rows are the first axis of each array, got an array of shape \(0,\)"),
}
# fmt: on


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_before_the_first_step(name):
    """The error says what was asked and given; nothing has moved, and the block goes on."""
    error, call, wording = REFUSED[name]
    w, fast, optimizer = a_block()
    with fast.training(optimizer) as step:
        step(X, Y)
        before = w.data, w.grad
        with pytest.raises(error) as refused:
            call(step)
        assert re.search(wording, str(refused.value)), str(refused.value)
        assert (w.data, w.grad, optimizer.steps) == (*before, 1)
        step(X, Y)


def taken(call, step, count):
    """So many steps on all of the data, in one call or in as many."""
    if call == "many":
        return step.many(X[None].repeat(count, 0), Y[None].repeat(count, 0))
    if call == "over":
        return step.over(X, Y, np.tile(np.arange(11), (count, 1)))
    return [step(X, Y) for _ in range(count)]


def interrupting_schedule(step):
    """A rate for three steps; the fourth is interrupted."""
    if step == 3:
        raise KeyboardInterrupt
    return 0.1


@pytest.mark.parametrize("backend", HOSTS)
@pytest.mark.parametrize("call", ["many", "over"])
@pytest.mark.parametrize("where", ["schedule", "inputs", "formula"])
def test_ctrl_c_leaves_whole_steps(where, call, backend, monkeypatch):
    """It comes between two steps, or in the midst of the fourth: three are done, and all numbers are theirs."""
    ends = []
    for interrupted in (True, False):
        w, fast, _ = a_block(backend)
        rate = interrupting_schedule if interrupted and where == "schedule" else 0.1
        optimizer = nn.SGD([w], lr=rate, momentum=0.5)
        with fast.training(optimizer) as step, monkeypatch.context() as patched:
            if interrupted and where != "schedule":
                owner, name = {"inputs": (InputBuffer, "fill"), "formula": (nn.SGD, "update")}[where]
                calls, real = [], getattr(owner, name)

                def fourth(*arguments, calls=calls, real=real):
                    calls.append(1)
                    if len(calls) == 4:
                        raise KeyboardInterrupt
                    return real(*arguments)

                fourth.is_pure = True
                patched.setattr(owner, name, fourth)
            if interrupted:
                with pytest.raises(KeyboardInterrupt):
                    taken(call, step, 5)
            else:
                taken("step", step, 3)
        ends.append((w.data, w.grad, optimizer.state, optimizer.steps))
    assert ends[0] == ends[1]
    assert ends[0][3] == 3


class Peeking(nn.SGD):
    """A formula that looks at the Value that it moves."""

    def update(self, parameter, gradient, state, lr, step):
        self.seen = [*getattr(self, "seen", []), self.own.data]
        return super().update(parameter, gradient, state, lr, step)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_formula_may_look_at_the_values_between_the_steps_of_one_call(backend):
    """It sees them as they are before each step, and none is lost."""
    ends = []
    for call in ("over", "many", "step"):
        w, fast, _ = a_block(backend)
        optimizer = Peeking([w], lr=0.1, momentum=0.5)
        optimizer.own = w
        with fast.training(optimizer) as step:
            taken(call, step, 5)
        ends.append((optimizer.seen, w.data, optimizer.state, optimizer.steps))
    assert ends[0] == ends[1] == ends[2]
    assert len(set(ends[0][0])) == 5


def test_a_schedule_may_look_at_the_values_between_the_steps_of_one_call():
    """It sees them as they stand then."""
    ends = []
    for several in (True, False):
        w, fast, _ = a_block()
        optimizer = nn.SGD([w], lr=lambda step, w=w: 0.1 * abs(w.data))
        with fast.training(optimizer) as step:
            if several:
                step.over(X, Y, [[0, 1, 2]] * 4)
            else:
                [step(X[:3], Y[:3]) for _ in range(4)]
        ends.append(w.data)
    assert ends[0] == ends[1]


def trained_while_a_name_is_bound_anew(several):
    """Four steps; before the third, the name by which f finds its parameter is given another Value."""
    w = first = Value(1.0)
    other = Value(5.0)

    def rate(step):
        nonlocal w
        w = other if step == 2 else w
        return 0.1

    with compile(lambda x, y: (w * x[0] - y) ** 2, backend="numpy").training(
        nn.SGD([first, other], lr=rate)
    ) as step:
        rows = [[0, 1, 2]] * 4
        losses = list(step.over(X, Y, rows)) if several else [step(X[at], Y[at]) for at in rows]
    return losses, first.data, other.data


def test_what_f_finds_by_name_counts_from_the_next_step_of_the_same_call():
    """A parameter that is replaced between two steps: as between two calls."""
    found = trained_while_a_name_is_bound_anew(True)
    assert found == trained_while_a_name_is_bound_anew(False)
    assert found[2] != 5.0


@pytest.mark.parametrize("recorder", [autograd.detect_anomaly, autograd.no_grad], ids=lambda r: r.__name__)
def test_recorders_see_each_step(recorder):
    """Under detect_anomaly an infinite loss in the second batch is named, and the first step is done."""
    w = Value(1.0)
    fast = compile(lambda x: w * x.log(), backend="numpy")
    with fast.training(nn.SGD([w], lr=0.1)) as step, recorder():
        if recorder is autograd.no_grad:
            assert step.many(np.array([[1.0, 2.0], [3.0, 4.0]])).shape == (2,)
            return
        with pytest.raises(autograd.DomainError, match="log needs"):
            step.many(np.array([[1.0, 2.0], [3.0, -4.0]]))
    assert w.data == 1.0 - 0.1 * np.mean(np.log([1.0, 2.0]))


def test_blocks_take_turns_on_the_same_values_by_many_steps():
    """Two players, several steps each: as by single steps."""
    ends = []
    for several in (True, False):
        g, d = Value(1.0), Value(0.5)
        losses = [compile(lambda z, s=s, g=g, d=d: (d * g * z + s) ** 2, backend="numpy") for s in (-1, 1)]
        with (
            losses[0].training(nn.SGD([d], lr=0.1)) as one,
            losses[1].training(nn.SGD([g], lr=0.1)) as two,
        ):
            for _ in range(3):
                for step in (one, two):
                    if several:
                        step.over(np.arange(4.0), [[0, 1], [2, 3]])
                    else:
                        step(np.array([0.0, 1.0])), step(np.array([2.0, 3.0]))
        ends.append((g.data, d.data, g.grad, d.grad))
    assert ends[0] == ends[1]


@pytest.mark.parametrize("backend", BACKENDS)
def test_threads_lose_no_step_of_several_in_one_call(backend):
    """Two blocks on one Value, each of many steps a call, and a reader beside them."""
    w = Value(0.0)
    fast = compile(lambda x: w * x, backend=backend)

    def train(optimizer):
        with fast.training(optimizer) as step:
            for _ in range(20):
                step.many(np.full((10, 1), -1.0))

    seen = read_beside(lambda: w.data, train, [nn.SGD([w], lr=1.0) for _ in range(2)])
    assert w.data == 400.0
    assert seen == sorted(seen)


def test_a_block_that_has_ended_takes_no_several_steps():
    """As it takes none."""
    _, fast, optimizer = a_block()
    with fast.training(optimizer) as step:
        pass
    with pytest.raises(
        RuntimeError, match=r"this training block is not open: with fast\.training\(optimizer\) as step"
    ):
        step.over(X, Y, [[0]])


LAYOUTS = {
    "in C order": lambda rows: rows,
    "in Fortran order": np.asfortranarray,
    "backwards": lambda rows: rows[::-1],
    "every other column": lambda rows: np.repeat(rows, 2, axis=1)[:, ::2],
    "one row, again and again": lambda rows: np.broadcast_to(rows[0], rows.shape),
    "other bytes first": lambda rows: rows.astype(">f8"),
    "between the words": lambda rows: (
        np.frombuffer(b" " + rows.tobytes(), np.uint8)[1:].view(float).reshape(rows.shape)
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_rows_are_gathered_without_a_copy_of_the_data(name):
    """However it lies in memory: the room that a call takes is that of its batches. Values are those of step."""
    data = LAYOUTS[name](DRAWN.normal(size=(20_000, 8)))
    w = Value(1.0)
    fast = compile(lambda x: (w * x[0] + x[7]) ** 2, backend="numpy")
    with fast.training(nn.SGD([w], lr=0.0)) as step:
        places = [[3, 19_999], [0, 7]]
        expected = [step(data[rows]) for rows in places]
        tracemalloc.start()
        try:
            found = step.over(data, places).tolist()
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert found == expected
    assert most < data.nbytes / 10
