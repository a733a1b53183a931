"""What `fit` refuses: targets, compiled or not; models that lose predictions."""

import pytest

import nn

X, Y = nn.make_moons(8, noise=0.1, seed=0)
QUIET = {"progress": False}

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
