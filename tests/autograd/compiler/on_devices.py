"""`python -m tests.autograd.compiler.on_devices`: the same training on one device and on eight, as JSON.

It is a process of its own, since JAX asks for the number of simulated devices when it begins: in the variable
XLA_FLAGS, which `test_devices.py` sets.
"""

import json

import jax
import numpy as np

import nn
from autograd import compile
from tests.autograd.compiler.reference import gradients

DRAWN = np.random.default_rng(0)
X, Y = DRAWN.normal(size=(96, 4)), DRAWN.integers(0, 3, 96)
BATCH = 32


def world():
    """A model with dropout and a frozen bias, its compiled loss, and an optimiser."""
    model, drop = nn.MLP(4, [16, 16, 3], activation="tanh", seed=0), nn.Dropout(0.25, seed=1)
    model.layers[0].neurons[0].b.note("frozen", True)

    def loss(x, y):
        found = model([drop(entry) for entry in x])
        return nn.cross_entropy(found, y), found[0]

    return model, compile(loss, backend="jax", has_aux=True), nn.Adam(model.parameters(), lr=0.01)


def trained(**options):
    """Twenty steps, in all three ways; what they leave, and the collective operations of a compiled text."""
    model, fast, optimizer = world()
    with fast.training(optimizer, **options) as step:
        places = np.random.default_rng(1).integers(0, len(X), (20, BATCH))
        losses, firsts = [], []
        for rows in places[:4]:
            loss, first = step(X[rows], Y[rows])
            losses.append(loss)
            firsts.append(first)
        for found, beside in (
            step.many(X[places[4:9]], Y[places[4:9]]),
            step.over(X, Y, places[9:]),
        ):
            losses += list(found)
            firsts += list(beside)
        texts = [compiled.as_text() for compiled in next(iter(step.state.prepared.values())).stepper.compiled]
    kinds = ["all-reduce", "all-gather", "reduce-scatter", "all-to-all", "collective-permute"]
    return {
        "losses": losses,
        "beside": np.array(firsts).tolist(),
        "parameters": [p.data for p in model.parameters()],
        "gradients": gradients(model.parameters()).tolist(),
        "state": [list(state.values()) for state in optimizer.state],
        "steps": optimizer.steps,
        "collectives": [{kind: text.count(f" {kind}(") for kind in kinds} for text in texts],
        "report": fast.report().splitlines()[-1],
    }


def refused(batch, **options):
    """What is said of a batch that does not divide."""
    _, fast, optimizer = world()
    try:
        with fast.training(optimizer, **options) as step:
            step(X[:batch], Y[:batch])
    except ValueError as error:
        return str(error), optimizer.steps
    return None


def fitted(size, **options):
    """The losses of `fit`, or what it says of a size of batch."""
    model = nn.MLP(4, [8, 3], activation="tanh", seed=0)
    optimizer = nn.Adam(model.parameters(), lr=0.01)
    try:
        history = nn.fit(
            model,
            (X, Y),
            loss=nn.cross_entropy,
            optimizer=optimizer,
            epochs=2,
            batch_size=size,
            seed=0,
            progress=False,
            compiled="jax",
            **options,
        )
    except ValueError as error:
        return str(error), optimizer.steps
    return history["loss"]


def main():
    """Print all of it."""
    print(
        json.dumps(
            {
                "one": trained(),
                "all": trained(devices="all"),
                "sharded": trained(devices="all", shard=True),
                "some": trained(devices=jax.devices()[2:6]),
                "others": trained(devices=jax.devices()[7:], shard=True),
                "fitted": [fitted(32), fitted(32, devices="all"), fitted(40, devices="all", shard=True)],
                "refused": [
                    refused(30, devices="all"),
                    refused(5, devices="all", shard=True),
                    fitted(60, devices="all"),
                ],
            }
        )
    )


if __name__ == "__main__":
    main()
