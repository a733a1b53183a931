"""Training blocks against eager training: parameters, gradients, the optimiser's state."""

import math

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, compile
from autograd.compiler import holding, training_block
from autograd.compiler.backends import parameter_table
from autograd.compiler.backends.host import trainer
from tests.autograd.compiler.interrupting import interrupted_after
from tests.autograd.compiler.reference import BACKENDS, HOSTS, NUMPY_FIRST, assert_close, gradients

# fmt: off
OPTIMIZERS = {
    "SGD":          lambda p: nn.SGD(p, lr=0.05),
    "SGD decay":    lambda p: nn.SGD(p, lr=0.05, weight_decay=0.01),
    "momentum":     lambda p: nn.SGD(p, lr=0.02, momentum=0.9),
    "nesterov":     lambda p: nn.SGD(p, lr=0.02, momentum=0.9, nesterov=True),
    "RMSProp":      lambda p: nn.RMSProp(p, lr=0.01),
    "Adam":         lambda p: nn.Adam(p, lr=0.01),
    "AdamW":        lambda p: nn.AdamW(p, lr=0.01, weight_decay=0.05),
    "cosine":       lambda p: nn.SGD(p, lr=nn.cosine(0.1, steps=50)),
    "warm-up":      lambda p: nn.Adam(p, lr=nn.linear_warmup(nn.exponential(0.02, 0.95), steps=10)),
    "own schedule": lambda p: nn.SGD(p, lr=lambda step: 0.1 / (1 + step)),
}
# fmt: on


def moons(steps, size=12):
    """Batches of the two moons, labels -1 and 1."""
    X, y = nn.make_moons(60, seed=0)
    drawn = np.random.default_rng(1)
    chosen = [drawn.integers(0, len(X), size) for _ in range(steps)]
    return [(X[at], 2.0 * y[at] - 1.0) for at in chosen]


def sample_loss_of(model):
    """Smooth, so that no sample comes within rounding of a kink."""
    return lambda x, y: (1 - y * model(x)).softplus() + nn.l2_penalty(model.parameters(), 1e-3)


def small_model():
    return nn.MLP(2, [4, 1], activation="tanh", seed=0)


def eager_step(loss, optimizer, X, y):
    """One step, as the book has it: its loss."""
    optimizer.zero_grad()
    total = autograd.mean(
        [loss(list(map(Value, row)), Value(target)) for row, target in zip(X.tolist(), y.tolist())]
    )
    total.backward()
    optimizer.step()
    return total.data


def assert_same_training(mine, theirs, tolerance=1e-7):
    """Models and optimisers, compared entry by entry."""
    (model, optimizer), (other, reference) = mine, theirs
    for parameter in [*model.parameters()]:
        assert type(parameter.data) is float
    assert_close([p.data for p in model.parameters()], [p.data for p in other.parameters()], tolerance)
    assert_close(gradients(model.parameters()), gradients(other.parameters()), tolerance)
    assert optimizer.steps == reference.steps
    assert optimizer.lr == reference.lr
    assert len(optimizer.state) == len(reference.state)
    for found, expected in zip(optimizer.state, reference.state):
        assert list(found) == list(expected)
        assert_close(list(found.values()), list(expected.values()), tolerance)
        assert all(type(entry) is float for entry in found.values())


def pair(name="Adam", make=small_model):
    """A model with its optimiser, twice."""
    for _ in range(2):
        model = make()
        yield model, OPTIMIZERS[name](model.parameters())


@pytest.mark.parametrize("backend", NUMPY_FIRST)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fifty_compiled_steps_leave_what_eager_training_leaves(name, backend):
    """Data, gradients, state, steps and rate after 50 steps, to 1e-7; each loss on the way as well."""
    mine, theirs = pair(name)
    fast = compile(sample_loss_of(mine[0]), backend=backend)
    losses, expected = [], []
    with fast.training(mine[1]) as step:
        for X, y in moons(50):
            losses.append(step(X, y))
            expected.append(eager_step(sample_loss_of(theirs[0]), theirs[1], X, y))
    assert all(type(loss) is float for loss in losses)
    assert_close(losses, expected, 1e-7)
    assert_same_training(mine, theirs)


