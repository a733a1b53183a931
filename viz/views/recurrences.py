"""Recurrences: the calls of one module that each read the call before, as the steps of a recurrent net."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from viz.views.graphs import Step
from viz.views.grouping import Owner

Found = Sequence[tuple[Hashable, tuple[int, ...]]]
"""Boxes in topological order, each with its owner and its nodes."""


def steps(consumers: Sequence[Sequence[int]], found: Found) -> list[Step | None]:
    """Which step of a recurrence each box is; None for those that are none.

    There are none where the steps of a recurrence, taken together, would be in a circle with other boxes:
    where what one step gives reaches the next one through them.
    """
    calls: dict[str, list[int]] = {}
    for at, (owner, _) in enumerate(found):
        if isinstance(owner, Owner) and owner.rule == "module" and owner.what:
            calls.setdefault(owner.path, []).append(at)
    box = {member: at for at, (_, members) in enumerate(found) for member in members}
    users = [{box[user] for member in members for user in consumers[member]} for _, members in found]
    chains = [chain for chain in calls.values() if _is_recurrent(chain, found, users)]
    if not chains or _has_circle(chains, users):
        return [None] * len(found)
    step: list[Step | None] = [None] * len(found)
    for chain in chains:
        for number, at in enumerate(chain, 1):
            owner = found[at][0]
            assert isinstance(owner, Owner)
            step[at] = Step(owner.path, number)
    return step


def _is_recurrent(chain: Sequence[int], found: Found, users: Sequence[set[int]]) -> bool:
    """Whether these boxes are one for each call, and each reads the one before."""
    owners = {found[at][0] for at in chain}
    return len(owners) == len(chain) > 1 and all(after in users[before] for before, after in pairwise(chain))


def _has_circle(chains: Sequence[Sequence[int]], users: Sequence[set[int]]) -> bool:
    """Whether boxes are in a circle when those of each chain are taken for one."""
    whole = list(range(len(users)))
    for chain in chains:
        for at in chain:
            whole[at] = chain[0]
    after: dict[int, set[int]] = {at: set() for at in whole}
    for at, using in enumerate(users):
        after[whole[at]] |= {whole[user] for user in using} - {whole[at]}
    try:
        TopologicalSorter(after).prepare()
    except CycleError:
        return True
    return False
