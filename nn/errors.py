"""The exceptions of `nn`, each a subclass of the built-in that a user would expect, and its warning."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class InputError(ValueError):
    """A module was given something that it cannot map. Says in which module, by its path.

    The module that refuses knows only itself; each module around it adds one step of the path on the
    way out, so the message that a user reads names `layers.1`.
    """

    def __init__(self, module: Any, message: str) -> None:
        super().__init__(message)
        self.module, self.message = module, message
        self.path: tuple[str, ...] = ()

    def found_in(self, outer: Any) -> None:
        """Note that `outer` contains the module where the error is."""
        if outer is self.module:
            return
        for name, child in outer.named_children():
            if child is self.module:
                self.path = (name, *self.path)
                self.module = outer

    def __str__(self) -> str:
        return f"{'.'.join(self.path)}: {self.message}" if self.path else self.message


@contextmanager
def naming(module: Any) -> Iterator[None]:
    """A block in which `module` runs what is inside it: an InputError from there gets a step of its path."""
    try:
        yield
    except InputError as error:
        error.found_in(module)
        raise


class StateError(ValueError):
    """A saved state does not fit: the file is cut off, of another version, or of another shape."""


class TrainingWarning(UserWarning):
    """A step that is certain to do something other than what was meant."""