def test_one_compiled_step_agrees_to_rounding():
    """After a single step, within 1e-9."""
    mine, theirs = pair("momentum")
    fast = compile(sample_loss_of(mine[0]))
    with fast.training(mine[1]) as step:
        ((X, y),) = moons(1)
        step(X, y)
    eager_step(sample_loss_of(theirs[0]), theirs[1], X, y)
    assert_same_training(mine, theirs, tolerance=1e-9)


def test_training_may_go_on_eagerly_and_compiled_in_turn():
    """What a block leaves is a state to go on from: in the eager loop, in another block, saved or not."""
    mine, theirs = pair("Adam")
    loss, reference = sample_loss_of(mine[0]), sample_loss_of(theirs[0])
    fast = compile(loss)
    batches = moons(16)
    for X, y in batches:
        eager_step(reference, theirs[1], X, y)
    with fast.training(mine[1]) as step:
        for batch in batches[:5]:
            step(*batch)
    for batch in batches[5:8]:
        eager_step(loss, mine[1], *batch)
    with fast.training(mine[1]) as step:
        for batch in batches[8:]:
            step(*batch)
    assert_same_training(mine, theirs)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, ZeroDivisionError])
def test_an_exception_inside_the_block_leaves_the_steps_taken(error):
    """The exception comes out, and everything is as after the steps before it."""
    mine, theirs = pair("Adam")
    fast = compile(sample_loss_of(mine[0]))

    def interrupted():
        with fast.training(mine[1]) as step:
            for at, (X, y) in enumerate(moons(10)):
                if at == 6:
                    raise error("stop")
                step(X, y)

    with pytest.raises(error, match="stop"):
        interrupted()
    for X, y in moons(10)[:6]:
        eager_step(sample_loss_of(theirs[0]), theirs[1], X, y)
    assert_same_training(mine, theirs)


def test_a_refused_batch_leaves_the_steps_taken():
    """A wrong shape inside the block changes nothing more."""
    mine, theirs = pair("momentum")
    fast = compile(sample_loss_of(mine[0]))
    ((X, y),) = moons(1)

    def refused():
        with fast.training(mine[1]) as step:
            step(X, y)
            step(X[:0], y[:0])

    with pytest.raises(ValueError, match="batch is empty"):
        refused()
    eager_step(sample_loss_of(theirs[0]), theirs[1], X, y)
    assert_same_training(mine, theirs)


def test_sync_writes_back_in_mid_training():
    """Everything is as eager training leaves it; training then goes on as if not asked."""
    mine, theirs = pair("Adam")
    fast = compile(sample_loss_of(mine[0]))
    batches = moons(9)
    with fast.training(mine[1]) as step:
        for batch in batches[:4]:
            step(*batch)
            eager_step(sample_loss_of(theirs[0]), theirs[1], *batch)
        step.sync()
        assert_same_training(mine, theirs)
        for batch in batches[4:]:
            step(*batch)
            eager_step(sample_loss_of(theirs[0]), theirs[1], *batch)
    assert_same_training(mine, theirs)


def test_a_block_without_steps_changes_nothing():
    """Entering and leaving: data, gradients and state as before."""
    model = small_model()
    optimizer = nn.Adam(model.parameters(), lr=0.1)
    for parameter in model.parameters():
        parameter.grad = 7.0
    data, state = [p.data for p in model.parameters()], optimizer.state_dict()
    with compile(sample_loss_of(model)).training(optimizer):
        pass
    assert [p.data for p in model.parameters()] == data
    assert gradients(model.parameters()).tolist() == [7.0] * len(data)
    assert optimizer.state_dict() == state


@pytest.mark.parametrize("name", ["SGD", "momentum", "AdamW"])
def test_frozen_parameters_stay(name):
    """A frozen layer keeps data and state, and still gets its gradient, as in eager training."""
    mine, theirs = pair(name, lambda: nn.MLP(2, [3, 3, 1], activation="tanh", seed=0))
    for model, _ in (mine, theirs):
        model.layers[1].freeze()
    held = [p.data for p in mine[0].layers[1].parameters()]
    fast = compile(sample_loss_of(mine[0]))
    with fast.training(mine[1]) as step:
        for X, y in moons(12):
            step(X, y)
            eager_step(sample_loss_of(theirs[0]), theirs[1], X, y)
    assert [p.data for p in mine[0].layers[1].parameters()] == held
    assert_same_training(mine, theirs)


