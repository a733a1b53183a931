"""Files: the states of a model, an optimiser, a history, a random generator, together in one.

A file is JSON: numbers under names, written so that they read back bit for bit. It holds data only;
loading one runs no code. Saving writes a temporary file beside the path and then renames it, so that a
failure midway leaves the earlier file as it was. Loading checks everything before it changes anything.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from nn.errors import StateError
from nn.randomness import restored, state_of

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

    >>> from nn import MLP, SGD, load
    >>> model = MLP(2, [3, 1], seed=0)
    >>> optimizer = SGD(model.parameters(), lr=0.1)
    >>> path = tempfile.mkdtemp() + "/run.json"
    >>> save(path, model=model, optimizer=optimizer)
    >>> load(path, model=model, optimizer=optimizer)
    """
    text = json.dumps(
        {"format": FORMAT, "version": VERSION, "parts": {name: _state(part) for name, part in parts.items()}}
    )
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"cannot save {str(path)!r}: there is no folder {str(path.parent)!r}; make it first"
        )
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(path))
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def load(path: str | os.PathLike[str], **parts: Stateful | np.random.Generator) -> None:
    """Give each part the state saved under its name; or raise a StateError and change nothing.

    >>> from nn import MLP
    >>> path = tempfile.mkdtemp() + "/model.json"
    >>> save(path, model=MLP(2, [3, 1], seed=0))
    >>> model = MLP(2, [3, 1], seed=1)
    >>> load(path, model=model)
    >>> model([1.0, 2.0]).data == MLP(2, [3, 1], seed=0)([1.0, 2.0]).data
    True
    """
    saved = _read(path)
    steps = []
    for name, part in parts.items():
        if name not in saved:
            raise StateError(f"{path} has no {name!r}; it has {', '.join(map(repr, saved)) or 'nothing'}")
        try:
            steps.append(_prepare(part, saved[name]))
        except StateError as error:
            raise StateError(f"{path}, {name!r}: {error}") from None
    for step in steps:
        step()


def _read(path: str | os.PathLike[str]) -> dict[str, Any]:
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
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


def _state(part: Stateful | np.random.Generator) -> dict[str, Any]:
    return state_of(part) if isinstance(part, np.random.Generator) else part.state_dict()


def _prepare(part: Stateful | np.random.Generator, saved: Any) -> Callable[[], None]:
    if not isinstance(part, np.random.Generator):
        return part.prepare_state(saved)
    source, other = part, restored(part, saved)

    def take_over() -> None:
        source.bit_generator.state = other.bit_generator.state

    return take_over


def _mode(path: Path) -> int:
    """The permissions of the file that is there; else those that a new file gets."""
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
