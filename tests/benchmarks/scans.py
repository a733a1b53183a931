"""`python -m tests.benchmarks.scans`: training steps on a device, compiled and in JAX by hand, in one run.

Of each work there are four rows: a step in a call of its own, which gives its loss, and many in one loop on
the device; of a program that was written for one sample, and by hand for arrays. The weights, the data and
the losses are the same. Time is that of the wall, since a device's is no process's; beside it is that of this
machine's processors on this process, which other programs hardly change.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import nn
from autograd import compile
from autograd.commands import Parser, run_command
from tests.benchmarks import dense, gpt, gpt_scalars, mlp_by_hand
from tests.benchmarks.gpt_in_jax import name_loss
from tests.benchmarks.gpt_names import SHAPES, documents, initial_weights
from tests.benchmarks.timing import table

STRETCH = 64
"""Steps in one loop."""


class Work(NamedTuple):
    """A loss for one sample, with its parameters in order, and the same for a batch of arrays by hand."""

    parameters: list[Any]
    sample_loss: Callable[..., Any]
    batch_loss: Callable[..., Any]
    """Of the flat vector of parameters, and a batch."""
    data: tuple[Any, ...]
    """One batch."""


# ---- the works ------------------------------------------------------------------------------------


def moons() -> Work:
    """MLP 2-16-16-1, 100 samples."""
    model, (X, y) = mlp_by_hand.model(), mlp_by_hand.data()

    def batch_loss(p: Any, X: Any, y: Any) -> Any:
        (W1, b1), (W2, b2), (W3, b3) = mlp_by_hand.layers(p)
        h = jax.nn.relu(jax.nn.relu(X @ W1.T + b1) @ W2.T + b2)
        return jax.nn.relu(1.0 - y * (h @ W3.T + b3)[:, 0]).mean()

    return Work(model.parameters(), lambda x, t: (1.0 - t * model(x)).relu(), batch_loss, (X, y))


def mlp() -> Work:
    """MLP 784-512-256-10, 128 samples: 535,818 parameters."""
    model = dense.model()

    def batch_loss(p: Any, X: Any, y: Any) -> Any:
        w, start = {}, 0
        for at, (nin, nout) in enumerate(pairwise(dense.SIZES)):
            block = p[start : start + nout * (nin + 1)].reshape(nout, nin + 1)
            start += block.size
            w |= {f"W{at}": block[:, :nin], f"b{at}": block[:, nin]}
        return dense.jax_loss(jax, w, X, y)

    return Work(model.parameters(), lambda x, t: nn.cross_entropy(model(x), t), batch_loss, dense.data())


def names(batch: int) -> Work:
    """The GPT of 4,192 parameters, on names of six letters."""
    w, _ = gpt.on_values()
    parameters = [entry for matrix in w.values() for row in matrix for entry in row]
    alike = [tokens for tokens in documents() if len(tokens) == 8]

    def batch_loss(p: Any, tokens: Any) -> Any:
        return jax.vmap(name_loss, (None, 0))(p, tokens).mean()

    assert [*initial_weights()] == [*SHAPES]
    places = np.arange(batch) % len(alike)
    return Work(
        parameters, lambda tokens: gpt_scalars.loss(tokens, w), batch_loss, (np.stack(alike)[places],)
    )


WORKS: dict[str, Callable[[], Work]] = {
    "moons 2-16-16-1, batch 100": moons,
    "GPT of 4,192, batch 1": lambda: names(1),
    "GPT of 4,192, batch 256": lambda: names(256),
    "MLP 784-512-256-10, batch 128": mlp,
}


# ---- the engines ----------------------------------------------------------------------------------

RATE, BETA1, BETA2, EPS = 0.001, 0.9, 0.999, 1e-8


def by_hand(work: Work, start: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """A step with Adam, and so many of them as a scan; each gives losses."""

    def update(state: Any, batch: Any) -> Any:
        p, mean, square, steps = state
        loss, gradient = jax.value_and_grad(work.batch_loss)(p, *batch)
        steps = steps + 1.0
        mean = BETA1 * mean + (1.0 - BETA1) * gradient
        square = BETA2 * square + (1.0 - BETA2) * gradient * gradient
        scale = jnp.sqrt(square / (1.0 - BETA2**steps)) + EPS
        return (p - RATE * (mean / (1.0 - BETA1**steps)) / scale, mean, square, steps), loss

    one = jax.jit(update, donate_argnums=0)
    several = jax.jit(lambda state, batches: jax.lax.scan(update, state, batches), donate_argnums=0)
    p = jnp.array(start)
    batch = [jnp.asarray(array, p.dtype if array.dtype.kind == "f" else None) for array in work.data]
    batches = [jnp.stack([array] * STRETCH) for array in batch]
    standing = [(p, jnp.zeros_like(p), jnp.zeros_like(p), jnp.zeros((), p.dtype))]

    def run(function: Any, given: Any) -> Any:
        standing[0], losses = function(standing[0], given)
        return np.asarray(losses)

    return lambda: run(one, batch), lambda: run(several, batches)


def compiled(work: Work, dtype: str, stack: ExitStack) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """The same by a compiled function; `stack` closes the training block."""
    fast = compile(work.sample_loss, backend="jax", dtype=dtype)
    optimizer = nn.Adam(work.parameters, lr=RATE, beta1=BETA1, beta2=BETA2, eps=EPS)
    step = stack.enter_context(fast.training(optimizer))
    batch = [jnp.asarray(array, dtype if array.dtype.kind == "f" else None) for array in work.data]
    places = np.tile(np.arange(len(batch[0])), (STRETCH, 1))
    return lambda: step(*batch), lambda: step.over(*batch, places)


def measure(name: str, dtype: str, repeats: int) -> None:
    """Print one table: microseconds for a step, of interleaved repeats."""
    work = WORKS[name]()
    start = np.array([p.data for p in work.parameters], dtype)
    with ExitStack() as stack:
        start_of_all = time.perf_counter()
        runs: dict[str, Callable[[], Any]] = {}
        runs["compiled, step"], runs["compiled, over"] = compiled(work, dtype, stack)
        runs["JAX by hand, step"], runs["JAX by hand, scan"] = by_hand(work, start)
        first = {label: np.ravel(run()) for label, run in runs.items()}
        assert np.allclose(first["compiled, step"], first["JAX by hand, step"], rtol=1e-3)
        assert np.allclose(first["compiled, over"], first["JAX by hand, scan"], rtol=1e-2, atol=1e-3)
        seconds: dict[str, list[tuple[float, float]]] = {label: [] for label in runs}
        print(f"\n(recording and all compilations: {time.perf_counter() - start_of_all:.1f} s)")
        for _ in range(repeats):
            for label, run in runs.items():
                steps = 1 if label.endswith("step") else STRETCH
                begun = time.perf_counter(), time.process_time()
                for _ in range(STRETCH // steps):
                    run()
                ended = time.perf_counter(), time.process_time()
                seconds[label].append(((ended[0] - begun[0]) / STRETCH, (ended[1] - begun[1]) / STRETCH))
    rows = []
    for label, measured in seconds.items():
        wall, processors = zip(*measured)
        shown = statistics.median(wall), min(wall), statistics.median(processors)
        rows.append([label, *(f"{1e6 * number:.1f}" for number in shown)])
    table(f"{name}, {dtype}, Adam", ["µs a step", "median", "least", "processors, median"], rows)


def main() -> None:
    """Measure what is asked for."""
    parser = Parser(prog="python -m tests.benchmarks.scans", description=__doc__)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--dtype", choices=["float64", "float32"], action="append")
    parser.add_argument("--only", default="", help="part of the name of a work")
    options = parser.parse_args()
    print(f"jax {jax.__version__} on {', '.join(device.device_kind for device in jax.devices())}")
    with jax.enable_x64(True):
        for dtype in options.dtype or ["float32", "float64"]:
            for name in WORKS:
                if options.only in name:
                    measure(name, dtype, options.repeats)


if __name__ == "__main__":
    run_command(main)