def test_freezing_between_blocks_counts():
    """A layer frozen after the first block no longer moves in the second."""
    mine, theirs = pair("momentum")
    fast = compile(sample_loss_of(mine[0]))
    batches = moons(10)
    for part in (batches[:5], batches[5:]):
        with fast.training(mine[1]) as step:
            for X, y in part:
                step(X, y)
                eager_step(sample_loss_of(theirs[0]), theirs[1], X, y)
        for model, _ in (mine, theirs):
            model.layers[0].freeze()
    assert_same_training(mine, theirs)


@pytest.mark.parametrize("name", ["momentum", "AdamW"])
def test_the_optimiser_may_step_other_parameters_than_the_loss_has(name):
    """Some parameters only in the loss, some only in the optimiser: eager's rules for both."""
    results = []
    for compiled in (True, False):
        a, b, lonely = Value(0.5), Value(-0.3), Value(2.0)
        optimizer = OPTIMIZERS[name]([lonely, b])

        def loss(x, y, a=a, b=b):
            return (a * x + b - y) ** 2

        batches = [(X[:, 0], y) for X, y in moons(5)]
        if compiled:
            with compile(loss).training(optimizer) as step:
                for batch in batches:
                    step(*batch)
        else:
            for X, y in batches:
                a.zero_grad()
                optimizer.zero_grad()
                autograd.mean([loss(*sample) for sample in zip(X.tolist(), y.tolist())]).backward()
                optimizer.step()
        results.append([v.data for v in (a, b, lonely)] + [v.grad for v in (b, lonely)] + [optimizer.steps])
        assert a.data == 0.5, "what the optimiser does not hold stays"
    assert_close(*results)


def test_a_tied_parameter_is_stepped_once():
    """One Value in two places: its gradients add, its step is one."""
    mine, theirs = pair("momentum", lambda: nn.GPT(4, 3, width=4, heads=1, tied=True, seed=0))

    def loss_of(model):
        return lambda t: nn.cross_entropy(model([t[0], t[1]])[-1], t[2])

    fast = compile(loss_of(mine[0]))
    tokens = np.random.default_rng(0).integers(0, 4, size=(3, 2, 3))
    with fast.training(mine[1]) as step:
        for batch in tokens:
            step(batch)
            theirs[1].zero_grad()
            autograd.mean([loss_of(theirs[0])(row) for row in batch.tolist()]).backward()
            theirs[1].step()
    assert_same_training(mine, theirs)


@pytest.mark.parametrize("backend", NUMPY_FIRST)
def test_sequences_of_several_lengths_train_in_one_block(backend):
    """Each length is recorded once; parameters that appear later join the block."""
    mine, theirs = pair("Adam", lambda: nn.GPT(4, 5, width=4, heads=2, seed=0))

    def loss_of(model):
        def loss(tokens):
            rows = model(tokens[:-1])
            return autograd.mean([nn.cross_entropy(row, token) for row, token in zip(rows, tokens[1:])])

        return loss

    fast = compile(loss_of(mine[0]), backend=backend)
    drawn = np.random.default_rng(0)
    with fast.training(mine[1]) as step:
        for length in (2, 3, 2, 3):
            tokens = drawn.integers(0, 4, size=(2, length))
            found = step(tokens)
            theirs[1].zero_grad()
            loss = autograd.mean([loss_of(theirs[0])(row) for row in tokens.tolist()])
            loss.backward()
            theirs[1].step()
            assert_close(found, loss.data)
    assert_same_training(mine, theirs)


def test_new_parameters_in_mid_block_do_not_lose_earlier_steps():
    """A second shape that uses a parameter the optimiser does not hold: the steps before it stay."""
    w = [Value(1.0), Value(2.0), Value(3.0)]
    reference = [Value(1.0), Value(2.0), Value(3.0)]
    optimizer, other = nn.SGD(w[:2], lr=0.1, momentum=0.5), nn.SGD(reference[:2], lr=0.1, momentum=0.5)
    fast = compile(lambda row: autograd.dot(w[: len(row)], row) ** 2)
    with fast.training(optimizer) as step:
        for length in (2, 2, 3, 2, 3):
            row = np.linspace(0.1, 0.3, length)
            step(row[None, :])
            for value in reference:
                value.zero_grad()
            (autograd.dot(reference[:length], row.tolist()) ** 2).backward()
            other.step()
    assert_close([v.data for v in w], [v.data for v in reference])
    assert_close([list(s.values()) for s in optimizer.state], [list(s.values()) for s in other.state])
    assert w[2].data == 3.0


