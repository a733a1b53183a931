"""Low precision, simulated; and the scaling of losses."""

from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value, checkpoint, dot, tanh
from autograd.engine.recording import current
from nn.training.precision import FORMATS, rounded


@pytest.mark.parametrize(("name", "dtype"), [("float16", np.float16), ("float32", np.float32)])
@given(x=st.floats() | st.floats(-70000, 70000) | st.floats(-1e-4, 1e-4))
def test_rounding_is_numpys_to_the_bit(name, dtype, x):
    """Ties to even, subnormals, overflow to inf, signs of zeros, NaN."""
    with np.errstate(all="ignore"):
        expected = float(dtype(x))
    found = rounded(x, FORMATS[name])
    assert np.float64(found).tobytes() == np.float64(expected).tobytes() or (isnan(found) and isnan(expected))


@given(st.floats(-1e38, 1e38))
def test_bfloat16_keeps_eight_digits_of_the_range_of_float32(x):
    """Half a unit of the last digit away at most; what has eight digits stays."""
    near = rounded(x, FORMATS["bfloat16"])
    assert abs(near - x) <= 2.0**-8 * abs(x) + 2.0**-134
    assert rounded(near, FORMATS["bfloat16"]) == near


@pytest.mark.parametrize("name", FORMATS)
def test_data_partials_and_cotangents_are_rounded_and_leaves_are_not(name):
    """Everything that the engine stores; the master weights keep their digits."""
    form = FORMATS[name]
    x, w = Value(0.1), Value(0.3)
    with nn.simulate_precision(name):
        y = tanh(dot([w, w], [x, 0.7]))
        y.backward()
    h = y.operands[0]
    assert (x.data, w.data) == (0.1, 0.3)
    for number in (y.data, h.data, *y.partials, *h.partials[:3], h.grad, x.grad, w.grad):
        assert rounded(number, form) == number
    assert y.data == rounded(np.tanh(h.data), form)
    assert current.get() is None


@pytest.mark.parametrize(("name", "big"), [("float16", 6e4), ("bfloat16", 3e38), ("float32", 3e38)])
def test_overflow_gives_inf(name, big):
    """In the forward pass and in the backward pass."""
    x = Value(big)
    with nn.simulate_precision(name):
        y = x * 2.0
        (x * 1.0).backward(seed=big * 2.0)
    assert (y.data, x.grad) == (inf, inf)


def test_a_checkpoint_is_rounded_as_its_function_is():
    """Forward and backward: its cotangent is several numbers, which are rounded where they were made."""

    def gradient(run):
        x = Value(0.1)
        with nn.simulate_precision("float16"):
            run(lambda x: x * x + 0.1, x).backward()
        return x.grad

    assert gradient(checkpoint) == gradient(lambda f, x: f(x)) != 0.2


def test_precisions_nest_and_end():
    """The inner rounds first, and then the outer; after the block nothing rounds."""
    with nn.simulate_precision("float32"), nn.simulate_precision("float16"):
        assert (Value(0.1) * 1.0).data == float(np.float16(0.1))
    assert (Value(0.1) * 1.0).data == 0.1


def test_small_gradients_vanish_in_float16_and_not_with_a_scaled_loss():
    """1e-4 * 1e-4 is below the smallest float16; the scaler keeps it."""

    def gradient(scaled):
        w = Value(1.0)
        with nn.simulate_precision("float16"):
            loss = (w * 1e-4) * 1e-4
            if scaled:
                scaler = nn.LossScaler(1024.0)
                scaler.backward(loss)
                scaler.step(nn.SGD([w], lr=0.0))
            else:
                loss.backward()
        return w.grad

    assert gradient(scaled=False) == 0.0
    assert gradient(scaled=True) == pytest.approx(1e-8, rel=2e-3)  # 1e-4 has 11 digits


@pytest.mark.parametrize("bad", [inf, nan])
def test_a_step_with_gradients_that_are_not_finite_is_skipped(bad):
    """And the scale falls; good steps in a row raise it."""
    w = Value(1.0)
    optimizer, scaler = nn.SGD([w], lr=0.5), nn.LossScaler(8.0, growth=4.0, backoff=0.25, interval=2)
    w.grad = bad
    assert not scaler.step(optimizer)
    assert (w.data, scaler.scale, optimizer.steps) == (1.0, 2.0, 0)
    for _ in range(2):
        w.zero_grad()
        scaler.backward(w * 0.5)
        assert w.grad == 1.0
        assert scaler.step(optimizer)
    assert (w.data, scaler.scale) == (0.5, 8.0)


def test_scaler_state_goes_through_a_file(tmp_path):
    """With the rest of a run; a damaged one is refused."""
    scaler, other = nn.LossScaler(8.0), nn.LossScaler()
    nn.save(tmp_path / "s", scaler=scaler)
    nn.load(tmp_path / "s", scaler=other)
    assert other.state_dict() == scaler.state_dict() == {"scale": 8.0, "good_steps": 0}
    with pytest.raises(nn.StateError, match="a LossScaler's state is a scale and good_steps"):
        other.load_state_dict({"scale": 1.0})


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ({"scale": -8.0}, "saved scale is damaged: LossScaler needs scale"),
        ({"scale": nan}, "saved scale is damaged"),
        ({"scale": 10**400}, "'scale' is a number, .* too large for a float"),
        ({"good_steps": -1}, "'good_steps' is a whole number from 0 to 2\\*\\*53, the saved state has -1"),
        ({"good_steps": 0.5}, "'good_steps' is a whole number from 0 to 2\\*\\*53, the saved state has 0.5"),
    ],
)
def test_a_damaged_scaler_state_is_refused_and_changes_nothing(damage, message):
    """A scale that the constructor would refuse; a count that is not one."""
    scaler = nn.LossScaler(8.0)
    with pytest.raises(nn.StateError, match=message):
        scaler.load_state_dict({**nn.LossScaler(4.0).state_dict(), **damage})
    assert scaler.state_dict() == {"scale": 8.0, "good_steps": 0}


def test_the_first_scale_is_a_float16_and_twice_it_is_not():
    """So the first step of float16 training is not skipped."""
    scale = nn.LossScaler().scale
    assert rounded(scale, FORMATS["float16"]) == scale
    assert rounded(2 * scale, FORMATS["float16"]) == inf
    w = Value(1.0)
    with nn.simulate_precision("float16"):
        nn.LossScaler().backward(w * 0.5)
    assert nn.LossScaler().step(nn.SGD([w], lr=0.5))


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (
            lambda: nn.simulate_precision("float8").__enter__(),
            "no precision is named 'float8'; there are float16",
        ),
        (lambda: nn.LossScaler(0.0), "LossScaler needs scale"),
        (lambda: nn.LossScaler(growth=0.5), "LossScaler needs growth"),
        (lambda: nn.LossScaler(backoff=2.0), "LossScaler needs backoff"),
        (lambda: nn.LossScaler(interval=0), "LossScaler needs interval of at least 1"),
    ],
)
def test_wrong_settings_say_what_is_allowed(action, message):
    """In words."""
    with pytest.raises(ValueError, match=message):
        action()
