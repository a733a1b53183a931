"""Names from the caller's variables, by identity alone: never wrong, at worst absent."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any, NamedTuple

from autograd import Value


class Names(NamedTuple):
    """What a caller's variables hold: names of Values by identity; modules with their names, in order."""

    values: dict[int, str]
    modules: list[tuple[str, Any]]


def names_in(frame: FrameType | None) -> Names:
    """The Values and modules that a frame's variables hold; without a frame, none.

    Locals first, then globals; the first name in order wins; names beginning with `_` are skipped.
    """
    names = Names({}, [])
    module = getattr(sys.modules.get("nn"), "Module", ())  # who holds one has imported nn
    for scope in (frame.f_locals, frame.f_globals) if frame else ():
        for name, held in list(scope.items()):
            if name.startswith("_") or not name.isidentifier():  # ".0" of a comprehension, "@py_assert1"
                continue
            if isinstance(held, Value):
                names.values.setdefault(id(held), name)
            elif isinstance(held, module) and all(held is not known for _, known in names.modules):
                names.modules.append((name, held))
    return names
