"""A loss, and what is wanted beside it of the same run: `compile(f, has_aux=True)`."""

from collections import namedtuple

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, compile
from tests.autograd.compiler.reference import BACKENDS, NUMPY_FIRST, assert_close, eagerly, gradients

X, Y = np.array([[0.5, -1.0], [2.0, 0.3], [-0.4, 1.5]]), np.array([1.0, -1.0, 1.0])
Both = namedtuple("Both", "score scores")


def model_and_loss():
    model = nn.MLP(2, [3, 2], activation="tanh", seed=0)

    def sample(x, y):
        scores = model(x)
        return (y - scores[0]) ** 2 + scores[1] ** 2, Both(scores[0] * 1.0, {"all": scores, "one": [1.0, y]})

    return model, sample


@pytest.mark.parametrize("backend", NUMPY_FIRST)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_loss_alone_is_differentiated_and_the_rest_is_of_the_same_numbers(backend, dtype):
    """In calls, backward and steps: f's structure, arrays with an axis for the samples, as eager has them."""
    model, sample = model_and_loss()
    fast = compile(sample, backend=backend, dtype=dtype, has_aux=True)
    plain = compile(lambda x, y: sample(x, y)[0], backend=backend, dtype=dtype)
    losses, expected = eagerly(lambda x, y: sample(x, y)[0], [X, Y], model.parameters())
    scores = np.array([[score.data for score in model(row)] for row in X.tolist()])
    tolerance = 1e-9 if dtype == "float64" else 1e-5

    def check(loss, aux, mean):
        assert_close(loss, losses.mean() if mean else losses, tolerance)
        assert type(aux) is Both
        assert_close(aux.score, scores[:, 0], tolerance)
        assert_close(aux.scores["all"], scores.T, tolerance)
        assert [one.tolist() for one in aux.scores["one"]] == [[1.0] * 3, Y.tolist()]
        assert aux.score.dtype == dtype

    check(*fast(X, Y), mean=False)
    model.zero_grad()
    loss, aux = fast.backward(X, Y)
    check(loss, aux, mean=True)
    assert type(loss) is float
    assert_close(gradients(model.parameters()), expected, tolerance)
    ends = []
    for compiled in (fast, plain):
        state = model.state_dict()
        with compiled.training(nn.SGD(model.parameters(), lr=0.1)) as step:
            found = step(X, Y)
        ends.append([parameter.data for parameter in model.parameters()])
        model.load_state_dict(state)
        if compiled is fast:
            check(*found, mean=True)
            assert type(found[0]) is float
    assert_close(*ends, tolerance)


@pytest.mark.parametrize("backend", BACKENDS)
def test_arrays_beside_the_loss_are_the_callers_own(backend):
    """A later step does not change them."""
    model, sample = model_and_loss()
    with compile(sample, backend=backend, has_aux=True).training(nn.SGD(model.parameters(), lr=0.1)) as step:
        _, first = step(X, Y)
        kept = first.score.copy()
        step(X, Y)
        assert first.score.tolist() == kept.tolist()


@pytest.mark.parametrize("backend", BACKENDS)
def test_predictions_are_made_under_the_masks_that_the_loss_sees(backend):
    """Dropout is drawn once for both."""
    drop, w = nn.Dropout(0.5, seed=0), Value(1.0)

    def sample(x):
        score = drop(w * x)
        return score * 2.0, score

    with compile(sample, backend=backend, has_aux=True).training(nn.SGD([w], lr=0.0)) as step:
        loss, scores = step(np.ones(50))
    assert loss == pytest.approx(2.0 * scores.mean(), rel=1e-12)
    assert set(scores.tolist()) == {0.0, 2.0}


def test_a_function_of_the_whole_batch_gives_numbers_beside_its_loss():
    """As its results are numbers without `has_aux`; of several steps, one array (k,) each."""
    w = Value(2.0)
    fast = compile(lambda x: (w * autograd.sum(x), [w * x[0]]), backend="numpy", batched=False, has_aux=True)
    assert fast([1.0, 2.0]) == (6.0, [2.0])
    with fast.training(nn.SGD([w], lr=0.0)) as step:
        assert step([1.0, 2.0]) == (6.0, [2.0])
        losses, (firsts,) = step.many(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert (losses.tolist(), firsts.tolist()) == ([6.0, 14.0], [2.0, 6.0])


def test_nothing_may_stand_beside_the_loss():
    """An empty structure stays one."""
    w = Value(2.0)
    fast = compile(lambda x: (w * x, ()), backend="numpy", has_aux=True)
    with fast.training(nn.SGD([w], lr=0.0)) as step:
        assert step([1.0, 2.0]) == (3.0, ())
        losses, nothing = step.many(np.array([[1.0, 2.0]]))
    assert (losses.tolist(), nothing) == ([3.0], ())


@pytest.mark.parametrize("returned", [lambda z: z, lambda z: [z, z], lambda z: (z, z, z), lambda z: ([z], z)])
def test_what_is_not_a_loss_and_more_is_refused(returned):
    """A tuple of two, the first of which is one Value."""
    fast = compile(lambda x: returned(x * 2.0), backend="numpy", has_aux=True)
    with pytest.raises(
        TypeError, match=r"takes an f that returns \(loss, aux\), the loss one Value, got (one|a) "
    ):
        fast([1.0])


def test_results_that_need_has_aux_say_so():
    """Two results are no loss."""
    fast = compile(lambda x: (x, x), backend="numpy")
    with pytest.raises(TypeError, match=r"one result per sample, got 2; .* with compile\(f, has_aux=True\)"):
        fast.backward([1.0])


def test_the_check_against_eager_sees_all_results():
    """A prediction that was frozen when f was recorded is found out."""
    numbers = iter([1.0, 2.0, 3.0])
    fast = compile(lambda x: (x, x * next(numbers)), backend="numpy", check=True, has_aux=True)
    with pytest.raises(autograd.errors.TraceError, match=r"disagrees with f in sample 0, result 1"):
        fast([1.0, 1.0])


def test_a_copy_has_aux_too():
    """As all other options."""
    import copy

    w = Value(2.0)
    assert copy.copy(compile(lambda x: (w * x, x), backend="numpy", has_aux=True))([1.0])[1].tolist() == [1.0]
