"""Training in a page: steps of the moons by a compiled program's JavaScript, and by objects for each neuron;
and pictures of the page that trains them, each after a step, with the map of every neuron.

All are in a headless Chromium, the steps in one page, taking turns. Time is that of the page's clock.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

import nn
from autograd import compile
from autograd.compiler.backends.javascript.updates import javascript_update
from tests.benchmarks.mlp_by_hand import LEARNING_RATE, data, initial_weights, model
from tests.benchmarks.timing import table
from tests.chromium import launched
from viz import playground

STEPS, TURNS_EACH = 20, 40
"""The steps of one turn, which are few, lest other programs run meanwhile; and the turns of a repeat."""

PICTURES = 20
"""Those of a repeat."""

PLAY = """async (count) => {
  const script = [], whole = [];
  let last = null;
  playing = true;
  for (let picture = 0; picture <= count; picture++) {
    await new Promise(requestAnimationFrame);
    const start = performance.now();
    if (last !== null) whole.push((start - last) / 1000);
    last = start;
    advance();
    paint();
    script.push((performance.now() - start) / 1000);
  }
  playing = false;
  return [script.slice(1), whole];
}"""

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


def pictures(browser: Any, count: int) -> tuple[list[float], list[float]]:
    """Of each picture, the seconds that the page's script takes, and those from one to the next."""
    X, y = data()
    network = model()
    optimizer = nn.SGD(network.parameters(), lr=LEARNING_RATE)
    page = playground(network, nn.hinge, X, y, optimizer=optimizer)
    with tempfile.TemporaryDirectory() as folder:
        tab = browser.new_page(viewport={"width": 1280, "height": 720})
        tab.goto(page.save(Path(folder) / "page.html").as_uri())
        script, whole = tab.evaluate(PLAY, count)
        tab.close()
    return script, whole


def main(repeats: int) -> None:
    """Print the tables."""
    try:
        with launched() as browser:
            if browser is None:
                print("\nlive: skipped, Chromium is not installed")
                return
            seconds, _ = turns(browser.new_page(), STEPS, TURNS_EACH * repeats)
            script, whole = map(statistics.median, pictures(browser, PICTURES * repeats))
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
    title = "The page of the same moons at 1280 × 720, one step for each picture, every neuron's map in it"
    figures = [f"{script * 1e3:.1f}", f"{1 / whole:.0f}"]
    table(title, ["", "ms of its script for a picture", "pictures a second"], [["the page", *figures]])
