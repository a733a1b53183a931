"""The page of training: one offline file that trains a model, and shows frames of what was trained.

It holds the model and its loss as JavaScript, printed from the program that they lower to; the optimisers'
formulas; the data; and the page's own text. It loads nothing and evaluates nothing.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from autograd.engine.value import Value
from autograd.rules.javascript import functions_called
from viz.documents import Document
from viz.formats import framing
from viz.formats.scripting import STYLE, script_json, scripted, terse
from viz.formats.themes import Theme, theme_named
from viz.formats.variables import scheme, style
from viz.live.optimizers import Offered, offered_with
from viz.live.stepping import Sample
from viz.views.text import count

_SCRIPTS = (
    *("task", "random", "samples", "nets", "training", "frames", "palette", "curve", "grid", "plane"),
    *("columns", "norms", "words", "tables", "saving", "loop"),
)
"""In the order in which one knows the others; then come those that some pages need, and the controls."""


class Film(Protocol):
    """Frames of a training."""

    def as_json(self, order: list[Value]) -> dict[str, Any]:
        """They as plain data, parameters in this order."""
        ...


class LivePage(Document):
    """A page that trains a model. It shows itself in Jupyter; `save` writes it; `html` is its text.

    `values` are the parameters, in the order of the program's. `program` is the model with its loss as
    JavaScript; where it is None, the page shows a film and cannot go on from it.
    """

    noun = "page"
    suffixes: ClassVar = {".html": "html"}

    def __init__(
        self,
        title: str,
        values: list[Value],
        program: str | None,
        offered: Offered,
        content: Mapping[str, Any],
        theme: str,
        sample: Sample | None = None,
        film: Film | None = None,
        live: str | None = None,
    ) -> None:
        self._title, self.values, self.colors = title, values, theme
        self.program, self.offered, self.content = program, offered, MappingProxyType(dict(content))
        self.sample, self.film, self.live = sample, film, live

    @property
    def theme(self) -> Theme:  # type: ignore[override]
        """Its colours; those by day, where it follows the system."""
        return theme_named(self.colors)

    @property
    def title(self) -> str:
        """The model, and what is done with it."""
        return self._title

    @cached_property
    def html(self) -> str:
        """The page: one file that needs nothing else."""
        inside = "" if self.sample is None else self.sample.html
        program = self.program or "const evaluated = null, trained = null;"
        script = f"{program}\n{self.offered.script}"
        texts = [functions_called(script), script]
        texts += [_text("formats", f"{name}.js") for name in ("digits", "elements")]
        scripts = [_text("live", f"{name}.js") for name in self._scripts(inside)]
        return scripted(
            _text("live", "page.html"),
            style=style(self.colors) + terse(_text("live", "page.css"), STYLE),
            script=terse("\n".join(['"use strict";', *texts, *scripts])),
            title=html.escape(self.title),
            scheme=scheme(self.colors),
            inside=inside,
            task=script_json(self._content(inside)),
        )

    def _scripts(self, inside: str) -> list[str]:
        has_line = self.content["picture"] == "line"
        has_parts = self.content["picture"] == "none" or not self.content["columns"]
        some = {"line": has_line, "parts": has_parts, "stepping": inside, "following": self.live}
        return [*_SCRIPTS, *(name for name, is_needed in some.items() if is_needed), "controls"]

    def _content(self, inside: str) -> dict[str, Any]:
        leaves = [] if self.sample is None else self.sample.leaves
        return {
            **self.content,
            "trains": self.program is not None,
            "methods": [{"title": each.title, "decays": each.decays} for each in self.offered.methods],
            "settings": {
                **self.content["settings"],
                "rate": self.offered.rate,
                "decay": self.offered.decay,
            },
            "film": None if self.film is None else self.film.as_json(self.values),
            "live": self.live,
            "player": {"leaves": leaves, "html": inside} if inside else None,
        }

    @property
    def framed(self) -> str:
        """The page for a notebook, in a frame that keeps the two apart."""
        return framing.in_frame(self.html, self.title, 760)

    def filmed(self, film: Film, live: str | None = None, optimizer: Any = None) -> LivePage:
        """The same page with frames of a training, and perhaps the name under which more will come.

        `optimizer` is the one that took the steps: the page goes on with it, if it can be written down.
        """
        offered = self.offered
        if optimizer is not None and self.program is not None:
            with suppress(TypeError):
                offered = offered_with(optimizer, self.values)
        made = (self.title, self.values, self.program, offered, self.content, self.colors, self.sample)
        return LivePage(*made, film, live)

    def in_theme(self, theme: str) -> LivePage:
        """The same page in other colours."""
        sample = None if self.sample is None else self.sample.in_theme(theme)
        made = (self.title, self.values, self.program, self.offered, self.content, theme, sample)
        return LivePage(*made, self.film, self.live)

    def __repr__(self) -> str:
        return f"<{self.title}, {count(len(self.values))} parameters; .save('page.html') and open it>"


def _text(folder: str, name: str) -> str:
    return (files("viz") / folder / name).read_text("utf-8")
