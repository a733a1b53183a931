"""Stages: the array operations of a program in fewer boxes, each of operations that follow one another.

Where the modules of the parameters are known, a stage leads up to the last operation in a row that reads
parameters of one module. What stands together in topological order closes no circle. Nothing here knows of
the compiler.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from viz.views.boxes import Arrow, Box, View
from viz.views.legibility import Layout, Measure, Size, first_legible, seen_best
from viz.views.levels import Inside, Level, outwards
from viz.views.opening import OUTSIDE
from viz.views.parting import stretches
from viz.views.text import Line, Span, count


class Operations(NamedTuple):
    """Array operations and what they read: a box for each, in topological order."""

    view: View
    around: Mapping[str, tuple[str, ...]]
    """For each operation that reads parameters, by key: the modules around them all, outermost first."""


class Stage(NamedTuple):
    """What is drawn as one box: keys of operations, and of leaves that these alone read, in order."""

    keys: tuple[str, ...]
    module: str = ""


def ways(operations: Operations) -> Iterator[list[Stage]]:
    """The ways to draw a program, from fine to coarse: in full, by modules, in a few pieces."""
    view, around = operations
    names = [box.key for box in view.boxes if box.kind == "operation"]
    yield [Stage((box.key,)) for box in view.boxes]
    for depth in range(max(map(len, around.values()), default=0), 0, -1):
        pieces = _by_module(names, around, depth)
        if len(pieces) > 1:
            yield _stages(view, pieces)
    for many in (12, 6, 3):
        yield _stages(view, [Stage(tuple(piece)) for piece in stretches(names, many)])


def in_stages(operations: Operations, stages: Sequence[Stage]) -> View:
    """The view with a box for each stage; of several arrows between two boxes, one is drawn."""
    view = operations.view
    keys = {member: stage.keys[-1] for stage in stages for member in stage.keys}
    between: dict[tuple[str, str], list[Arrow]] = {}
    for arrow in view.arrows:
        between.setdefault((keys[arrow.source], keys[arrow.target]), []).append(arrow)
    leaving = {arrow.source for arrow in view.arrows if keys[arrow.source] != keys[arrow.target]}
    places = {box.key: at for at, box in enumerate(view.boxes)}
    boxes = [
        _folded(view, stage, [places[key] for key in stage.keys], leaving)
        if len(stage.keys) > 1
        else view.boxes[places[stage.keys[0]]]
        for stage in stages
    ]
    folded = {box.key for box in boxes if box.kind == "folded"}
    arrows: list[Arrow] = []
    for (source, target), together in between.items():
        if folded.isdisjoint((source, target)):
            arrows += together
        elif source != target:
            arrows.append(_bundle(source, target, together))
    return view._replace(boxes=tuple(boxes), arrows=tuple(arrows), captions=_captions(view, boxes))


def levels_of_program(first: Level, measure: Measure, fit: Size) -> Iterator[Level]:
    """The level that is seen first, and those to which its boxes open, down to single operations."""
    return outwards(first, _inside, lambda operations: _opened(operations, measure, fit))


def legible_stages(operations: Operations, measure: Measure, fit: Size) -> list[Stage]:
    """The finest of the ways to draw a program that can be read."""
    return first_legible(ways(operations), lambda stages: in_stages(operations, stages), measure, fit)[0]


def _inside(level: Level) -> Iterator[tuple[Box, Inside]]:
    """What lies in each box that opens; no two have the same in them."""
    for box in level.view.boxes:
        if box.kind == "folded":
            inner = inside(level.content, box.members)
            yield box, Inside(inner, tuple(one.key for one in inner.view.boxes), [], [])


def _opened(operations: Operations, measure: Measure, fit: Size) -> tuple[View, Layout]:
    """What is seen of a box when it is opened."""

    def view(stages: Sequence[Stage]) -> View:
        return in_stages(operations, stages)._replace(captions=())

    return seen_best(ways(operations), view, measure, fit)


def inside(operations: Operations, members: Sequence[int]) -> Operations:
    """The operations at these places among the boxes; arrays that enter stand in it as leaves."""
    view = operations.view
    held = {view.boxes[at].key for at in members}
    arrows = tuple(arrow for arrow in view.arrows if arrow.target in held)
    leaving = {arrow.source for arrow in view.arrows if arrow.target not in held}
    entering = {arrow.source for arrow in arrows}
    boxes = [
        box._replace(is_root=box.is_root or box.key in leaving) if box.key in held else _outside(box)
        for box in view.boxes
        if box.key in held | entering
    ]
    around = {key: modules for key, modules in operations.around.items() if key in held}
    return Operations(view._replace(boxes=tuple(boxes), arrows=arrows), around)


def _by_module(names: Sequence[str], around: Mapping[str, tuple[str, ...]], depth: int) -> list[Stage]:
    """Operations up to the last in a row that reads parameters of one module, told apart to this depth."""
    pieces: list[Stage] = []
    since: tuple[str, ...] = ()
    for name in names:
        since += (name,)
        if name in around:
            module = "".join(around[name][:depth][-1:])
            before = pieces.pop().keys if pieces and pieces[-1].module == module else ()
            pieces.append(Stage(before + since, module))
            since = ()
    return pieces + ([Stage(since)] if since else [])


def _stages(view: View, pieces: Sequence[Stage]) -> list[Stage]:
    """The pieces with the leaves that they alone read, arguments excepted; all others as they are.

    A piece of one operation keeps its leaves outside.
    """
    owner = {name: at for at, piece in enumerate(pieces) for name in piece.keys}
    users: dict[str, set[int]] = {}
    for arrow in view.arrows:
        users.setdefault(arrow.source, set()).add(owner[arrow.target])
    keys: list[list[str]] = [[] for _ in pieces]
    alone: list[Stage] = []
    for box in view.boxes:
        using = users.get(box.key, set())
        if box.key in owner:
            keys[owner[box.key]].append(box.key)
        elif box.kind in ("parameter", "constant") and not box.is_root and len(using) == 1:
            at = min(using)
            alone += [Stage((box.key,))] if len(pieces[at].keys) == 1 else []
            keys[at] += [box.key] if len(pieces[at].keys) > 1 else []
        else:
            alone.append(Stage((box.key,)))
    place = {box.key: at for at, box in enumerate(view.boxes)}
    stages = [piece._replace(keys=tuple(inner)) for piece, inner in zip(pieces, keys)]
    return sorted(alone + stages, key=lambda stage: place[stage.keys[-1]])


def _folded(view: View, stage: Stage, members: Sequence[int], leaving: set[str]) -> Box:
    boxes = [view.boxes[at] for at in members]
    names = [box.key for box in boxes if box.kind == "operation"]
    out = [box for box in boxes if box.key in leaving or box.is_root]
    title = f"{names[0]} to {names[-1]}"
    many = f"{count(len(names))} array operations"
    shape: Line = out[0].lines[1] if len(out) == 1 else (Span(f"{count(len(out))} arrays", "data"),)
    why = f"\nup to the last that reads parameters of {stage.module}" if stage.module else ""
    lines = (
        (Span(f"{stage.module}: {title}" if stage.module else title, "name"),),
        (Span(many, "muted"),),
        (Span("out ", "muted"), *shape),
    )
    is_root = any(box.is_root for box in boxes)
    return Box(stage.keys[-1], "folded", is_root, lines, f"{title}: {many}{why}", None, tuple(members))


def _bundle(source: str, target: str, together: Sequence[Arrow]) -> Arrow:
    """One arrow for several, with what they say in its tooltip."""
    first, tooltips = together[0], dict.fromkeys(arrow.tooltip for arrow in together)
    label = first.label if len(together) == 1 else ""
    return Arrow(first.key, source, target, label, "\n".join(tooltips), None, ())


def _outside(box: Box) -> Box:
    """A leaf in place of an operation elsewhere, with its name and its shape; other leaves as they are."""
    if box.kind != "operation":
        return box._replace(is_root=False)
    return box._replace(kind=OUTSIDE, is_root=False, lines=((Span(box.key, "name"),), box.lines[1]))


def _captions(view: View, boxes: Sequence[Box]) -> tuple[str, ...]:
    """What was folded, and how to see it all, after what is said of the program."""
    if len(boxes) == len(view.boxes):
        return view.captions
    many = count(sum(box.kind == "operation" for box in view.boxes))
    return (
        *view.captions,
        f"{many} array operations folded into {count(len(boxes))} boxes; "
        "collapse='none' draws them all, fit=(1920, 1080) suits a larger window",
    )
