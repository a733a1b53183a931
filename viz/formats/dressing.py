"""What Graphviz cannot draw, added to its SVG: colours within labels, tooltips, a legend, a description.

Graphviz gives a label one colour; here each span of a line (name, data, gradient) gets its own. The SVG
refers to nothing outside itself: no links, no scripts, no style sheet that could leak into a page.
"""

from __future__ import annotations

from xml.etree import ElementTree

from viz.formats.curves import beside
from viz.formats.legend import legend
from viz.formats.plain_text import view_tree
from viz.formats.svg import root_attributes
from viz.formats.themes import Theme
from viz.views.boxes import Arrow, Box, View
from viz.views.text import Line, plain

Element = ElementTree.Element


def dress(svg: str, view: View, theme: Theme) -> str:
    """The SVG that Graphviz drew of a view, with what Graphviz cannot draw."""
    svg = svg[svg.index("<svg") :].replace(' xmlns="http://www.w3.org/2000/svg"', "", 1)
    root = ElementTree.fromstring(svg)
    page = root[0]
    boxes = {box.key: box for box in view.boxes}
    arrows = {arrow.key: arrow for arrow in view.arrows}
    for group in page.findall("g"):
        _unwrap(group)
        key = group.get("id", "")
        if key in boxes:
            _dress_box(group, boxes[key], theme)
        elif key in arrows:
            _dress_arrow(group, arrows[key], theme)
        if view.path and key in {**boxes, **arrows} and key not in view.path:
            group.set("opacity", "0.28")
    width, height = (float(root.get(side, "0").removesuffix("pt")) for side in ("width", "height"))
    width, height = _add_legend(root, view, theme, width, height)
    for text in root.iter("text"):
        text.attrib.pop("font-family", None)
    root.attrib.clear()
    root.attrib.update(root_attributes(width, height))
    for at, (tag, words) in enumerate((("title", view.title), ("desc", view_tree(view)))):
        element = Element(tag)
        element.text, element.tail = words, "\n"
        root.insert(at, element)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _unwrap(group: Element) -> None:
    """Take out the anchors in which Graphviz wraps what has a tooltip."""
    for at, inner in reversed(list(enumerate(group))):
        if inner.tag == "g" and inner.get("id", "").startswith("a_"):
            group[at : at + 1] = [element for anchor in inner for element in anchor]


def _dress_box(group: Element, box: Box, theme: Theme) -> None:
    _tooltip(group, box.tooltip)
    group.set("class", f"node {box.kind}{' root' if box.is_root else ''}")
    for text, line in zip(group.findall("text"), box.lines, strict=False):
        if (text.text or "").strip() == plain(line).strip():
            _dress_line(text, line, box, theme)


def _dress_line(text: Element, line: Line, box: Box, theme: Theme) -> None:
    text.text = None
    size = float(text.get("font-size", "15"))
    for span in line:
        part = ElementTree.SubElement(text, "tspan")
        part.text = span.text
        part.set("class", span.role)
        if span.role == "name":
            part.set("font-weight", "bold")
            part.set("unicode-bidi", "isolate")
        elif span.role == "gradient":
            part.set("font-weight", "bold")
            part.set("fill", theme.sign(box.gradient))
        elif span.role == "symbol":
            part.set("font-weight", "bold")
            part.set("font-size", f"{size + 1:g}")
        elif span.role in ("muted", "literal"):
            part.set("fill", theme.muted)
            part.set("font-size", f"{size - 2:g}")
        if span.text.startswith("! "):
            part.set("fill", theme.alarm)
            part.set("font-weight", "bold")


def _dress_arrow(group: Element, arrow: Arrow, theme: Theme) -> None:
    _tooltip(group, arrow.tooltip)
    group.set("class", "edge")
    curve = " ".join(path.get("d", "") for path in group.iter("path"))
    for text in group.iter("text"):  # a halo, so that a number on its arrow stays readable
        text.attrib.update({"stroke": theme.paper, "stroke-width": "4", "paint-order": "stroke"})
        place = float(text.get("x", "0")), float(text.get("y", "0"))
        x, y = beside(curve, place) if curve else place
        text.attrib.update({"x": f"{x:.2f}", "y": f"{y:.2f}"})


def _tooltip(group: Element, text: str) -> None:
    title = group.find("title")
    if title is not None:
        title.text = text


def _add_legend(root: Element, view: View, theme: Theme, width: float, height: float) -> tuple[float, float]:
    """Put the legend below the picture, and paint the paper under both."""
    parts, wide, high = legend(view, theme, width)
    page = root[0]
    paper = page.find("polygon")
    if paper is not None:
        page.remove(paper)
    width, height = max(width, wide), height + high
    root.insert(0, Element("rect", {"width": f"{width:g}", "height": f"{height:g}", "fill": theme.paper}))
    below = ElementTree.SubElement(
        root, "g", {"class": "legend", "transform": f"translate(0 {height - high:g})"}
    )
    below.extend(parts)
    return width, height
