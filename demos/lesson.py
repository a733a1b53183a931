"""`Lesson`: what a lesson calls to claim a number, to report one, to show a picture, to tell its progress.

It knows nothing of how a lesson is found or run; it leaves `OUT/NAME/lesson.json` behind, from which
`demos.index` makes a page.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from autograd import Value
from demos.films import Film
from demos.palette import in_notebook
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
        self.numbers: list[dict[str, Any]] = []
        self.pictures: list[Picture] = []
        self._write()

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
        self._note(claim, "" if plain else shown(found, unit), "" if plain else should, holds)
        line = claim if plain else f"{claim}: {shown(found, unit)} ({should})"
        if holds:
            print(f"✓ {line}")
        elif self.seed == 0:
            raise AssertionError(f"{line}: does not hold, in the lesson {self.name}")
        else:
            print(f"  {line}: not at this seed")

    def report(self, claim: str, value: Any, unit: str = "") -> None:
        """Print a number that was measured and is not asserted: a time, a speed."""
        text = shown(value.data if isinstance(value, Value) else value, unit)
        self._note(claim, text, "", None)
        print(f"  {claim}: {text}")

    def show(self, name: str, what: Any, caption: str = "") -> None:
        """Save a picture, a page or a text into the lesson's folder as `name`; show it in a notebook.

        `what` is a matplotlib figure, a Film, one of viz's drawings, networks, pages, explanations
        and formulas, or a text. A text is printed. Figures are closed.
        """
        if any(picture.name == name for picture in self.pictures):
            raise ValueError(f"the lesson {self.name} shows {name!r} twice; give the second another name")
        picture = save(self.folder, name, what, caption)
        self.pictures.append(picture)
        self._write()
        if picture.kind == "text":
            _print_text(str(what), self.folder / picture.files[0])
        elif in_notebook():
            from IPython.display import Image, display

            display(Image(filename=str(self.folder / picture.files[0])) if picture.kind == "gif" else what)
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

    def _note(self, claim: str, value: str, should: str, holds: bool | None) -> None:
        self.numbers.append({"claim": claim, "value": value, "should": should, "holds": holds})
        self._write()

    def _write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        record = {
            "name": self.name,
            "seed": self.seed,
            "quick": self.quick,
            "numbers": self.numbers,
            "pictures": [picture._asdict() for picture in self.pictures],
        }
        text = json.dumps(record, indent=1, ensure_ascii=False)
        (self.folder / "lesson.json").write_text(text + "\n", encoding="utf-8")


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


def _print_text(text: str, path: Path) -> None:
    lines = text.splitlines()
    print("\n".join(lines[:_LONGEST]))
    if len(lines) > _LONGEST:
        print(f"… and {len(lines) - _LONGEST} more lines in {path}")
