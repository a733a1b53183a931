"""Trains from a file larger than the memory it is allowed, and prints losses and weights.

The limit is on what a process has of its own, which pages of a file that is mapped are not.
"""

import re
import resource
import sys
from pathlib import Path

import numpy as np

import nn
from autograd import compile
from nn.layers.module import Module

ALLOWED = 32 * 2**20
"""Bytes, beyond what Python and numpy take."""

ROWS, NUMBERS = 6000, 1000

BY_FIT = ("eager", "compiled")
"""The ways to train that are `fit`'s; the others are a training block's."""


class Corner(Module):
    """A neuron of the first two of many numbers: little work for a large sample."""

    def __init__(self):
        self.neuron = nn.Neuron(2, "linear", seed=0)

    def forward(self, x):
        return self.neuron(x[:2])


def write(path):
    """A file with inputs (6000, 1000), 48 MB, and beside it one with their targets."""
    X = np.lib.format.open_memmap(path, mode="w+", dtype=float, shape=(ROWS, NUMBERS))
    X[:, :2] = np.random.default_rng(0).normal(size=(ROWS, 2))
    np.save(path.with_suffix(".y.npy"), np.sign(X[:, 0] - X[:, 1]))


def limit():
    """Allow so many bytes more than there are; and see that all of the file is more than that."""
    now = int(re.search(r"VmData:\s+(\d+) kB", Path("/proc/self/status").read_text())[1])
    resource.setrlimit(resource.RLIMIT_DATA, (now * 1024 + ALLOWED,) * 2)
    try:
        np.ones((ROWS, NUMBERS))
    except MemoryError:
        return
    raise AssertionError("the file is not larger than the memory")


def train(X, y, how):
    """One epoch, by `fit` or in a training block: the losses."""
    model = Corner()
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    if how in BY_FIT:
        options = {"batch_size": 50, "validation": (X, y), "seed": 0, "progress": False}
        history = nn.fit(
            model,
            (X, y),
            loss=nn.hinge,
            optimizer=optimizer,
            epochs=1,
            compiled=how == "compiled",
            **options,
        )
        losses = [history["loss"][0], history["validation_loss"][0]]
    else:
        order = np.random.default_rng(0).permutation(ROWS).reshape(-1, 50)
        fast = compile(lambda x, target: nn.hinge(model(x), target), backend="numpy", progress=False)
        with fast.training(optimizer) as step:
            if how == "over":
                found = step.over(X, y, order)
            elif how == "many":
                found = step.many(X.reshape(-1, 50, NUMBERS), y.reshape(-1, 50))
            else:
                found = step.many((X[rows], y[rows]) for rows in order)
        losses = [found.mean()]
    return [*map(float, losses), *(parameter.data for parameter in model.parameters())]


if __name__ == "__main__":
    file = Path(sys.argv[1])
    X, y = np.load(file, mmap_mode="r"), np.load(file.with_suffix(".y.npy"), mmap_mode="r")
    for how in BY_FIT:
        train(X[:200], y[:200], how)
    limit()
    for how in sys.argv[2:]:
        print(*train(X, y, how))
