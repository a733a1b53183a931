"""What several tests of `fit` train, and how."""

import json

import numpy as np

import nn
from nn.training.history import History

X, Y = nn.make_moons(40, noise=0.1, seed=0)
Y = 2 * Y - 1
QUIET = {"progress": False}


def a_run():
    """What `fit` trains: a model with dropout and batch statistics, Adam, a history."""
    source = np.random.default_rng(0)
    model = nn.Sequential(
        nn.Layer(2, 6, "tanh", seed=source),
        nn.BatchNorm(6),
        nn.Dropout(0.2, seed=source),
        nn.Layer(6, 1, "linear", seed=source),
    )
    optimizer = nn.Adam(model.parameters(), lr=nn.cosine(0.05, 40))
    return {"model": model, "optimizer": optimizer, "history": History()}


def go(run, epochs, **options):
    """Fit it on the moons; its history."""
    options = {"loss": nn.hinge, "batch_size": 16, "validation": (X[:10], Y[:10]), **QUIET, **options}
    options = {"optimizer": run["optimizer"], "history": run["history"], **options}
    return nn.fit(run["model"], options.pop("data", (X, Y)), epochs=epochs, **options)


def told(run):
    """All that a run has come to, as text: model, optimiser, history."""
    return json.dumps([run["model"].state_dict(), run["optimizer"].state_dict(), vars(run["history"])])


def a_plain_run():
    """What `fit` trains compiled: dropout, a schedule, a metric, no batch statistics."""
    source = np.random.default_rng(0)
    model = nn.Sequential(
        nn.Layer(2, 6, "tanh", seed=source), nn.Dropout(0.2, seed=7), nn.Layer(6, 1, "linear", seed=source)
    )
    return {
        "model": model,
        "optimizer": nn.Adam(model.parameters(), lr=nn.cosine(0.05, 40)),
        "history": History(),
    }
