"""`Lesson`: what a lesson calls to claim a number, ask for one, show a picture, tell its progress.

It knows nothing of how a lesson is found or run, or of how pages are made of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from autograd import Value
from demos.films import Film
from demos.outputs import NUMBER, PICTURE, PREDICTION, publish
from demos.palette import in_notebook
from demos.predictions import as_html
from demos.showing import Picture, save

T = TypeVar("T")

_LONGEST = 40
"""A text longer than this many lines is cut in the terminal, and whole in its file."""


class Lesson:
    """A running lesson: its claims hold at seed 0, its pictures go to `out/name/`.

    `generator` is a numpy Generator made from `seed`, for what the lesson itself draws at random.
    """

    def __init__(self, name: str, seed: int = 0, quick: bool = False, out: str | Path = "out") -> None:
        self.name, self.seed, self.quick = name, seed, quick
        self.generator = np.random.default_rng(seed)
        self.folder = Path(out) / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.pictures: list[Picture] = []

    def check(
        self,
        claim: str,
        value: Any,
        *,
        equals: Any = None,
        within: float | None = None,
        at_least: float | None = None,
        at_most: float | None = None,
        unit: str = "",
    ) -> None:
        """Claim that `value` is what the keywords say, and print it with a ✓.

        `equals` is exact, or |value - equals| ≤ `within`. At seed 0 a claim that does not hold is an
        AssertionError; with another seed it is printed as "not at this seed".

        >>> from tempfile import mkdtemp
        >>> lesson = Lesson("moons", out=mkdtemp())
        >>> lesson.check("share of samples on the right side", 0.987654, at_least=0.9)
        ✓ share of samples on the right side: 0.9877 (at least 0.9)
        """
        bounds = {"equals": equals, "at least": at_least, "at most": at_most}
        given = {word: bound for word, bound in bounds.items() if bound is not None}
        if not given:
            raise ValueError(f"check needs equals=, at_least= or at_most= for the claim {claim!r}")
        if within is not None and equals is None:
            raise ValueError(f"check takes within= beside equals=, for the claim {claim!r}")
        found = value.data if isinstance(value, Value) else value
        holds = _holds(found, equals, within, at_least, at_most)
        words = " and ".join(f"{word} {shown(bound, unit)}" for word, bound in given.items())
        should = words + (f" ± {shown(within, unit)}" if within is not None else "")
        plain = isinstance(equals, bool) and holds
        line = claim if plain else f"{claim}: {shown(found, unit)} ({should})"
        if not holds and self.seed == 0:
            raise AssertionError(f"{line}: does not hold, in the lesson {self.name}")
        _say(
            f"✓ {line}" if holds else f"  {line}: not at this seed",
            claim,
            "" if plain else shown(found, unit),
            "" if plain else should,
            holds,
        )

    def report(self, claim: str, value: Any, unit: str = "") -> None:
        """Print a number that was measured and is not asserted: a time, a speed."""
        text = shown(value.data if isinstance(value, Value) else value, unit)
        _say(f"  {claim}: {text}", claim, text, "", None)

    def predict(self, question: str, answer: Any, *, unit: str = "", within: float | None = None) -> None:
        """Ask for a number before it is seen; in a script the answer follows at once.

        On a page and in a notebook the question has a field, and the answer stands behind a click. A guess
        is near enough if it is at most `within` from the answer, a tenth of it by default. On a page, what
        the same cell shows after it is covered, too.

        >>> from tempfile import mkdtemp
        >>> Lesson("moons", out=mkdtemp()).predict("How large is 2**10?", 2**10)
        ? How large is 2**10?
          1,024
        """
        found = answer.data if isinstance(answer, Value) else answer
        if isinstance(found, bool) or not isinstance(found, (int, float, np.integer, np.floating)):
            raise TypeError(f"predict asks for a number, got {type(found).__name__} for {question!r}")
        content = {
            "question": question,
            "answer": shown(found, unit),
            "value": float(found),
            "within": abs(float(found)) / 10 if within is None else float(within),
            "unit": unit,
        }
        if in_notebook():
            from IPython.display import HTML, display

            display(HTML(as_html(**content)))
        else:
            publish(PREDICTION, content, f"? {question}\n  {content['answer']}")

    def show(self, name: str, what: Any, caption: str = "") -> None:
        """Save a picture, a page or a text into the lesson's folder as `name`; show it in a notebook.

        `what` is a matplotlib figure, a Film, one of viz's drawings, networks, pages, explanations
        and formulas, or a text. A text is printed. Figures are closed.
        """
        if any(picture.name == name for picture in self.pictures):
            raise ValueError(f"the lesson {self.name} shows {name!r} twice; give the second another name")
        picture = save(self.folder, name, what, caption)
        self.pictures.append(picture)
        if in_notebook() and picture.kind != "text":
            from IPython.display import Image, display

            display(Image(filename=str(self.folder / picture.files[0])) if picture.kind == "gif" else what)
        else:
            text = _beginning(str(what), self.folder / picture.files[0]) if picture.kind == "text" else ""
            publish(PICTURE, picture._asdict(), text)
        drawn = what.figure if isinstance(what, Film) else what if hasattr(what, "savefig") else None
        if drawn is not None:
            from matplotlib import pyplot

            pyplot.close(drawn)

    def progress(self, iterable: Iterable[T], label: str, unit: str = "steps") -> Iterator[T]:
        """`iterable`, with a bar on stderr that says `label` and how far it has come; none when quick."""
        from tqdm import tqdm

        return iter(
            tqdm(iterable, desc=label, unit=f" {unit}", disable=self.quick, leave=False, file=sys.stderr)
        )


def _say(text: str, claim: str, value: str, should: str, holds: bool | None) -> None:
    publish(NUMBER, {"claim": claim, "value": value, "should": should, "holds": holds}, text)


def shown(value: Any, unit: str = "") -> str:
    """A number to four significant digits with its unit; a count, a word or a truth as it is.

    >>> shown(0.123456), shown(1234567, "nodes"), shown(np.float64(2.0), "s"), shown(True)
    ('0.1235', '1,234,567 nodes', '2 s', 'yes')
    """
    if isinstance(value, (bool, np.bool_)):
        text = "yes" if value else "no"
    elif isinstance(value, (int, np.integer)):
        text = f"{value:,}"
    elif isinstance(value, (float, np.floating)):
        text = f"{value:.4g}"
    elif isinstance(value, (list, tuple)):
        text = "[" + ", ".join(map(shown, value)) + "]"
    else:
        text = str(value)
    return f"{text} {unit}" if unit and unit != "%" else f"{text}{unit}"


def _holds(value: Any, equals: Any, within: float | None, at_least: Any, at_most: Any) -> bool:
    if within is not None and not abs(value - equals) <= within:
        return False
    if equals is not None and within is None and value != equals:
        return False
    if at_least is not None and not value >= at_least:
        return False
    return at_most is None or bool(value <= at_most)


def _beginning(text: str, path: Path) -> str:
    """A text as far as a terminal has room for it, and where the rest is."""
    lines = text.splitlines()
    more = [f"… and {len(lines) - _LONGEST} more lines in {path}"] if len(lines) > _LONGEST else []
    return "\n".join(lines[:_LONGEST] + more)