def test_closed_over_interior_values_train_their_leaves_or_are_refused():
    """Never a block that silently stands still: eager's steps, or an error."""
    results = []
    for compiled in (True, False):
        a, b = Value(1.0), Value(0.5)
        inner = a * 3.0
        optimizer = nn.SGD([a, b], lr=0.01)

        def loss(x, inner=inner, b=b):
            return (inner * x - b) ** 2

        if compiled:
            try:
                with compile(loss).training(optimizer) as step:
                    for _ in range(3):
                        step([1.0, 2.0])
            except (TypeError, ValueError):
                return
        else:
            for _ in range(3):
                optimizer.zero_grad()
                autograd.mean([loss(1.0), loss(2.0)]).backward()
                optimizer.step()
        results.append([a.data, b.data, a.grad, b.grad])
    assert_close(*results)


def test_float32_training_stays_near_eager():
    """Single precision trains the same model, to single precision."""
    mine, theirs = pair("SGD")
    fast = compile(sample_loss_of(mine[0]), dtype="float32")
    with fast.training(mine[1]) as step:
        for X, y in moons(5):
            step(X, y)
            eager_step(sample_loss_of(theirs[0]), theirs[1], X, y)
    assert_close(
        [p.data for p in mine[0].parameters()], [p.data for p in theirs[0].parameters()], tolerance=1e-5
    )


def test_a_diverging_block_gives_inf_or_nan_without_warnings():
    """A rate far too large: the numbers say so, nothing is raised."""
    w = Value(1.0)
    fast = compile(lambda x: (w * x) ** 4)
    with fast.training(nn.SGD([w], lr=1e6)) as step:
        losses = [step([1.0, 2.0]) for _ in range(12)]
    assert not np.isfinite(losses[-1])


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_mean_of_losses_beyond_floats_warns_of_nothing(backend):
    """The sum of finite losses may be infinite: programs follow IEEE 754, without exceptions."""
    w, X = Value(1.0), np.array([1e308, 1e308])
    plain = compile(lambda x: w * x, backend=backend)
    with_aux = compile(lambda x: (w * x, x), backend=backend, has_aux=True)
    with plain.training(nn.SGD([w], lr=0.0)) as step:
        losses = [plain.backward(X), step(X), with_aux.backward(X)[0]]
    assert set(losses) <= {np.inf, 1e308}


def test_fit_compiled_trains_as_eager_fit_does():
    """nn.fit(compiled=True): same history, same parameters."""
    X, y = nn.make_moons(24, seed=0)
    results = []
    for compiled in (False, True):
        model = small_model()
        optimizer = nn.SGD(model.parameters(), lr=0.05, momentum=0.9)
        history = nn.fit(
            model,
            (X, 2 * y - 1),
            loss=lambda p, t: (p - t) ** 2,
            optimizer=optimizer,
            epochs=4,
            batch_size=8,
            seed=0,
            progress=False,
            compiled=compiled,
        )
        results.append((history["loss"], [p.data for p in model.parameters()]))
    assert_close(results[1][0], results[0][0], 1e-7)
    assert_close(results[1][1], results[0][1], 1e-7)


class Halving(nn.Optimizer):
    """A rule of one's own that reads on floats and on arrays, but branches, so that it cannot be recorded."""

    def update(self, parameter, gradient, state, lr, step):
        rate = lr if step % 2 else lr / 2
        return parameter - rate * np.sign(gradient), state


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_rule_that_cannot_be_recorded_runs_on_arrays(backend):
    """It trains as it does eagerly."""
    w, X = Value(1.0), np.array([1.0, 2.0])
    optimizer = Halving([w], lr=0.1)
    with compile(lambda x: (w * x) ** 2, backend=backend).training(optimizer) as step:
        for _ in range(12):
            step(X)
    assert w.data == pytest.approx(1.0 - 6 * 0.1 - 6 * 0.05)


