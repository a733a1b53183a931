"""What `_prev` gives: a set, as in micrograd, that goes through its members in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NoReturn


class Children(set[Any]):
    """The Values that a Value was made from, each once, in order. To change them, assign `_prev`.

    >>> Children("bab"), Children("bab") == {"a", "b"}, Children("bab")[0]
    ({'b', 'a'}, True, 'b')
    """

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self.order = tuple(dict.fromkeys(values))
        super().__init__(self.order)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.order)

    def __getitem__(self, at: int) -> Any:
        return self.order[at]

    def __repr__(self) -> str:
        return f"{{{', '.join(map(repr, self.order))}}}" if self.order else "set()"

    def _refuse(self, *_: Any) -> NoReturn:
        raise TypeError("the children of a Value are changed by assigning: v._prev = {a, b}")

    add = discard = remove = pop = clear = update = _refuse
    difference_update = intersection_update = symmetric_difference_update = _refuse
    __ior__ = __iand__ = __isub__ = __ixor__ = _refuse
