"""Documents: what shows itself in a notebook and is saved by the suffix of its path.

A document knows which of its attributes is written for which suffix, and not how that is made.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar

from viz.formats import framing
from viz.formats.engines import DrawingError
from viz.formats.themes import Theme

_ALSO = {".htm": ".html", ".gv": ".dot"}
"""Other suffixes for the same."""


class Document(ABC):
    """An SVG with a title, on the paper of a theme."""

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
    def svg(self) -> str:
        """The picture as SVG. Raises DrawingError where Graphviz is needed, and is missing or gives up."""

    @property
    def text(self) -> str:
        """The same in words, for where no picture can be drawn."""
        return repr(self)

    @property
    def html(self) -> str:
        """A page that holds the SVG and nothing else."""
        return framing.page(self.svg, self.title, self.theme.paper)

    @property
    def framed(self) -> str:
        """HTML for a notebook."""
        return framing.scrolling(self.svg, self.theme.paper)

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

        Raises ValueError for a suffix that is none of `suffixes`, DrawingError where Graphviz is missing.
        """
        path = Path(path)
        content = getattr(self, self.attribute_for(path))
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, encoding="utf-8")
        return path

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
