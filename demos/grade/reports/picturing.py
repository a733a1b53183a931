"""Draws an expression's graph with the right numbers, and the student's own beside those that part.

Where a gradient is wrong, the arrows that lead to its box say what comes back along each: the picture shows
what the right number is made of. Nothing here knows of stages or mistakes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple
from xml.etree import ElementTree

from autograd import Value, topological_order
from viz import DrawingError, draw
from viz.formats.variables import svg_with_variables
from viz.views.boxes import View
from viz.views.text import Span, number

_LARGEST = 40  # Values in a picture
_BACKWARD = re.compile(r"(\w+|\([^()]*\))\.backward\(\)")


class Number(NamedTuple):
    """A number that the expression shows, as "a.grad": the student's as text, and the right one."""

    name: str
    theirs: str
    right: float
    differs: bool

    @property
    def of(self) -> str:
        """What the number is of: "a"."""
        return self.name.partition(".")[0]

    @property
    def what(self) -> str:
        """Which of its numbers: "grad"."""
        return self.name.partition(".")[2]


class Picture(NamedTuple):
    """SVG in variables of CSS, and what the gradient in question is made of, in a sentence."""

    svg: str
    sentence: str


@cache
def picture(text: str, numbers: tuple[Number, ...]) -> Picture | None:
    """The graph of the statements in `text`, with the box where the numbers first part made to stand out.

    None where nothing can be drawn: no number differs, a large graph, an expression that fails, no Graphviz.
    """
    try:
        values, roots = _run(text)
        different = [one for one in numbers if one.differs and one.of in values]
        orders = [topological_order(root) for root in reversed(roots)]
        order = next((order for order in orders if any(values[one.of] in order for one in different)), ())
        if not 0 < len(order) <= _LARGEST:
            return None
        keys = {id(value): f"n{at}" for at, value in enumerate(order)}
        boxes = {name: keys[id(value)] for name, value in values.items() if id(value) in keys}
        different = [one for one in different if one.of in boxes]
        first = _first(different, values, order[-1])
        view = draw(order[-1], names=False, collapse="none").view._replace(captions=())
        view, sentence = _with_sum(view, boxes[first.of], first)
        for one in different:
            view = _with_theirs(view, boxes[one.of], one)
        return Picture(_outlined(svg_with_variables(view, "LR"), boxes[first.of]), sentence)
    except (DrawingError, ArithmeticError, ValueError):
        return None


def _first(different: Sequence[Number], values: dict[str, Value], root: Value) -> Number:
    """Where the first of these numbers parts: data on the way forward, a gradient on the way back.

    A gradient of 0 in between is passed over, since it may never have been kept there.
    """
    shown, order = different[0], {one.of: topological_order(values[one.of]) for one in different}
    data = [one for one in different if one.what == "data" and values[one.of] in order[shown.of]]
    if data:
        return min(data, key=lambda one: len(order[one.of]))
    above = [
        one
        for one in different
        if values[shown.of] in order[one.of]
        and (one is shown or one.theirs not in ("0", "None") or values[one.of] is root)
    ]
    return max(above, key=lambda one: len(order[one.of]))


def _run(text: str) -> tuple[dict[str, Value], list[Value]]:
    """The Values that the statements name, and those from which backward starts, else the last one."""
    names: dict[str, Any] = {"Value": Value, "roots": []}
    noted = _BACKWARD.sub(r"(roots.append(\1), roots[-1].backward())", text)
    exec(compile(noted.replace("; ", "\n"), "<expression>", "exec"), names)
    values = {name: value for name, value in names.items() if isinstance(value, Value)}
    for name, value in values.items():
        value.label = value.label or name
    return values, names["roots"] or list(values.values())[-1:]


def _with_sum(view: View, key: str, first: Number) -> tuple[View, str]:
    """The arrows that lead to a box with what comes back along each, where that adds up to its gradient."""
    if first.what != "grad":
        return view, ""
    if next(box for box in view.boxes if box.key == key).is_root:
        return view, f"The gradient of {first.of}, where backward begins, is {number(first.right)}."
    grads = {box.key: box.gradient for box in view.boxes}
    terms = {
        arrow.key: _product(arrow.edges[0].partial, grads[arrow.target], arrow.flow)
        for arrow in view.arrows
        if arrow.source == key and arrow.flow is not None and arrow.edges[0].partial is not None
    }
    flows = [arrow.flow for arrow in view.arrows if arrow.key in terms]
    if not terms or not math.isclose(math.fsum(flows), first.right, rel_tol=1e-9, abs_tol=1e-12):
        return view, ""
    arrows = [arrow._replace(label=terms.get(arrow.key, arrow.label)) for arrow in view.arrows]
    listed = " and ".join(terms.values())
    together = f", together {number(first.right)}" if len(terms) > 1 else ""
    return view._replace(arrows=tuple(arrows)), f"Back to {first.of} comes {listed}{together}."


def _product(*numbers: float) -> str:
    """x × y = z; a negative factor in brackets, as its minus looks like a dash of the arrow."""
    x, y = (f"({number(factor)})" if factor < 0 else number(factor) for factor in numbers[:2])
    return f"{x} × {y} = {number(numbers[2])}"


def _with_theirs(view: View, key: str, theirs: Number) -> View:
    """The student's number below the right one, in the box at `key`."""
    role = {"data": "data", "grad": "gradient"}[theirs.what]
    line_of_theirs = (Span(f"! yours {theirs.theirs}", "text"),)
    boxes = []
    for box in view.boxes:
        if box.key == key:
            lines = [
                [line, line_of_theirs] if any(span.role == role for span in line) else [line]
                for line in box.lines
            ]
            box = box._replace(lines=tuple(line for pair in lines for line in pair))
        boxes.append(box)
    return view._replace(boxes=tuple(boxes))


def _outlined(svg: str, key: str) -> str:
    """The SVG with a thick line around one box, and without the legend, which the page has in words."""
    root = ElementTree.fromstring(svg)
    for group in root.findall("g"):
        if group.get("class") == "legend":
            height = group.get("transform", "").rstrip(")").split()[-1]
            root.attrib |= {"height": height, "viewBox": f"0 0 {root.get('width')} {height}"}
            root.remove(group)
    for group in root.iter("g"):
        if group.get("id") == key:
            for shape in group:
                if shape.get("stroke"):
                    shape.attrib |= {"stroke": "var(--alarm)", "stroke-width": "3.5"}
    return ElementTree.tostring(root, encoding="unicode")
