"""The pictures of the README, each on light paper and on dark.

`python -m demos.readme_picture` writes them again: `pictures/neuron.svg`, one neuron forward and backward,
`pictures/moons.svg`, what the lesson `moons` ends with, and `pictures/playground.png`, a page of training in
a browser. The last needs the extra `dev`, and Chromium.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from autograd import Value, compile
from autograd.commands import run_command
from demos.catalogue import entry_named
from demos.running import run
from nn import MLP, SGD, hinge, make_moons
from viz import LivePage, draw, film

STEPS = 120
"""Of training, in the picture of the page."""

SIZE = {"width": 1280, "height": 720}

COLORS = 128
"""Of a picture of pixels: as many as keep its heat maps smooth, and its file small."""

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


def trained_page() -> LivePage:
    """The page of a net that has learned the moons, with a frame for each step."""
    X, y = make_moons(100, noise=0.1, seed=0)
    held_out, classes = make_moons(60, noise=0.1, seed=1)
    model = MLP(2, [8, 8, 1], "tanh", seed=0)
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    fast = compile(lambda x, target: hinge(model(x), target), backend="numpy")
    validation = held_out, 2 * classes - 1
    recording = film(model, hinge, X, 2 * y - 1, validation=validation, theme="system", live=False)
    with recording as record, fast.training(optimizer) as step:
        for _ in range(STEPS):
            step(X, 2 * y - 1)
            record(step)
    return record.page


def write_playground(browser: Any, folder: Path = PICTURES) -> list[Path]:
    """Write what a browser shows of the page, a point chosen, into `folder`; the paths."""
    written = []
    with tempfile.TemporaryDirectory() as place:
        address = trained_page().save(Path(place) / "page.html").as_uri()
        for scheme, name in (("light", "playground.png"), ("dark", "playground-dark.png")):
            tab = browser.new_page(viewport=SIZE, color_scheme=scheme, offline=True)
            tab.goto(address)
            tab.focus("#points")
            tab.keyboard.press("ArrowRight")
            tab.evaluate("document.activeElement.blur()")
            written.append(_write_pixels(tab.screenshot(), folder / name))
            tab.close()
    return written


def _chromium() -> str | None:
    """A Chromium that is installed; None for the one that `playwright install` brings."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def _write_pixels(png: bytes, path: Path) -> Path:
    """Write a picture with fewer colours."""
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.quantize(COLORS, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


def _write_all() -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        for path in [*write_neuron(), *write_moons(), *write_playground(browser)]:
            print(path)


if __name__ == "__main__":
    run_command(_write_all)
