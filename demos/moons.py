"""Two moons: a network of 33 neurons learns to tell two half circles apart.

What is learnt: a training loop is five lines. Score every sample, add up how wrong the scores are, run
`backward()`, move every parameter a little against its gradient, and repeat.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
from tqdm import trange

from autograd import Value, mean
from nn import MLP, SGD, hinge, l2_penalty, linear, make_moons
from viz import draw, plot_decision_boundary, plot_loss


def train(steps: int = 100, seed: int = 0) -> tuple[MLP, list[float], float]:
    """Train an MLP(2, [16, 16, 1]) on 100 moons, full batch. The model, its losses, and its accuracy.

    The loss is max-margin, max(0, 1 - y score), plus 1e-4 times the sum of squared parameters; the learning
    rate falls from 1.0 to 0.1.
    """
    X, y = make_moons(100, noise=0.1, seed=seed)
    samples, targets = X.tolist(), [2 * int(target) - 1 for target in y]
    model = MLP(2, [16, 16, 1], seed=seed)
    optimizer = SGD(model.parameters(), lr=linear(1.0, 0.1, steps))
    losses: list[float] = []
    correct = 0.0
    with trange(steps, unit=" steps") as bar:
        for _ in bar:
            scores = [model(sample) for sample in samples]
            loss = mean(map(hinge, scores, targets)) + l2_penalty(model.parameters(), 1e-4)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            correct = mean(float((score.data > 0) == (target > 0)) for score, target in zip(scores, targets))
            losses.append(loss.data)
            bar.set_description(f"loss {loss.data:.4f}, accuracy {correct:.0%}", refresh=False)
    return model, losses, correct


def first_neuron(model: MLP, sample: list[float]) -> Value:
    """The trained net's first neuron on one sample, written out term by term, after a backward pass."""
    neuron = model.layers[0].neurons[0]
    total: Value | float = 0.0
    for at, (weight, number) in enumerate(zip(neuron.w, sample), start=1):
        w = Value(weight.data, label=f"w{at}")
        total = total + w * Value(number, label=f"x{at}")
    assert neuron.b is not None
    out = (total + Value(neuron.b.data, label="b")).relu()
    out.label = "neuron 1"
    out.backward()
    return out


def main(out: Path = Path("out"), seed: int = 0, quick: bool = False) -> list[Path]:
    """Train, and write the pictures and the model into `out`; their paths."""
    plt.switch_backend("Agg")
    plt.rcParams["font.size"] = 14
    out.mkdir(parents=True, exist_ok=True)
    model, losses, correct = train(20 if quick else 100, seed)
    print(f"training accuracy {correct:.0%}, loss {losses[-1]:.4f} after {len(losses)} steps")
    X, y = make_moons(100, noise=0.1, seed=seed)
    paths = [out / "decision_boundary.png", out / "loss.png", out / "neuron.svg", out / "moons.model"]

    figure, axes = plt.subplots(figsize=(7, 5.5), layout="constrained")
    plot_decision_boundary(model, X, y, axes).set_title(f"two moons, {correct:.0%} right")
    figure.savefig(paths[0], dpi=150)
    plt.close(figure)

    figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    plot_loss(losses, axes).set_title("max-margin loss plus L2")
    axes.set_xlabel("step")
    figure.savefig(paths[1], dpi=150)
    plt.close(figure)

    awake = max(X.tolist(), key=lambda sample: model.layers[0].neurons[0](sample).data)
    draw(first_neuron(model, awake)).save(paths[2])
    model.save(paths[3])
    what = ["the decision boundary", "the loss, step by step", "the first neuron as a graph", "the model"]
    for text, path in zip(what, paths):
        print(f"{text:28} {path}")
    return paths
