"""Parting: boxes that do not use one another in a circle, made of any way to share nodes among owners.

Boxes are taken one after the other, as soon as all that they use has been taken. Where none can be taken
whole, the owners are in a circle: one of them is then drawn as two boxes, what can be taken and the rest.
Nothing here knows what an owner is.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from heapq import heappop, heappush
from typing import TypeVar

Part = TypeVar("Part")


class _Waiting:
    """What is still to be taken: of each owner, how many nodes, and which of them could be taken now."""

    def __init__(self, consumers: Sequence[Sequence[int]], owners: Sequence[Hashable]) -> None:
        self.consumers, self.owners = consumers, owners
        self.waits = [0] * len(owners)
        self.left: dict[Hashable, int] = dict.fromkeys(owners, 0)
        self.last: dict[Hashable, int] = {owner: at for at, owner in enumerate(owners)}
        self.free: dict[Hashable, list[int]] = {}
        self.whole: list[int] = []
        for owner in owners:
            self.left[owner] += 1
        for users in consumers:
            for user in users:
                self.waits[user] += 1
        self._release([at for at, many in enumerate(self.waits) if not many])

    def take(self, owner: Hashable) -> list[int]:
        """The nodes of an owner that wait for nothing outside it, in order."""
        taken = self.free.pop(owner)
        self.left[owner] -= len(taken)
        freed = []
        for position in taken:
            for user in self.consumers[position]:
                if self.owners[user] != owner:
                    self.waits[user] -= 1
                    if not self.waits[user]:
                        freed.append(user)
        self._release(freed)
        return sorted(taken)

    def _release(self, positions: list[int]) -> None:
        """Note the nodes that wait for nothing any more, and those of the same owner that they set free."""
        while positions:
            position = positions.pop()
            owner = self.owners[position]
            free = self.free.setdefault(owner, [])
            free.append(position)
            if len(free) == self.left[owner]:
                heappush(self.whole, self.last[owner])
            for user in self.consumers[position]:
                if self.owners[user] == owner:
                    self.waits[user] -= 1
                    if not self.waits[user]:
                        positions.append(user)


def stretches(ordered: Sequence[Part], many: int) -> list[Sequence[Part]]:
    """What is in topological order as so many stretches of it, about equally long, or fewer.

    No two of them use one another. This suits any graph, and says nothing of it.

    >>> stretches("abcdefg", 3)
    ['abc', 'def', 'g']
    """
    size = -(-len(ordered) // many)
    return [ordered[at : at + size] for at in range(0, len(ordered), size or 1)]


def parts(
    consumers: Sequence[Sequence[int]], owners: Sequence[Hashable], firm: Collection[Hashable] = ()
) -> list[tuple[Hashable, tuple[int, ...]]]:
    """The boxes in topological order, each with its owner and its nodes.

    `consumers` are, per node, the nodes that use it, each once; `owners` says, per node, with which others
    it shares a box. An owner has several boxes where one would close a circle; those in `firm` only where
    no other can be parted.
    """
    waiting = _Waiting(consumers, owners)
    found: list[tuple[Hashable, tuple[int, ...]]] = []
    while waiting.free:
        if waiting.whole:
            owner = owners[heappop(waiting.whole)]
        else:
            owner = min(
                waiting.free,
                key=lambda owner: (owner in firm, -len(waiting.free[owner]), waiting.last[owner]),
            )
        found.append((owner, tuple(waiting.take(owner))))
    return found
