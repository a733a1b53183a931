"""Draws an expression's graph with the right numbers, and the student's own beside those that part.

Where a gradient is wrong, the arrows that lead to its box say what comes back along each: the picture shows
what the right number is made of. Nothing here knows of stages or mistakes.
"""

from __future__ import annotations

import math
import re
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


class Picture(NamedTuple):
    """SVG in variables of CSS, and what the gradient in question is made of, in a sentence."""

    svg: str
    sentence: str


@cache
def picture(text: str, numbers: tuple[Number, ...], wrong: str) -> Picture | None:
    """The graph of the statements in `text`, with `wrong`, one of the names, made to stand out.

    None where nothing can be drawn: a large graph, an expression that fails, Graphviz missing.
    """
    try:
        values, roots = _run(text)
        wanted = values.get(wrong.partition(".")[0])
        root = next((root for root in reversed(roots) if wanted in topological_order(root)), None)
        if wanted is None or root is None or len(topological_order(root)) > _LARGEST:
            return None
        view = draw(root, names=False, collapse="none").view._replace(captions=())
        keys = {id(value): f"n{at}" for at, value in enumerate(topological_order(root))}
        boxes = {name: keys[id(value)] for name, value in values.items() if id(value) in keys}
        sentence = ""
        if wrong.endswith(".grad"):
            view, sentence = _with_sum(view, boxes[wrong.partition(".")[0]], values, numbers, wrong)
        for one in numbers:
            name, _, what = one.name.partition(".")
            if one.differs and name in boxes:
                view = _with_theirs(view, boxes[name], what, one.theirs)
        return Picture(_outlined(svg_with_variables(view, "LR"), keys[id(wanted)]), sentence)
    except (DrawingError, ArithmeticError, ValueError):
        return None


def _run(text: str) -> tuple[dict[str, Value], list[Value]]:
    """The Values that the statements name, and those from which backward starts, else the last one."""
    names: dict[str, Any] = {"Value": Value, "roots": []}
    noted = _BACKWARD.sub(r"(roots.append(\1), roots[-1].backward())", text)
    exec(compile(noted.replace("; ", "\n"), "<expression>", "exec"), names)
    values = {name: value for name, value in names.items() if isinstance(value, Value)}
    for name, value in values.items():
        value.label = value.label or name
    return values, names["roots"] or list(values.values())[-1:]


def _with_sum(
    view: View, key: str, values: dict[str, Value], numbers: tuple[Number, ...], wrong: str
) -> tuple[View, str]:
    """The arrows that lead to a box with what comes back along each, where that adds up to its gradient."""
    grads = {box.key: box.gradient for box in view.boxes}
    terms = {
        arrow.key: f"{number(arrow.edges[0].partial)} × {number(grads[arrow.target])} = {number(arrow.flow)}"
        for arrow in view.arrows
        if arrow.source == key and arrow.flow is not None and arrow.edges[0].partial is not None
    }
    right = next(one for one in numbers if one.name == wrong)
    flows = [arrow.flow for arrow in view.arrows if arrow.key in terms]
    if not terms or not math.isclose(math.fsum(flows), right.right, rel_tol=1e-9, abs_tol=1e-12):
        return view, ""
    arrows = [arrow._replace(label=terms.get(arrow.key, arrow.label)) for arrow in view.arrows]
    listed = " and ".join(terms.values())
    together = f", together {number(right.right)}" if len(terms) > 1 else ""
    name = wrong.partition(".")[0]
    return view._replace(arrows=tuple(arrows)), f"Back to {name} comes {listed}{together}."


def _with_theirs(view: View, key: str, what: str, theirs: str) -> View:
    """The student's number below the right one, in the box at `key`."""
    role = {"data": "data", "grad": "gradient"}[what]
    line_of_theirs = (Span(f"! yours {theirs}", "text"),)
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
