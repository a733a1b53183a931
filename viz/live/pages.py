"""The page of training: one offline file that trains a model, and shows frames of what was trained.

It holds the model and its loss as JavaScript, printed from the program that they lower to; the optimisers'
formulas; the data; and the page's own text. It loads nothing and evaluates nothing.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from autograd.compiler.backends.javascript.text import javascript_program
from autograd.engine.value import Value
from autograd.rules.javascript import functions_called
from viz.documents import Document
from viz.formats import framing
from viz.formats.scripting import scripted, terse
from viz.formats.themes import LIGHT, Theme, theme_named
from viz.live.data import as_json, draws_as_data, floats, groups_as_data, program_as_data, set_as_data
from viz.live.optimizers import Method, default, methods
from viz.live.recording import Recorded, evaluating, record
from viz.live.saving import blank_file
from viz.live.sets import as_set, check_alike, picture_of, task_of
from viz.player.colors import SYSTEM, check_page_theme, scheme, style
from viz.views.text import count, cut

LARGEST = 300_000
"""Bytes of a program's text, above which a page does not train."""

DEEPEST, WIDEST = 7, 10_000
"""Layers, the last one included, and parameters, up to which neurons are shown one by one."""

_SCRIPTS = (
    *("task", "random", "samples", "nets", "training", "frames", "palette", "curve", "grid", "plane"),
    *("columns", "norms", "words", "tables", "saving", "loop"),
)
"""In the order in which one knows the others; then come the picture's own, if any, and the controls."""


class Film(Protocol):
    """Frames of a training."""

    def as_json(self, order: list[Value]) -> dict[str, Any]:
        """They as plain data, parameters in this order."""
        ...


class LivePage(Document):
    """A page that trains a model. It shows itself in Jupyter; `save` writes it; `html` is its text.

    `values` are the parameters, in the order of the program's.
    """

    noun = "page"
    suffixes: ClassVar = {".html": "html"}

    def __init__(
        self,
        title: str,
        values: list[Value],
        script: str,
        content: Mapping[str, Any],
        theme: str,
        film: Film | None = None,
        live: str | None = None,
    ) -> None:
        self._title, self.values, self.colors = title, values, check_page_theme(theme)
        self.script, self.content, self.film, self.live = script, MappingProxyType(dict(content)), film, live

    @property
    def theme(self) -> Theme:  # type: ignore[override]
        """Its colours; those by day, where it follows the system."""
        return LIGHT if self.colors == SYSTEM else theme_named(self.colors)

    @property
    def title(self) -> str:
        """The model, and what is done with it."""
        return self._title

    @cached_property
    def html(self) -> str:
        """The page: one file that needs nothing else."""
        picture = self.content["picture"]
        names = [*_SCRIPTS, *([] if picture == "plane" else [picture]), "controls"]
        page, css = (_text(name) for name in ("page.html", "page.css"))
        digits = (files("viz") / "formats" / "digits.js").read_text("utf-8")
        scripts = [digits, *(_text(f"{name}.js") for name in names)]
        film = None if self.film is None else self.film.as_json(self.values)
        return scripted(
            page,
            style=style(self.colors) + terse(css, around="{};,"),
            script=terse("\n".join(['"use strict";', self.script, *scripts])),
            title=html.escape(self.title),
            scheme=scheme(self.colors),
            task=as_json({**self.content, "film": film, "live": self.live}),
        )

    @property
    def framed(self) -> str:
        """The page for a notebook, in a frame that keeps the two apart."""
        return framing.in_frame(self.html, self.title, 760)

    def filmed(self, film: Film, live: str | None = None) -> LivePage:
        """The same page with frames of a training, and perhaps the name under which more will come."""
        return LivePage(self.title, self.values, self.script, self.content, self.colors, film, live)

    def in_theme(self, theme: str) -> LivePage:
        """The same page in other colours."""
        return LivePage(self.title, self.values, self.script, self.content, theme, self.film, self.live)

    def __repr__(self) -> str:
        return f"<{self.title}, {count(len(self.values))} parameters; .save('page.html') and open it>"


