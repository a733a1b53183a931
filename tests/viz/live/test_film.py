"""A film: its frames are the parameters after each step, whoever takes the steps; it changes no training."""

import base64
from math import hypot

import numpy as np
import pytest

from autograd import Value, compile, mean
from nn import MLP, Adam, Dropout, Layer, Sequential, fit, hinge, make_moons
from viz.live.filming import film
from viz.live.frames import LARGEST, MOST, Thinned, most_frames
from viz.live.measuring import Measure

X, Y = make_moons(12, noise=0.1, seed=0)
Y = 2 * Y - 1
STEPS = 7


class Trained:
    """A small model, with what trains it and what it learns from."""

    def __init__(self):
        self.model = MLP(2, [4, 1], "tanh", seed=1)
        self.optimizer = Adam(self.model.parameters(), lr=0.1)
        self.seen = [self.numbers()]

    def numbers(self):
        return [p.data for p in self.model.parameters()]

    def see(self, *_):
        self.seen.append(self.numbers())


def eagerly(trained, record):
    for _ in range(STEPS):
        loss = mean([hinge(trained.model(x), t) for x, t in zip(X.tolist(), Y.tolist())])
        trained.optimizer.zero_grad()
        loss.backward()
        trained.optimizer.step()
        record()
        trained.see()


def by_fit(trained, record, **options):
    fit(
        trained.model, (X, Y), loss=hinge, optimizer=trained.optimizer, epochs=STEPS, batch_size=5, seed=0,
        callbacks=[record, trained.see], progress=False, **options,
    )  # fmt: skip


def by_compiled_fit(trained, record):
    by_fit(trained, record, compiled=True)


def in_a_block(trained, record, told=lambda step: [step]):
    fast = compile(lambda x, t: hinge(trained.model(x), t), backend="numpy")
    with fast.training(trained.optimizer) as step:
        for _ in range(STEPS):
            step(X, Y)
            record(*told(step))
            trained.see()


def in_a_block_untold(trained, record):
    in_a_block(trained, record, told=lambda step: [])


LOOPS = [eagerly, by_fit, by_compiled_fit, in_a_block, in_a_block_untold]


def filmed(loop, **options):
    trained = Trained()
    with film(trained.model, hinge, X, Y, **options) as record:
        loop(trained, record)
    return trained, record


def columns(record, model):
    """The film's frames, with the parameters in the order of the model."""
    place = {id(value): at for at, value in enumerate(record.frames.values)}
    return record.frames.numbers[:, [place[id(p)] for p in model.parameters()]].tolist()


@pytest.mark.parametrize("every", [1, 3])
@pytest.mark.parametrize("loop", LOOPS)
def test_frame_k_is_the_model_after_step_k_every(loop, every):
    """To the bit, in each kind of loop; and the last frame is the model at the end of the block."""
    trained, record = filmed(loop, every=every)
    steps = [*range(0, STEPS + 1, every)]
    steps += [STEPS] * (steps[-1] != STEPS)
    assert record.frames.steps == steps
    assert columns(record, trained.model) == [trained.seen[step] for step in steps]
    assert record.frames.unit == ("epoch" if loop in (by_fit, by_compiled_fit) else "step")


@pytest.mark.parametrize("loop", LOOPS)
def test_a_film_changes_no_training(loop):
    """The parameters at the end, and whether the model trains, are those without a film."""
    without = Trained()
    loop(without, lambda *_: None)
    trained, _ = filmed(loop)
    assert trained.seen == without.seen
    assert trained.model.training is without.model.training


def test_a_step_of_a_block_is_not_brought_up_to_date_by_a_film():
    """What is filmed is read from the block's table: the block goes on holding the Values."""
    trained = Trained()
    fast = compile(lambda x, t: hinge(trained.model(x), t), backend="numpy")
    with film(trained.model, hinge, X, Y) as record, fast.training(trained.optimizer) as step:
        for _ in range(STEPS):
            step(X, Y)
            record(step)
            assert step.holds_values


