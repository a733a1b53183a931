"""The picture that opens the README: one neuron, forward and backward.

`python -m demos.readme_picture` writes it again: `pictures/neuron.svg` and, on dark paper,
`pictures/neuron-dark.svg`.
"""

from __future__ import annotations

from pathlib import Path

from autograd import Value
from viz import draw

PICTURES = Path(__file__).parent / "pictures"


def neuron() -> Value:
    """A neuron of two inputs, trained towards 1 by a squared error, after its backward pass."""
    x1, x2 = Value(2.0, label="x1"), Value(-1.0, label="x2")
    w1, w2, b = Value(-0.5, label="w1"), Value(1.5, label="w2"), Value(2.0, label="b")
    out = (w1 * x1 + w2 * x2 + b).tanh()
    out.label = "out"
    loss = (out - 1.0) ** 2
    loss.label = "loss"
    loss.backward()
    return loss


def main(folder: Path = PICTURES) -> list[Path]:
    """Write the pictures into `folder`; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    loss = neuron()
    return [
        draw(loss, theme=theme).save(folder / name)
        for theme, name in (("light", "neuron.svg"), ("dark", "neuron-dark.svg"))
    ]


if __name__ == "__main__":
    for path in main():
        print(path)
