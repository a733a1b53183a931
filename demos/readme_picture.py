"""The pictures of the README, each on light paper and on dark.

`python -m demos.readme_picture` writes them again: `pictures/neuron.svg`, one neuron forward and backward,
and `pictures/moons.svg`, what the lesson `moons` ends with.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from autograd import Value
from autograd.commands import run_command
from demos.catalogue import entry_named
from demos.running import run
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


def write_neuron(folder: Path = PICTURES) -> list[Path]:
    """Write the pictures of the neuron into `folder`; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    loss = neuron()
    return [
        draw(loss, theme=theme).save(folder / name)
        for theme, name in (("light", "neuron.svg"), ("dark", "neuron-dark.svg"))
    ]


def write_moons(folder: Path = PICTURES) -> list[Path]:
    """Run the lesson and copy its decision boundary into `folder`; the paths."""
    with tempfile.TemporaryDirectory() as out:
        run(entry_named("moons"), out=out)
        return [
            Path(
                shutil.copy(
                    Path(out) / "moons" / f"decision-boundary{paper}.svg", folder / f"moons{paper}.svg"
                )
            )
            for paper in ("", "-dark")
        ]


def _write_all() -> None:
    for path in [*write_neuron(), *write_moons()]:
        print(path)


if __name__ == "__main__":
    run_command(_write_all)