def test_the_curve_is_the_mean_loss_after_each_step():
    """On the samples and on the held-out ones, in evaluation mode."""
    trained = Trained()
    trained.model = Sequential(
        Layer(2, 4, "tanh", seed=0), Dropout(0.5, seed=0), Layer(4, 1, "linear", seed=1)
    )
    mode = trained.model.training
    held_out = X[:3] + 0.1, Y[:3]
    with film(trained.model, hinge, X, Y, validation=held_out) as record:
        record()
    trained.model.eval()
    for given, of in (((X, Y), "train"), (held_out, "held_out")):
        loss = mean([hinge(trained.model(x), t) for x, t in zip(given[0].tolist(), given[1].tolist())]).data
        assert [getattr(point, of) for point in record.frames.curve] == pytest.approx([loss, loss], rel=1e-12)
    assert mode is True


def test_a_model_changed_after_its_last_step_has_a_last_frame():
    """As one that early stopping gives its best state back; the frame is of the same step."""
    trained = Trained()
    with film(trained.model, hinge, X, Y) as record:
        record()
        trained.model.parameters()[0].data = 7.0
    assert record.frames.steps == [0, 1, 1]
    assert columns(record, trained.model)[-1][0] == 7.0


def test_frames_are_thinned_by_leaving_out_whole_frames():
    """All digits of every second, fourth ... frame, evenly from the first to the last."""
    kept = Thinned(every=5, most=10)
    for step in range(0, 1001, 5):
        if kept.wants(step):
            kept.add(step, step)
    assert kept.steps == kept.entries == [*range(0, 1001, kept.stride)]
    assert 5 < len(kept.steps) <= 10
    assert most_frames(337) == 300
    assert most_frames(1) == MOST
    assert most_frames(10**6) == 2
    assert most_frames(5_000) * 5_000 * 8 <= LARGEST


def test_the_page_reads_the_parameters_in_its_own_order():
    """As base64 of little-endian float64, frame after frame; curves as columns; infinity as a text."""
    _, record = filmed(eagerly)
    order = record.frames.values[::-1]
    data = record.frames.as_json(order)
    numbers = np.frombuffer(base64.b64decode(data["parameters"]), "<f8").reshape(STEPS + 1, -1)
    assert (numbers == record.frames.numbers[:, ::-1]).all()
    assert data["unit"] == "step"
    assert data["steps"] == data["curve"]["steps"] == [*range(STEPS + 1)]
    assert data["curve"]["train"] == [point.train for point in record.frames.curve]
    assert data["curve"]["heldOut"] == []
    broken = record.frames._replace(curve=[point._replace(train=np.inf) for point in record.frames.curve])
    assert broken.as_json(order)["curve"]["train"][0] == "Infinity"


class Theirs:
    """What other libraries call a model: it can be called, and has parameters."""

    def __call__(self, x):
        return x

    def parameters(self):
        return []


REFUSED = [
    (lambda m: film(Theirs(), hinge, X, Y), TypeError, "film takes a model .*, got Theirs of tests.viz.live"),
    (lambda m: film([m, m], hinge, X, Y), TypeError, "film takes one model, got a list of 2; film each"),
    (
        lambda m: film(MLP, hinge, X, Y),
        TypeError,
        r"film takes a model \(MLP, GPT, any nn.Module\), got type",
    ),
    (
        lambda m: film(m, 0.5, X, Y),
        TypeError,
        r"film takes a loss\(prediction, target\) of one sample, got float",
    ),
    (lambda m: film(m, hinge, X, Y, every=0), ValueError, "film takes an every of at least 1, .* got 0"),
    (
        lambda m: film(m, hinge, X, Y, every=0.5),
        TypeError,
        "film takes a whole number of steps for every, got 0.5",
    ),
    (
        lambda m: film(m, hinge, X, Y[:5]),
        ValueError,
        "film needs one target for each sample, got 12 training samples and 5 targets",
    ),
    (
        lambda m: film(m, hinge, [], []),
        ValueError,
        "film needs training samples as lists or arrays of numbers, .* at least one",
    ),
    (
        lambda m: film(m, hinge, X, Y, validation=(X, Y[1:])),
        ValueError,
        "got 12 held-out samples and 11 targets",
    ),
    (lambda m: film(m, hinge, X, Y, validation=X), TypeError, r"film takes validation as a pair \(X, y\)"),
    (lambda m: film(m, hinge, X, Y, live=True), ValueError, r"film\(live=True\) shows the page in the cell"),
]


