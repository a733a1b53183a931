"""Where randomness comes from: an argument, never a global.

`seed=` takes None (fresh entropy), an int, or a numpy Generator, which is used as it is. The state of a
Generator is data, so that a run can be saved and resumed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.errors import StateError

Seed = int | np.random.Generator | None


def generator(seed: Seed) -> np.random.Generator:
    """The numpy Generator that `seed` names; a Generator is returned as it is.

    >>> float(generator(0).random()) == float(generator(0).random())
    True
    """
    if isinstance(seed, bool) or not (
        seed is None or isinstance(seed, (int, np.integer, np.random.Generator))
    ):
        raise TypeError(f"seed takes None, an int or a numpy Generator, got {seed!r}")
    if isinstance(seed, (int, np.integer)) and seed < 0:
        raise ValueError(f"seed takes an int of at least 0, got {seed}")
    return np.random.default_rng(seed)


def state_of(source: np.random.Generator) -> dict[str, Any]:
    """The state of a Generator as plain data: names, whole numbers and lists of them."""
    plain: dict[str, Any] = _plain(source.bit_generator.state)
    return plain


def saved_state(source: np.random.Generator, state: Any) -> Any:
    """A saved state, as the bit generator of `source` takes it; StateError where it is none of its kind."""
    kind = type(source.bit_generator).__name__
    saved = state.get("bit_generator") if isinstance(state, dict) else None
    if saved != kind:
        raise StateError(
            f"the saved random state is of {saved!r}, this generator is a {kind}; use the same kind"
        )
    copy = type(source.bit_generator)(0)
    try:
        copy.state = state
    except (LookupError, TypeError, ValueError, ArithmeticError) as error:
        raise StateError(f"the saved random state is damaged: {error!r:.200}") from None
    if state_of(np.random.Generator(copy)) != _plain(state) or not _within(copy):
        raise StateError("the saved random state is damaged: it has numbers that no generator has")
    return copy.state


def check_generator_state(state: Any) -> None:
    """A StateError unless this is the state of a generator, of whichever kind."""
    kind = getattr(np.random, str(state.get("bit_generator")), None) if isinstance(state, dict) else None
    if not (isinstance(kind, type) and issubclass(kind, np.random.BitGenerator)):
        raise StateError(f"a random state says which numpy bit_generator it is of, got {state!r:.60}")
    saved_state(np.random.Generator(kind(0)), state)


def _within(source: Any) -> bool:
    """Whether a position lies in its buffer: numpy does not look, and would read whatever lies there."""
    state = source.state
    inner = state["state"]
    if "pos" in inner:
        return bool(0 <= inner["pos"] <= len(inner["key"]))
    return bool(0 <= state.get("buffer_pos", 0) <= len(state.get("buffer", ())))


def _plain(state: Any) -> Any:
    if isinstance(state, dict):
        return {name: _plain(entry) for name, entry in state.items()}
    if isinstance(state, np.ndarray):
        return state.tolist()
    return state.item() if isinstance(state, np.generic) else state
