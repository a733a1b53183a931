"""The page of a model, made: all is checked, recorded once in each mode, and written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from autograd.compiler.backends.javascript.text import javascript_program
from autograd.engine.value import Value
from autograd.errors import TraceError
from viz.formats.themes import theme_named
from viz.live.checking import UnfitError, check_batches, check_model, check_settings
from viz.live.data import draws_as_data, floats, groups_as_data, program_as_data, set_as_data
from viz.live.optimizers import NONE, default, offered_with
from viz.live.pages import LivePage
from viz.live.recording import Recorded, evaluating, record
from viz.live.saving import blank_file
from viz.live.sets import Set, as_set, check_alike, picture_of, task_of
from viz.live.stepping import sample_of
from viz.views.text import cut

LARGEST = 300_000
"""Bytes of a program's text, above which a page does not train."""

DEEPEST, WIDEST = 7, 10_000
"""Layers, the last one included, and parameters, up to which neurons are shown one by one."""

Function = Callable[[Any, Any], Any]


def live_page(
    model: Any,
    loss: Function,
    X: Sequence[Any],
    y: Sequence[Any],
    *,
    validation: tuple[Any, Any] | None = None,
    optimizer: Any = None,
    batch_size: int | None = None,
    metric: Function | None = None,
    noise: float = 0.0,
    seed: int = 0,
    theme: str = "light",
    who: str = "playground",
    program: Literal[True, "if it fits"] = True,
) -> LivePage:
    """The page of a model, its loss and its data; `who` is the function that errors name.

    With `program="if it fits"` a model that cannot train in a page has one all the same, without a program.
    """
    theme_named(theme)
    check_model(who, model, loss)
    check_settings(who, batch_size, noise, seed)
    data = as_set(who, "training", X, y)
    held_out = None if validation is None else as_set(who, "held-out", *validation)
    if held_out is not None:
        check_alike(who, data, held_out)
    title = f"Training {cut(model.describe() if hasattr(model, 'describe') else type(model).__name__)}"
    rows = {value: row for row, value in enumerate(model.parameters())}
    settings = {"batch": batch_size, "noise": noise, "seed": seed}
    try:
        check_batches(who, model)
        text, content = _trained(who, model, loss, metric, (data, held_out), rows)
        values = list(rows)
        offered = offered_with(optimizer if optimizer is not None else default(model), values)
        if noise and not content["columns"] and content["picture"] == "none":
            raise ValueError(
                f"{who} shakes what neurons read or a plane shows, and this model has neither, got "
                f"noise={noise!r}; its samples may be tokens: leave noise out"
            )
        sample = sample_of(model, loss, data, values, theme) if content["columns"] else None
        return LivePage(title, values, text, offered, {**content, "settings": settings}, theme, sample)
    except (UnfitError, TraceError):
        if program is True:
            raise
    values = list(rows)
    content = {**_UNTRAINED, **_of_model(model, values), "settings": settings}
    return LivePage(title, values, None, NONE, content, theme)


def _trained(
    who: str,
    model: Any,
    loss: Function,
    metric: Function | None,
    sets: tuple[Set, Set | None],
    rows: dict[Value, int],
) -> tuple[str, dict[str, Any]]:
    """The model with its loss as JavaScript, and what the page is told of it. `rows` gets the loss's own."""
    data, held_out = sets
    counted = metric if metric is None or getattr(metric, "__name__", "") == "accuracy" else None
    measured = metric if counted is None else None
    is_shown = len(rows) <= WIDEST

    def recorded(is_shown: bool) -> Recorded:
        return record(model, loss, measured, data.shapes, rows, is_shown)

    with evaluating(model):
        evaluated = recorded(is_shown)
        if len(evaluated.columns) > DEEPEST:
            evaluated = recorded(False)
    trained = recorded(bool(evaluated.columns))
    task = task_of(evaluated, data)
    if counted is not None and task == "values":
        raise ValueError(
            f"{who} counts with metric=accuracy where targets are classes: -1 and 1, 0 and 1 or numbers of "
            "classes; leave it out, or give a metric of two numbers"
        )
    values = list(rows)
    return _script(who, evaluated, trained), {
        "task": task,
        "picture": picture_of(evaluated, data),
        "metricName": "" if measured is None else cut(getattr(measured, "__name__", "metric")),
        **program_as_data(evaluated),
        "trainDraws": sum(trained.draws),
        **_of_model(model, values),
        "train": set_as_data(data),
        "heldOut": None if held_out is None else set_as_data(held_out),
    }


def _of_model(model: Any, values: list[Value]) -> dict[str, Any]:
    return {
        "parameters": floats([value.data for value in values]),
        "groups": groups_as_data(model, values),
        "draw": draws_as_data(model, values),
        "file": blank_file(model, values),
    }


_UNTRAINED: dict[str, Any] = {
    "task": "values",
    "picture": "none",
    "metricName": "",
    "metric": None,
    "level": 0,
    "predictions": 0,
    "columns": [],
    "train": None,
    "heldOut": None,
    "trainDraws": 0,
}
"""What a page is told that has no program."""


def _script(who: str, evaluated: Recorded, trained: Recorded) -> str:
    """The program, as it is evaluated and as it is trained, as JavaScript."""
    texts = [f"const evaluated = {_function(evaluated)};"]
    texts.append(f"const trained = {_function(trained) if trained.draws else 'evaluated'};")
    script = "\n".join(texts)
    if len(script) > LARGEST:
        raise UnfitError(
            f"{who} writes a model's program into its page, up to {LARGEST // 1000} kB of text, and this one "
            f"is {len(script) // 1000:,} kB; train it in Python, and let film(model, loss, X, y) show it"
        )
    return script


def _function(recorded: Recorded) -> str:
    return f"(() => {{\n{javascript_program(recorded.program)}return compiled;\n}})()"
