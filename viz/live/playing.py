"""`playground`: a page that trains the user's own model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from viz.live.making import live_page
from viz.live.pages import LivePage


def playground(
    model: Any,
    loss: Callable[[Any, Any], Any],
    X: Sequence[Any],
    y: Sequence[Any],
    *,
    validation: tuple[Any, Any] | None = None,
    optimizer: Any = None,
    batch_size: int | None = None,
    metric: Callable[[Any, Any], Any] | None = None,
    noise: float = 0.0,
    seed: int = 0,
    theme: str = "light",
) -> LivePage:
    """A page, one offline file, in which a model trains before the reader's eyes, with the numbers of Python.

    `loss(prediction, target)` is of one sample, as `fit` takes it; `X` and `y` are samples and targets, and
    `validation` is a pair of such that are held out. The page begins with the weights that the model has now,
    and with an `optimizer` (gradient descent at a rate of 0.1, if none is given) on batches of `batch_size`
    (all samples, unless told otherwise); both can be changed in it while it trains. The mean of
    `metric(prediction, target)` is shown; where targets are classes, right answers are counted without one.
    `noise` shakes the samples, by so many spreads of the data; `seed` draws the shake, the order of batches
    and new weights. "Save weights" in the page writes a file that `nn.load` reads. It stops by itself where
    the loss is not finite, or more than 1e12 times what it was at first.

    With two inputs, each neuron is drawn as a map over their plane; with one, as a curve; with more, by its
    output for the sample that is chosen. A model that is not layers of neurons in a row, or has more than
    10,000 parameters or 6 hidden layers, is shown by its loss and the gradient's length in each of its parts.

    Raises TypeError for what is no model, loss or optimiser, and for a learning rate that is a schedule;
    ValueError for lengths that differ, for BatchNorm, which needs a batch together, and for a program of more
    than 300 kB of text; TraceError for a model that asks for a number in Python, as `if x > 0` does.

    >>> from nn import MLP, hinge, make_moons
    >>> X, y = make_moons(20, seed=0)
    >>> playground(MLP(2, [8, 1], seed=0), hinge, X, 2 * y - 1)
    <Training MLP(2, [8, 1]), 33 parameters; .save('page.html') and open it>
    """
    return live_page(
        model,
        loss,
        X,
        y,
        validation=validation,
        optimizer=optimizer,
        batch_size=batch_size,
        metric=metric,
        noise=noise,
        seed=seed,
        theme=theme,
    )
