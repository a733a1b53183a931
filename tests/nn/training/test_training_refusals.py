"""What `fit` refuses: targets, compiled or not; NaN in data; damaged histories; lost predictions."""

import numpy as np
import pytest

import nn
from nn.training.history import History

X, Y = nn.make_moons(8, noise=0.1, seed=0)
QUIET = {"progress": False}
NAN = float("nan")

# fmt: off
REFUSED = [
    (2, nn.cross_entropy,        5, IndexError, "cross_entropy needs a target from 0 to 1, got 5"),
    (1, nn.binary_cross_entropy, 6, ValueError, "binary_cross_entropy needs a target from 0 to 1, got 6"),
    (1, nn.hinge,                0, ValueError, "hinge needs a target of -1 or 1, got 0"),
]
# fmt: on


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize(("nout", "loss", "target", "kind", "message"), REFUSED)
def test_a_target_that_the_loss_refuses_is_refused_before_the_step(
    nout, loss, target, kind, message, compiled
):
    """By the same error, compiled or not; the model stays as it was."""
    model = nn.MLP(2, [3, nout], seed=0)
    before = model.state_dict()
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    with pytest.raises(kind, match=message):
        nn.fit(
            model,
            (X[:4], [1, 1, target, 1]),
            loss=loss,
            optimizer=optimizer,
            epochs=1,
            compiled=compiled,
            **QUIET,
        )
    assert (model.state_dict(), optimizer.steps) == (before, 0)


@pytest.mark.parametrize(
    "sample",
    [
        [1.0, NAN],
        (1.0, NAN),
        [np.float32(1.0), np.float32(NAN)],
        np.array([1.0, NAN], dtype=np.float32),
        [np.array(1.0), np.array(NAN)],
        np.array([1.0, NAN], dtype=object),
    ],
    ids=repr,
)
def test_nan_in_data_is_found_in_every_kind_of_number(sample):
    """Python's, numpy's scalars, arrays within lists."""
    with pytest.raises(ValueError, match=r"batches has NaN at X\[1\]\[1\]; drop that sample"):
        list(nn.batches([[1.0, 2.0], sample], [0, 1], 2))
    with pytest.raises(ValueError, match=r"batches has NaN at y\[1\]"):
        list(nn.batches([1.0, 2.0], [0.0, np.float32(NAN)], 2))


ROWS = [{"epoch": 1, "loss": 0.5}]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            {"rows": [*ROWS, {"epoch": 2, "loss": "low"}]},
            "'rows.1.loss' is a number, the saved state has 'low'",
        ),
        ({"rows": [{"epoch": 1, "loss": 10**400}]}, "'rows.0.loss' is a number, .* too large for a float"),
        ({"rows": 3}, "a history's rows are a list of dicts"),
        ({"sums": {"loss": None}}, "'sums.loss' is a number, the saved state has None"),
        ({"sums": [1.0]}, "a history's sums are a dict of numbers"),
        ({"done": -1}, "'done' is a whole number from 0 to 2\\*\\*53, the saved state has -1"),
        ({"done": 0.5}, "'done' is a whole number from 0 to 2\\*\\*53, the saved state has 0.5"),
        ({"best": {"epoch": 1}}, "a history's best is None, or epoch, score and state"),
        ({"best": {"epoch": 1, "score": "x", "state": {}}}, "'best.score' is a number"),
    ],
)
def test_a_damaged_history_is_refused_and_changes_nothing(damage, message):
    """Rows and sums hold numbers; counts are counts."""
    history = History([{"epoch": 1, "loss": 0.25}])
    before = history.state_dict()
    with pytest.raises(nn.StateError, match=message):
        history.load_state_dict({**History(ROWS).state_dict(), **damage})
    assert history.state_dict() == before


class First(nn.MLP):
    """Forgets all samples of a batch but the first."""

    def batch(self, samples):
        return super().batch(samples[:1])


@pytest.mark.parametrize("validating", [False, True])
def test_a_model_that_forgets_samples_of_a_batch_is_refused(validating):
    """In training and on validation data: no target goes without its prediction."""
    model = First(2, [3, 1], seed=0)
    data = (X[:1], [1]) if validating else (X, 2 * Y - 1)
    with pytest.raises(ValueError, match="must give an output for each of 8 samples, got 1"):
        nn.fit(
            model,
            data,
            loss=nn.hinge,
            optimizer=nn.SGD(model.parameters(), lr=0.1),
            epochs=1,
            validation=(X, 2 * Y - 1),
            **QUIET,
        )
