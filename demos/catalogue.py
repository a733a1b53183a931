"""The lessons in the order of teaching: where each is, and what its first cell says of it."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent

NAMES = (
    "first-steps",
    "by-hand",
    "finite-differences",
    "chain-rule",
    "delta",
    "xor",
    "moons",
    "playground",
    "iris",
    "digits",
    "activations",
    "vanishing",
    "exploding",
    "optimizers",
    "landscape",
    "mini-batches",
    "overfitting",
    "tuning",
    "precision",
    "memory",
    "cnn",
    "rnn",
    "transformer",
    "compile",
    "devices",
    "own-primitive",
)

SECTIONS = (
    "What is Backpropagation and What Does It Do?",
    "The Complete Process of Backpropagation, 1. Forward Pass",
    "The Complete Process of Backpropagation, 2. Backward Pass",
    "The Complete Process of Backpropagation, 3. Iterate",
    "Challenges of Backpropagation, 1. Vanishing Gradients",
    "Challenges of Backpropagation, 2. Exploding Gradients",
    "Challenges of Backpropagation, 3. Local Minima and Saddle Points",
    "Challenges of Backpropagation, 4. Computational Complexity",
    "Challenges of Backpropagation, 5. Overfitting",
    "Challenges of Backpropagation, 6. Hyperparameter Tuning",
    "Challenges of Backpropagation, 7. Numerical Stability",
    "Advantages of Backpropagation, 1. Efficiency",
    "Advantages of Backpropagation, 2. Generalizability",
    "Advantages of Backpropagation, 3. Automation",
    "Advantages of Backpropagation, 4. Scalability",
    "Advantages of Backpropagation, 5. Foundation for Deep Learning",
    "Advantages of Backpropagation, 6. Adaptability",
    "Mathematical Overview",
    "Conclusion",
)
"""The sections of the notes on backpropagation, in their order; a part stands after its section's title."""


class UnknownLessonError(LookupError):
    """No lesson has this name."""


class Cell(NamedTuple):
    """A cell of a file in the percent format: its heading after `# %%`, its text, its first line's number."""

    heading: str
    text: str
    line: int

    @property
    def is_prose(self) -> bool:
        """Whether it is a markdown cell."""
        return self.heading.startswith("[markdown]")

    @property
    def prose(self) -> str:
        """The text of a markdown cell without its comment signs."""
        return "\n".join(line.removeprefix("#").removeprefix(" ") for line in self.text.splitlines()).strip()


class Entry:
    """A lesson as the catalogue knows it."""

    def __init__(self, name: str) -> None:
        self.name = name
        file = name.replace("-", "_") + ".py"
        self.path, self.solutions = FOLDER / "lessons" / file, FOLDER / "solutions" / file

    @cached_property
    def _paragraphs(self) -> list[str]:
        return re.split(r"\n\s*\n", cells(self.path)[0].prose)

    def _paragraph(self, beginning: str) -> str:
        return next((part for part in self._paragraphs if part.startswith(beginning)), "")

    @property
    def title(self) -> str:
        """The heading of its first cell."""
        return self._paragraphs[0].removeprefix("# ")

    @property
    def summary(self) -> str:
        """What it is about, in one line."""
        return " ".join(self._paragraphs[1].split())

    @property
    def learnt(self) -> list[str]:
        """What is learnt, point by point."""
        listed = self._paragraph("**What you will learn**")
        points = re.split(r"^\s*[*-] ", listed, flags=re.MULTILINE)[1:]
        return [" ".join(point.split()) for point in points]

    @property
    def notes(self) -> list[str]:
        """The sections of the notes on backpropagation that it belongs to."""
        line = self._paragraph("Notes:")
        return re.findall(r"\*([^*]+)\*", " ".join(line.split()))

    @property
    def minutes(self) -> int:
        """How long it takes in class, its exercises included."""
        return int(self._paragraph("Time:").split()[1])

    @property
    def builds_on(self) -> list[str]:
        """The lessons that come before it; what those build on is not named again."""
        return re.findall(r"`([\w-]+)`", self._paragraph("Builds on:"))

    @property
    def needs(self) -> list[str]:
        """The packages that it needs beyond those of all lessons."""
        line = self._paragraph("Needs:")
        return re.findall(r"`(\w+)`", line)


def cells(path: Path) -> list[Cell]:
    """The cells of a file in the percent format."""
    return split(path.read_text("utf-8"))


def split(text: str) -> list[Cell]:
    """The cells of a text in the percent format."""
    found: list[Cell] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("# %%"):
            found.append(Cell(line[4:].strip(), "", number + 1))
        elif found:
            found[-1] = found[-1]._replace(text=f"{found[-1].text}{line}\n")
    return found


def entry_named(name: str) -> Entry:
    """The lesson of this name; UnknownLessonError for another name, with those that are nearly it."""
    if name not in NAMES:
        near = get_close_matches(name, NAMES, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else "python -m demos --list shows all"
        raise UnknownLessonError(f"there is no lesson {name!r}; {hint}")
    return Entry(name)


def lessons() -> list[Entry]:
    """All lessons, in the order of teaching."""
    return list(map(Entry, NAMES))
