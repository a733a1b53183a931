"""The scope in which JAX has numbers of 64 bits. A program's arrays are of its own type in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import jax

Method = TypeVar("Method", bound=Callable[..., Any])


def in_64_bits(method: Method) -> Method:
    """The method, in this scope: threads do not inherit it, so each that is called from outside sets it."""

    @wraps(method)
    def scoped(*given: Any) -> Any:
        with jax.enable_x64(True):
            return method(*given)

    return scoped  # type: ignore[return-value]
