"""`python -m tests.autograd.compiler.in_processes COUNT PLACE PORT WAY`: one of several processes that train.

Each gives its share of every batch, and prints what it has when all is done, as JSON. `WAY` says what else is
done: nothing ("whole"), parameters "sharded", an error in the last one ("raises"), or steps without end
("endless").
"""

import json
import os
import sys
import tempfile

os.environ.pop("XLA_FLAGS", None)

import jax
import numpy as np

import nn
from autograd import compile

BATCH, STEPS = 16, 80
DRAWN = np.random.default_rng(0)
X, Y = DRAWN.normal(size=(48, 4)), DRAWN.integers(0, 3, 48)
PLACES = DRAWN.integers(0, len(X), (STEPS, BATCH))


def begin(count, place, port):
    """Meet the other processes."""
    if count > 1:
        jax.distributed.initialize(f"127.0.0.1:{port}", count, place)


def trained(count, place, way):
    """Eighty steps of Adam, in all three ways, each process with its part of each batch."""
    model, drop = nn.MLP(4, [8, 3], activation="tanh", seed=0), nn.Dropout(0.25, seed=1)

    def loss(x, y):
        found = model([drop(entry) for entry in x])
        return nn.cross_entropy(found, y), found[0]

    fast = compile(loss, backend="jax", has_aux=True)
    optimizer = nn.Adam(model.parameters(), lr=0.01)
    share = BATCH // count
    own = slice(place * share, (place + 1) * share)
    last = place == count - 1
    losses, beside = [], []
    with fast.training(optimizer, devices="all", shard="sharded" in way) as step:
        for at, rows in enumerate(PLACES[:8]):
            found, first = step(X[rows[own]], Y[rows[own]])
            losses.append(found)
            beside.append(first.tolist())
            if "raises" in way and last and at == 4:
                raise FileNotFoundError("no such data")
        if way == "endless":
            print("training", flush=True)
            while True:
                step(X[:share], Y[:share])
        step.sync()
        for found, first in (
            step.many(X[PLACES[8:40, own]], Y[PLACES[8:40, own]]),
            step.over(X, Y, PLACES[40:, own]),
        ):
            losses += found.tolist()
            beside += first.tolist()
    saved = saved_and_loaded(model, optimizer, place)
    return {
        "losses": losses,
        "beside": beside,
        "parameters": [p.data for p in model.parameters()],
        "state": [list(state.values()) for state in optimizer.state],
        "steps": optimizer.steps,
        "saved": saved,
        "report": fast.report().splitlines()[-1],
    }


def saved_and_loaded(model, optimizer, place):
    """The first process saves what all have."""
    if place:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.npz")
        model.save(path)
        other = nn.MLP(4, [8, 3], activation="tanh", seed=3)
        other.load(path)
    return [p.data for p in other.parameters()]


def main():
    """One process."""
    count, place, port, way = (*map(int, sys.argv[1:4]), sys.argv[4])
    begin(count, place, port)
    print(json.dumps(trained(count, place, way)), flush=True)


if __name__ == "__main__":
    main()
