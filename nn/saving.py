"""Saving and loading: the states of models, optimisers, histories and random generators, in one file.

A file is JSON: numbers under names, written so that they read back bit for bit. It holds data only;
loading one runs no code. Saving is whole or not at all (see `files`). Loading checks everything before it
changes anything: each part checks its own state (see `states`). Nothing here knows what a module or an
optimiser is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from autograd.progress import DELAY, Bar, watching
from nn import files
from nn.errors import StateError
from nn.randomness import saved_state, state_of

FORMAT, VERSION = "seegrad state", 1


class Stateful(Protocol):
    """What can be saved: a Module, an Optimizer, a History, a LossScaler."""

    def state_dict(self) -> dict[str, Any]:
        """The state as plain data."""
        ...

    def prepare_state(self, saved: Any) -> Callable[[], None]:
        """Check a state, and return the function that takes it over."""
        ...


def save(path: str | os.PathLike[str], **parts: Stateful | np.random.Generator) -> None:
    """Write the state of each part, under its name, to exactly this path.

    The previous file, if any, is replaced in one step, or stays as it was when saving fails.

    >>> from tempfile import mkdtemp
    >>> from nn import MLP, SGD, load
    >>> model = MLP(2, [3, 1], seed=0)
    >>> optimizer = SGD(model.parameters(), lr=0.1)
    >>> path = mkdtemp() + "/run.json"
    >>> save(path, model=model, optimizer=optimizer)
    >>> load(path, model=model, optimizer=optimizer)
    """
    _check_parts("save", parts)
    states = {name: _state(part) for name, part in parts.items()}
    try:
        text = json.dumps({"format": FORMAT, "version": VERSION, "parts": states}, default=_plain)
    except TypeError as error:
        raise TypeError(
            f"save writes numbers, text, lists and dicts, not what a state holds: {error}"
        ) from None
    files.write(path, text + "\n")


def load(
    path: str | os.PathLike[str], *, progress: bool = True, **parts: Stateful | np.random.Generator
) -> None:
    """Give each part the state saved under its name; or raise a StateError and change nothing.

    When it takes more than two seconds, `progress` shows a bar.

    >>> from tempfile import mkdtemp
    >>> from nn import MLP
    >>> path = mkdtemp() + "/model.json"
    >>> save(path, model=MLP(2, [3, 1], seed=0))
    >>> model = MLP(2, [3, 1], seed=1)
    >>> load(path, model=model)
    >>> model([1.0, 2.0]).data == MLP(2, [3, 1], seed=0)([1.0, 2.0]).data
    True
    """
    _check_parts("load", parts)
    saved = _read(path)
    with Bar(sum(map(_work, saved.values())), "steps", progress, delay=DELAY) as bar, watching(bar):
        bar.advance(f"loading {os.path.basename(path)!s}", 0)
        prepared = [_prepared(path, name, part, saved) for name, part in parts.items()]
        for take_over in prepared:
            take_over()


def _prepared(path: Any, name: str, part: Stateful | np.random.Generator, saved: Any) -> Callable[[], None]:
    if name not in saved:
        raise StateError(f"{path} has no {name!r}; it has {', '.join(map(repr, saved)) or 'nothing'}")
    try:
        return _prepare(part, saved[name])
    except StateError as error:
        raise StateError(f"{path}, {name!r}: {error}") from None
    except RecursionError:
        raise StateError(f"{path}, {name!r}: it is nested too deeply, and damaged") from None


def _work(saved: Any) -> int:
    """By how much a bar advances while a part is loaded: a model finds, checks and sets each number."""
    if not isinstance(saved, dict):
        return 0
    return len(saved["state"]) if isinstance(saved.get("state"), list) else 3 * len(saved)


def _read(path: str | os.PathLike[str]) -> dict[str, Any]:
    try:
        content = json.loads(files.read(path).decode("utf-8"), object_pairs_hook=_without_repetition)
    except RecursionError:
        raise StateError(f"{path} is not a file that nn.save wrote: it is nested too deeply") from None
    except ValueError as error:  # also what UnicodeDecodeError and JSONDecodeError are
        raise StateError(f"{path} is cut off, or not a file that nn.save wrote: {error}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise StateError(f"{path} is not a file that nn.save wrote: it does not say format {FORMAT!r}")
    if content.get("version") != VERSION:
        raise StateError(
            f"{path} is of version {content.get('version')!r}; this seegrad reads version {VERSION}: "
            "load it with the seegrad that wrote it"
        )
    if not isinstance(content.get("parts"), dict):
        raise StateError(f"{path} has no parts; it was not written by nn.save")
    parts: dict[str, Any] = content["parts"]
    return parts


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The dict of these names and entries; a ValueError where a name stands twice."""
    entries = dict(pairs)
    if len(entries) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in entries if names.count(name) > 1)
        raise ValueError(f"{twice!r:.80} stands twice in it")
    return entries


def _plain(entry: Any) -> Any:
    """A numpy number, as it may come as an option of an optimiser, as Python's."""
    if isinstance(entry, np.generic):
        return entry.item()
    raise TypeError(f"{entry!r:.60} is a {type(entry).__name__}")


def _check_parts(where: str, parts: dict[str, Any]) -> None:
    if not parts:
        raise TypeError(f"{where} takes a path and named parts, as {where}(path, model=model); got no part")
    for name, part in parts.items():
        if isinstance(part, type) or not (
            isinstance(part, np.random.Generator)
            or (hasattr(part, "state_dict") and hasattr(part, "prepare_state"))
        ):
            raise TypeError(
                f"{where} takes modules, optimisers, histories and random generators, got {name}={part!r:.60}"
            )


def _state(part: Stateful | np.random.Generator) -> dict[str, Any]:
    return state_of(part) if isinstance(part, np.random.Generator) else part.state_dict()


def _prepare(part: Stateful | np.random.Generator, saved: Any) -> Callable[[], None]:
    if not isinstance(part, np.random.Generator):
        return part.prepare_state(saved)
    source, state = part, saved_state(part, saved)

    def take_over() -> None:
        source.bit_generator.state = state

    return take_over
