"""`fit` by programs of JAX, on the one device that is here: eight are in tests/autograd/compiler."""

import pytest

import nn
from tests.autograd.compiler.reference import assert_close

X, Y = nn.make_moons(24, seed=0)


def fitted(epochs=3, batch_size=8, **options):
    """The history, and the parameters."""
    model = nn.MLP(2, [4, 1], activation="tanh", seed=0)
    optimizer = nn.Adam(model.parameters(), lr=0.05)
    history = nn.fit(
        model,
        (X, 2 * Y - 1),
        loss=nn.squared_error,
        optimizer=optimizer,
        epochs=epochs,
        batch_size=batch_size,
        validation=(X[:5], 2 * Y[:5] - 1),
        seed=0,
        progress=False,
        **options,
    )
    return [row["loss"] for row in history.rows], [p.data for p in model.parameters()]


@pytest.mark.slow
@pytest.mark.needs("jax")
@pytest.mark.parametrize("options", [{}, {"devices": "all"}, {"devices": "all", "shard": True}])
def test_fit_by_jax_trains_as_eager_fit_does(options):
    """The same losses and parameters, also where the last batch of an epoch is short."""
    for found, expected in zip(fitted(batch_size=9, compiled="jax", **options), fitted(batch_size=9)):
        assert_close(found, expected, 1e-7)


def test_fit_takes_the_name_of_a_backend():
    """Those that compile takes; another is refused with their names."""
    assert fitted(compiled="numpy") == fitted(compiled="numpy")
    with pytest.raises(ValueError, match=r"backend is 'auto' or 'numpy' or 'llvm' or 'jax', got 'torch'"):
        fitted(compiled="torch")


@pytest.mark.parametrize("option", [{"devices": "all"}, {"shard": True}])
def test_devices_are_for_programs_of_jax(option):
    """Eager fit has none, nor have the other backends."""
    with pytest.raises(ValueError, match=r'fit trains on devices= by programs of JAX: give compiled="jax"'):
        fitted(**option)
    with pytest.raises(ValueError, match=r'devices= and shard= are for compile\(f, backend="jax"\)'):
        fitted(compiled=True, **option)