def live_page(
    model: Any,
    loss: Callable[[Any, Any], Any],
    X: Sequence[Any],
    y: Sequence[Any],
    *,
    validation: tuple[Any, Any] | None = None,
    optimizer: Any = None,
    batch_size: int | None = None,
    metric: Callable[[Any, Any], Any] | None = None,
    noise: float = 0.0,
    seed: int = 0,
    theme: str = "light",
    who: str = "playground",
) -> LivePage:
    """The page of a model, its loss and its data; `who` is the function that errors name."""
    check_page_theme(theme)
    _check_model(who, model, loss)
    _check_settings(who, batch_size, noise, seed)
    data = as_set(who, "training", X, y)
    held_out = None if validation is None else as_set(who, "held-out", *validation)
    if held_out is not None:
        check_alike(who, data, held_out)
    rows = {value: row for row, value in enumerate(model.parameters())}
    traced = None if _is_accuracy(metric) else metric
    with_neurons = len(rows) <= WIDEST
    with evaluating(model):
        evaluated = record(model, loss, traced, data.shapes, rows, with_neurons)
    if len(evaluated.columns) > DEEPEST:
        with evaluating(model):
            evaluated = record(model, loss, traced, data.shapes, rows, with_neurons=False)
    trained = record(model, loss, traced, data.shapes, rows, bool(evaluated.columns))
    values = list(rows)
    task = task_of(evaluated, data)
    if _is_accuracy(metric) and metric is not None and task == "values":
        raise ValueError(
            f"{who} counts with metric=accuracy where targets are classes: -1 and 1, 0 and 1 or numbers of "
            "classes; leave it out, or give a metric of two numbers"
        )
    offered, rate, decay = methods(optimizer if optimizer is not None else default(model), values)
    script = _script(who, evaluated, trained, offered)
    content = {
        "task": task,
        "picture": picture_of(evaluated, data),
        "metricName": "" if traced is None else cut(getattr(traced, "__name__", "metric")),
        **program_as_data(evaluated),
        "trainDraws": sum(trained.draws),
        "parameters": floats([value.data for value in values]),
        "groups": groups_as_data(model, values),
        "draw": draws_as_data(model, values),
        "file": blank_file(model, values),
        "train": set_as_data(data),
        "heldOut": None if held_out is None else set_as_data(held_out),
        "methods": [{"title": each.title, "decays": each.decays} for each in offered],
        "settings": {"rate": rate, "decay": decay, "batch": batch_size, "noise": noise, "seed": seed},
    }
    name = model.describe() if hasattr(model, "describe") else type(model).__name__
    return LivePage(f"Training {cut(name)}", values, script, content, theme)


def _text(name: str) -> str:
    """A file of this folder."""
    return (files("viz") / "live" / name).read_text("utf-8")


def _script(who: str, evaluated: Recorded, trained: Recorded, offered: Sequence[Method]) -> str:
    """The program, as it is trained and as it is evaluated, and the optimisers, as JavaScript."""
    text = javascript_program(evaluated.program)
    parts = [f"const evaluated = (() => {{\n{text}return compiled;\n}})();"]
    if trained.draws:
        text = javascript_program(trained.program)
        parts.append(f"const trained = (() => {{\n{text}return compiled;\n}})();")
    else:
        parts.append("const trained = evaluated;")
    made = [f"(() => {{\n{each.text}return optimizer;\n}})()" for each in offered]
    parts.append(f"const METHODS = [{', '.join(made)}];")
    script = "\n".join(parts)
    if len(script) > LARGEST:
        raise ValueError(
            f"{who} writes a model's program into its page, up to {LARGEST // 1000} kB of text, and this one "
            f"is {len(script) // 1000:,} kB; train it in Python, and let film(model, loss, X, y) show it"
        )
    return "\n".join([functions_called(script), script])


def _check_model(who: str, model: Any, loss: Any) -> None:
    if not all(
        hasattr(model, name) for name in ("named_parameters", "named_modules", "named_children", "save")
    ):
        raise TypeError(f"{who} takes a model (MLP, GPT, any nn.Module), got {type(model).__name__}")
    if not callable(loss):
        raise TypeError(f"{who} takes a loss(prediction, target) of one sample, got {type(loss).__name__}")
    for path, module in model.named_modules():
        if any(kind.__name__ == "BatchNorm" for kind in type(module).__mro__):
            raise ValueError(
                f"{who} trains on one sample at a time, many side by side, and BatchNorm at {path!r} needs "
                "a batch together; put LayerNorm in its place"
            )


def _check_settings(who: str, batch_size: Any, noise: Any, seed: Any) -> None:
    if batch_size is not None and (type(batch_size) is not int or batch_size < 1):
        raise ValueError(
            f"{who} needs batch_size to be a whole number above 0, or None for all, got {batch_size!r}"
        )
    if not isinstance(noise, (int, float)) or not 0 <= noise <= 1:
        raise ValueError(f"{who} needs noise from 0 to 1, in spreads of the data, got {noise!r}")
    if type(seed) is not int or not 0 <= seed < 2**32:
        raise ValueError(f"{who} needs a seed from 0 to 2**32 - 1, got {seed!r}")


def _is_accuracy(metric: Any) -> bool:
    """Whether a metric is the share of right predictions, which the page counts by itself."""
    return metric is None or getattr(metric, "__name__", "") == "accuracy"