@pytest.mark.parametrize("backend", BACKENDS)
def test_options_that_change_within_a_block_count(backend):
    """The formula is that of the moment, also when it is machine code."""
    X = np.array([1.0, 2.0])
    mine, theirs = Value(1.0), Value(1.0)
    optimizers = [nn.SGD([w], lr=0.001, momentum=0.9) for w in (mine, theirs)]
    with compile(lambda x: (mine * x - 3.0) ** 2, backend=backend).training(optimizers[0]) as step:
        for at in range(30):
            for optimizer in optimizers:
                optimizer.momentum = 0.9 if at < 15 else 0.0
            step(X)
            theirs.grad = 0.0
            autograd.mean([(theirs * x - 3.0) ** 2 for x in X.tolist()]).backward()
            optimizers[1].step()
    assert mine.data == pytest.approx(theirs.data, rel=1e-9)


class Widening(nn.Optimizer):
    """A rule that answers in double precision, whatever it was given."""

    def update(self, parameter, gradient, state, lr, step):
        return np.asarray(parameter, np.float64) - lr * np.asarray(gradient, np.float64), state


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_rule_that_answers_in_another_precision_is_read_rightly(backend):
    """Single precision stays single precision."""
    w = Value(1.0)
    with compile(lambda x: (w * x) ** 2, backend=backend, dtype="float32").training(
        Widening([w], lr=0.1)
    ) as step:
        losses = [step(np.array([1.0])) for _ in range(3)]
    assert losses == pytest.approx([1.0, 0.64, 0.4096], rel=1e-5)


def test_a_block_that_has_ended_takes_no_steps():
    """The Values are up to date; a step would be lost."""
    w = Value(1.0)
    with compile(lambda x: (w * x) ** 2).training(nn.SGD([w], lr=0.1)) as step:
        step([1.0])
    with pytest.raises(RuntimeError, match=r"this training block is not open: with fast\.training"):
        step([1.0])


def test_a_result_is_refused_also_when_it_is_known_before_the_block():
    """It would not be trained."""
    w = Value(3.0)
    square = w * w
    fast = compile(lambda x: square * x)
    fast([1.0])
    with (
        pytest.raises(TypeError, match=r"training steps leaves, but f closes over .*a result of mul"),
        fast.training(nn.SGD([w], lr=0.1)),
    ):
        pass


@pytest.mark.parametrize("backend", BACKENDS)
def test_threads_share_a_compiled_function(backend):
    """Each gets the results of its own arguments, whatever their shape."""
    from concurrent.futures import ThreadPoolExecutor

    w = Value(2.0)
    fast = compile(lambda x: w * autograd.sum(x), backend=backend)

    def work(size):
        return all(fast(np.ones((3, size))).tolist() == [2.0 * size] * 3 for _ in range(50))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, [2, 3, 4, 5] * 3))


def test_a_copy_closes_over_the_same_values():
    """Copying or pickling keeps the function and the options; a copy records anew."""
    import copy

    w = Value(2.0)
    fast = compile(lambda x: w * x)
    assert fast([1.0]).tolist() == [2.0]
    other = copy.deepcopy(fast)
    w.data = 5.0
    assert other([1.0]).tolist() == [5.0]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_block_without_parameters_takes_steps(backend):
    """There is a loss, and nothing to move."""
    with compile(lambda x: x * x, backend=backend).training(nn.SGD([], lr=0.1)) as step:
        assert [step(np.array([1.0, 2.0])) for _ in range(12)] == [2.5] * 12


def test_ctrl_c_at_any_moment_leaves_every_parameter_its_own_number():
    """Also while a block lays out its tables anew, since a second shape has brought more parameters."""
    trains = holding, training_block, parameter_table, trainer
    w = [Value(float(at)) for at in range(4)]
    fast = compile(lambda row: autograd.sum(w[:2] if len(row) == 1 else w) * row[0], backend="numpy")

    def block():
        with fast.training(nn.SGD(w[::-1], lr=0.0)) as step:
            step(np.ones((2, 1)))
            step(np.ones((2, 2)))

    moments = [True]
    while moments[-1]:
        fast.specializations.rows.clear()
        fast.specializations.made.clear()
        fast(np.ones((2, 1)))
        moments.append(interrupted_after(len(moments) - 1, trains, block))
        assert [v.data for v in w] == list(map(float, range(4))), f"after {len(moments) - 2} lines"
    assert len(moments) > 200


