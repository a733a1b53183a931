"""Training in a page: steps of the moons by a compiled program's JavaScript, and by objects for each neuron.

Both are in one page of a headless Chromium, and take turns. Time is that of the page's clock.
"""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import nn
from autograd import compile
from autograd.compiler.backends.javascript.updates import javascript_update
from tests.benchmarks.mlp_by_hand import LEARNING_RATE, data, initial_weights, model
from tests.benchmarks.timing import table
from tests.chromium import launched

STEPS, TURNS_EACH = 20, 40
"""The steps of one turn, which are few, lest other programs run meanwhile; and the turns of a repeat."""

TRAIN = """({ parameters, samples, targets, rate, steps, repeats }) => {
  const p = Float64Array.from(parameters), dp = new Float64Array(p.length);
  const net = compiled(samples.length, p, dp), mover = optimizer(p, dp);
  samples.forEach((sample, s) => [...sample, targets[s]].forEach((number, row) => {
    net.inputs[row * samples.length + s] = number;
  }));
  const objects = perNode([2, 16, 16, 1], parameters);
  const works = [
    () => { net.forward(); const loss = net.loss(); net.reverse(); mover.step(rate); return loss; },
    () => objects.step(samples, targets, rate),
  ];
  const seconds = works.map(() => []), losses = works.map(() => []);
  for (let repeat = 0; repeat < repeats; repeat++) works.forEach((work, at) => {
    const start = performance.now();
    for (let step = 0; step < steps; step++) losses[at].push(work());
    seconds[at].push((performance.now() - start) / 1000 / steps);
  });
  return { seconds, losses };
}"""


def scripts() -> str:
    """The program and its optimiser as JavaScript, and the objects."""
    X, y = data()
    network = model()
    fast = compile(lambda x, target: nn.hinge(network(x), target), backend="numpy")
    fast(X, y)
    optimizer = nn.SGD(network.parameters(), lr=LEARNING_RATE)
    update = javascript_update(optimizer, fast.latest().parameters)
    objects = (Path(__file__).parent / "per_node.js").read_text(encoding="utf-8")
    return "\n".join([objects, fast.javascript, update])


def turns(tab: Any, steps: int, repeats: int) -> tuple[list[list[float]], list[list[float]]]:
    """By the program and by the objects: the seconds for a step in each turn, and the losses of all steps."""
    X, y = data()
    tab.add_script_tag(content=scripts())
    given = {
        "parameters": initial_weights().tolist(),
        "samples": X.tolist(),
        "targets": y.tolist(),
        "rate": LEARNING_RATE,
        "steps": steps,
        "repeats": repeats,
    }
    found = tab.evaluate(TRAIN, given)
    return found["seconds"], found["losses"]


def main(repeats: int) -> None:
    """Print the table."""
    try:
        with launched() as browser:
            if browser is None:
                print("\nlive: skipped, Chromium is not installed")
                return
            seconds, _ = turns(browser.new_page(), STEPS, TURNS_EACH * repeats)
    except ImportError:
        print("\nlive: skipped, playwright is not installed")
        return
    program, objects = map(statistics.median, seconds)
    rows = [
        [name, f"{time * 1e6:,.0f}", f"{1 / time:,.0f}", f"{objects / time:.1f}"]
        for name, time in (
            ("the program's JavaScript", program),
            ("an object for each neuron and link", objects),
        )
    ]
    title = "One training step of the moons in a page: MLP 2-16-16-1, 100 samples, SGD"
    table(title, ["", "µs per step", "steps a second", "times as fast as objects"], rows)
