"""Names from the caller's variables, by identity alone: never wrong, at worst absent."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any, NamedTuple

from autograd import Value


class Names(NamedTuple):
    """The Values that variables hold, as names by identity; and the modules, in order."""

    values: dict[int, str]
    modules: list[tuple[str, Any]]


def variables(frame: FrameType | None) -> Names:
    """The Values and modules that a frame's variables hold.

    Locals first, then globals; the first name in order wins; names beginning with `_` are skipped.
    """
    names = Names({}, [])
    if frame is None:
        return names
    module = getattr(sys.modules.get("nn"), "Module", ())  # who holds one has imported nn
    for scope in (frame.f_locals, frame.f_globals):
        for name, held in list(scope.items()):
            if name.startswith("_"):
                continue
            if isinstance(held, Value):
                names.values.setdefault(id(held), name)
            elif isinstance(held, module) and all(held is not known for _, known in names.modules):
                names.modules.append((name, held))
    return names