def test_a_layout_that_was_interrupted_is_made_anew(monkeypatch):
    """Caught inside the block, the next step finds room for every parameter."""
    from autograd.compiler.backends.host.backend import HostBackend

    w = [Value(1e-3) for _ in range(2000)]
    fast = compile(lambda r: autograd.dot(w[:1], r) if len(r) == 1 else autograd.sum(w) * r[0] * r[1])
    with fast.training(nn.SGD(w[:1], lr=0.0)) as step:
        step(np.ones((2, 1)))
        with monkeypatch.context() as patched:
            patched.setattr(HostBackend, "trainer", lambda *given: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                step(np.ones((2, 2)))
        assert step(np.ones((2, 2))) == pytest.approx(2.0)


@pytest.mark.parametrize("backend", HOSTS)
def test_a_block_keeps_room_for_few_shapes_and_computes_any(backend):
    """Sixty sizes of batch in turn: the same as eager, and the room of the earliest is given up."""
    from autograd.compiler.training_block import STEPPERS_KEPT

    mine, theirs = Value(0.5), Value(0.5)
    optimizers = [nn.SGD([w], lr=0.01) for w in (mine, theirs)]
    with compile(lambda x: (mine * x - 1.0) ** 2, backend=backend).training(optimizers[0]) as step:
        for size in [*range(1, 61), 1, 2, 60]:
            X = np.linspace(0.5, 1.5, size)
            loss = autograd.mean([(theirs * x - 1.0) ** 2 for x in X.tolist()])
            assert step(X) == pytest.approx(loss.data, rel=1e-9)
            theirs.zero_grad()
            loss.backward()
            optimizers[1].step()
        assert len(step.state.prepared) == STEPPERS_KEPT
        assert len(step.state.trainer.pair.workspaces) <= 2, "for one sample, and for several"
    assert mine.data == pytest.approx(theirs.data, rel=1e-9)


class InPlace(nn.Optimizer):
    """A rule that works in its arguments, as arrays allow."""

    entries = ("velocity",)

    def update(self, parameter, gradient, state, lr, step):
        gradient += 0.1 * parameter
        state["velocity"] *= 0.9
        state["velocity"] += gradient
        parameter -= lr * state["velocity"]
        return parameter, state


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_rule_may_work_in_place(backend):
    """It changes copies: gradients are those of the loss."""
    results = []
    for compiled in (True, False):
        w = Value(2.0)
        optimizer = InPlace([w], lr=0.1)
        if compiled:
            with compile(lambda x, w=w: (w * x) ** 2, backend=backend).training(optimizer) as step:
                for _ in range(12):
                    step(np.array([1.0, 0.5]))
        else:
            for _ in range(12):
                w.zero_grad()
                autograd.mean([(w * 1.0) ** 2, (w * 0.5) ** 2]).backward()
                optimizer.step()
        results.append([w.data, w.grad, optimizer.state[0]["velocity"]])
    assert_close(*results)


class Halved(nn.Adam):
    """A rule that overrides another, and says nothing of whether it is pure."""

    factor = 0.5

    def update(self, parameter, gradient, state, lr, step):
        return super().update(parameter, gradient, state, lr * self.factor, step)


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_a_subclass_adds_counts_at_each_step(backend):
    """Only a class that says so itself is taken to depend on its options alone."""
    mine, theirs = Value(2.0), Value(2.0)
    optimizers = [Halved([w], lr=0.1) for w in (mine, theirs)]
    with compile(lambda x: (mine * x) ** 2, backend=backend).training(optimizers[0]) as step:
        for at in range(30):
            for optimizer in optimizers:
                optimizer.factor = 0.5 if at < 20 else 0.1
            step(np.array([1.0]))
            theirs.zero_grad()
            ((theirs * 1.0) ** 2).backward()
            optimizers[1].step()
    assert mine.data == pytest.approx(theirs.data, rel=1e-9)


# fmt: off
UNRECORDED = {
    "a branch on the step":     lambda p, g, lr, step: p - lr * g * (0.5 if step > 12 else 1.0),
    "a certain step":           lambda p, g, lr, step: p - lr * g * (0.0 if step == 12 else 1.0),
    "each third step":          lambda p, g, lr, step: p - lr * g * (step % 3),
    "the smaller":              lambda p, g, lr, step: p - lr * g / min(step, 12),
    "a function of the user's": lambda p, g, lr, step: p - lr * g * math.pow(0.9, step),
    "a sign":                   lambda p, g, lr, step: p - lr * np.sign(g),
}
# fmt: on


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", UNRECORDED)
def test_a_pure_rule_that_cannot_be_recorded_stays_as_it_is(name, backend):
    """Its steps are those of eager training, before and after others would be machine code."""

    class Own(nn.optimizers.optimizer.Optimizer):
        @nn.optimizers.optimizer.pure
        def update(self, parameter, gradient, state, lr, step):
            return UNRECORDED[name](parameter, gradient, lr, step), state

    mine, theirs = Value(2.0), Value(2.0)
    eager = Own([theirs], lr=0.1)
    with compile(lambda x: (mine * x) ** 2, backend=backend).training(Own([mine], lr=0.1)) as step:
        for _ in range(15):
            step(np.array([1.0]))
            theirs.zero_grad()
            ((theirs * 1.0) ** 2).backward()
            eager.step()
    assert mine.data == pytest.approx(theirs.data, rel=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_steps_in_several_blocks_have_the_bits_of_those_in_one(backend):
    """Also where updates become machine code: that depends on the count of steps alone."""
    ends = []
    for blocks in ([30], [12, 18], [4, 26]):
        w = Value(1.0)
        optimizer = nn.SGD([w], lr=0.1, momentum=0.7)
        fast = compile(lambda x, w=w: (w * x - 0.3) ** 2, backend=backend)
        for steps in blocks:
            with fast.training(optimizer) as step:
                for _ in range(steps):
                    step(np.array([1.1, 0.7]))
        ends.append((w.data, optimizer.state[0]["velocity"]))
    assert ends[0] == ends[1] == ends[2]


@pytest.mark.needs("llvmlite")
def test_options_that_change_all_the_time_do_not_make_machine_code_each_time():
    """After a few formulas the block goes on with arrays."""
    w = Value(1.0)
    optimizer = nn.SGD([w], lr=0.001, momentum=0.5)
    fast = compile(lambda x: (w * x) ** 2, backend="llvm")
    with fast.training(optimizer) as step:
        for at in range(30):
            optimizer.momentum = 0.5 + at * 0.01
            step(np.array([1.0]))
    assert 1 <= len(fast.specializations.backend.formulas) <= 4


@pytest.mark.parametrize("backend", BACKENDS)
def test_single_precision_keeps_what_does_not_move_and_overflows_quietly(backend):
    """A block without steps, or a parameter that is not the optimiser's: as before. Too large is infinite."""
    w, fixed = Value(0.1), Value(0.1)
    fast = compile(lambda x: w * x * fixed, backend=backend, dtype="float32")
    with fast.training(nn.SGD([w], lr=0.1)) as step:
        pass
    assert (w.data, fixed.data) == (0.1, 0.1)
    with fast.training(nn.SGD([w], lr=0.1)) as step:
        step(np.array([1.0]))
    assert fixed.data == 0.1
    assert fast(np.array([1e300])).tolist() == [np.inf]
    w.data = 1e300
    assert fast(np.array([1.0])).tolist() == [np.inf]


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_rates_of_a_single_precision_update_are_double(backend):
    """1 - beta2**step, for a beta2 near 1, keeps its digits."""
    found = []
    for dtype in ("float32", "float64"):
        w = Value(1.0)
        optimizer = nn.Adam([w], lr=0.01, beta2=1 - 1e-8)
        with compile(lambda x, w=w: (w * x) ** 2, backend=backend, dtype=dtype).training(optimizer) as step:
            for _ in range(14):
                step(np.array([1.0]))
        found.append(w.data)
    assert found[0] == pytest.approx(found[1], rel=1e-4)
