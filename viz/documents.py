"""Documents: what shows itself in a notebook and from a plain REPL, and is saved by the suffix of its path.

A document knows which of its attributes is written for which suffix, and not how that is made. A picture is a
document that is an SVG; its pixels and its PDF are made of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar

from viz.formats import framing
from viz.formats.engines import DrawingError
from viz.formats.pdf import pdf
from viz.formats.png import SCALE, png
from viz.formats.png import size as size_of
from viz.formats.themes import Theme
from viz.screens import browsers, notebooks, terminals

_ALSO = {".htm": ".html", ".gv": ".dot"}
"""Other suffixes for the same."""


class Document(ABC):
    """A page of HTML with a title, on the paper of a theme."""

    noun: ClassVar[str]
    """What it is called in an error."""
    suffixes: ClassVar[Mapping[str, str]]
    """The attribute, text or bytes, that is written for each suffix."""
    theme: Theme

    @property
    @abstractmethod
    def title(self) -> str:
        """What it is, in a few words."""

    @property
    @abstractmethod
    def html(self) -> str:
        """It as a page. Raises DrawingError where Graphviz is needed, and is missing or gives up."""

    @property
    @abstractmethod
    def framed(self) -> str:
        """HTML for a notebook."""

    @property
    def text(self) -> str:
        """The same in words, for where no picture can be drawn."""
        return repr(self)

    @classmethod
    def attribute_for(cls, path: Path) -> str:
        """The attribute that is written to a path; ValueError for a suffix that is none of `suffixes`."""
        suffix = path.suffix.lower()
        attribute = cls.suffixes.get(_ALSO.get(suffix, suffix))
        if attribute is None:
            *others, last = cls.suffixes
            listed = " or ".join(filter(None, (", ".join(others), last)))
            raise ValueError(f"a {cls.noun} is saved as {listed}, got {path.name!r}; give it such a suffix")
        return attribute

    def save(self, path: str | PathLike[str]) -> Path:
        """Write it to `path`, whose suffix says as what. Returns the path.

        Raises ValueError for a suffix that is none of `suffixes`, DrawingError where something that draws
        is missing.
        """
        path = Path(path)
        return _write(path, getattr(self, self.attribute_for(path)))

    def show(self) -> None:
        """Show it: in the cell of a notebook, else in a browser, else in the terminal, as a picture if it is
        known to draw such, else as text.

        It waits for no browser and asks the terminal nothing, so that it always comes back.
        """
        if notebooks.show(self):
            return
        try:
            place = browsers.open_page(self.html) if browsers.is_here() else None
            drawn = "" if place else self._inline()
        except DrawingError as error:
            terminals.say(f"{self.text}\n{error}")
            return
        first = next(iter(self.suffixes))
        words = f"{self.text}\nno browser is known here; .save('shown{first}') writes a file to look at"
        terminals.say(f"{self.title}: {place}" if place else drawn or words)

    def _inline(self) -> str:
        """What makes this terminal show it; empty where it cannot."""
        return ""

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None, **_: Any
    ) -> dict[str, str]:
        """What a notebook shows, by media type; where no Graphviz is, the text and what to install."""
        try:
            bundle = {"text/html": self.framed, "text/plain": repr(self)}
        except DrawingError as error:
            bundle = {"text/plain": f"{self.text}\n{error}"}
        wanted = set(bundle if include is None else include) - set(exclude or ())
        return {media: shown for media, shown in bundle.items() if media in wanted}


class Picture(Document):
    """A document that is an SVG."""

    @property
    @abstractmethod
    def svg(self) -> str:
        """The picture as SVG. Raises DrawingError where Graphviz is needed, and is missing or gives up."""

    @property
    def alone(self) -> str:
        """The SVG as a file of its own: opened by itself, it fills the window."""
        return framing.filling(self.svg)

    @property
    def framed(self) -> str:
        """The SVG, with scroll bars where there is less room."""
        return framing.scrolling(self.svg, self.theme.paper)

    @property
    def png(self) -> bytes:
        """The picture as PNG, two pixels for each unit of the SVG."""
        return png(self.svg)

    @property
    def pdf(self) -> bytes:
        """The picture as PDF, which needs the extra `pdf`. Raises DrawingError where that is missing."""
        return pdf(self.svg)

    def save(self, path: str | PathLike[str], *, scale: float | None = None) -> Path:
        """Write it to `path`, whose suffix says as what. Returns the path.

        A PNG has `scale` pixels for each unit of the SVG, two unless told otherwise.

        Raises ValueError for a suffix that is none of `suffixes`, and for a `scale` of anything but a PNG;
        DrawingError where something that draws is missing.
        """
        path = Path(path)
        if scale is None:
            return super().save(path)
        if self.attribute_for(path) != "png":
            raise ValueError(
                f"scale is for .png, got {path.name!r}; what else is saved is sharp at any size, leave it out"
            )
        return _write(path, png(self.svg, scale))

    def _inline(self) -> str:
        protocol = terminals.protocol()
        if protocol is None:
            return ""
        svg = self.svg
        wide, _ = size_of(svg)
        return protocol(png(svg, min(SCALE, (terminals.width() or wide) / wide)))


def _write(path: Path, content: str | bytes) -> Path:
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content, encoding="utf-8")
    return path