@pytest.mark.parametrize(("ask", "error", "words"), REFUSED, ids=[words for *_, words in REFUSED])
def test_what_cannot_be_filmed_is_refused_before_training(ask, error, words):
    """By its name: what was given, and what to give."""
    with pytest.raises(error, match=words):
        ask(Trained().model).__enter__()


def test_a_film_is_recorded_once_and_inside_its_block():
    """Before, after and again are errors that say what to write."""
    record = film(Trained().model, hinge, X, Y)
    assert repr(record) == "<Film, not recorded yet>"
    for outside in (lambda: record.page, record):
        with pytest.raises(RuntimeError, match="with film"):
            outside()
    with record, pytest.raises(TypeError, match=r"record\(\) takes nothing, .* got Value: the film measures"):
        record(Value(0.5))
    with pytest.raises(RuntimeError, match=r"record\(\) was called outside of its block"):
        record()
    with pytest.raises(RuntimeError, match="a film is recorded once; make another"), record:
        pass


def test_a_model_of_another_shape_is_refused():
    """Where its parameters are other Values; an error of the loop is not hidden by it."""
    trained = Trained()
    with film(trained.model, hinge, X, Y) as record:
        layers = trained.model.layers
        trained.model.layers = [*MLP(2, [5, 1], seed=0).layers]
        with pytest.raises(ValueError, match="of this MLP are other Values than when the film began"):
            record()
        trained.model.layers = layers

    def failing():
        trained.model.layers = [*MLP(2, [5, 1], seed=0).layers]
        return 1 / 0

    with pytest.raises(ZeroDivisionError), film(trained.model, hinge, X, Y):
        failing()


def test_an_error_in_the_loop_leaves_the_film_up_to_it():
    """The film of what happened before is there to be looked at."""
    trained = Trained()

    def interrupted(record):
        record()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), film(trained.model, hinge, X, Y) as record:
        interrupted(record)
    assert record.frames.steps == [0, 1]
    assert repr(record) == "<Film of 2 frames, steps 0 to 1; .page.save('training.html')>"


def test_the_norms_are_those_of_the_gradient_layer_by_layer():
    """Of the mean loss, as eager gradients have it, under the names of the parts of the model."""
    model = MLP(2, [4, 3, 1], "tanh", seed=1)
    measure = Measure(model, hinge, (X, Y), None, model.parameters(), norms=True)
    norms = measure.point().norms
    mean([hinge(model(x), t) for x, t in zip(X.tolist(), Y.tolist())]).backward()
    expected = {
        f"layers.{at}": hypot(*(p.grad for p in layer.parameters())) for at, layer in enumerate(model.layers)
    }
    assert norms == pytest.approx(expected, rel=1e-12)


def test_parameters_that_the_loss_does_not_reach_are_in_the_frames():
    """And a saved state of a frame is one of the whole model."""
    model = MLP(2, [4, 1], "tanh", seed=1)
    model.layers[0].spare = [Value(float(at)) for at in range(200)]
    with film(model, hinge, X, Y) as record:
        model.layers[0].spare[3].data = 9.0
        record()
    assert 9.0 in columns(record, model)[1]
    assert len(columns(record, model)[0]) == len(model.parameters())
