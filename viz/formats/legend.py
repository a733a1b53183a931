"""The legend below a picture: one small entry for each thing that occurs in it."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from viz.formats.themes import Theme
from viz.views.boxes import View
from viz.views.marks import marks

_SIZE = 14
_ROW = 24

_WORDS = {
    "operation": "operation",
    "variable": "variable",
    "parameter": "parameter",
    "constant": "constant",
    "outside": "from outside the box",
    "folded": "folded",
    "root": "root",
    "derivative": "local derivative",
    "uses": "drawn once for 50 uses",
    "range": "least and largest data",
    "norm": "length of all gradients in a box",
    "+": "gradient > 0",
    "-": "gradient < 0",
    "0": "gradient 0",
    "±": "gradients of both signs",
}
"""What each mark means, in the order in which they are listed."""


def legend(view: View, theme: Theme, width: float) -> tuple[list[Element], float, float]:
    """The elements of the legend, in rows of about `width`; and the legend's width and height."""
    found = marks(view)
    entries = [
        (_icon(mark, theme), view.legend_words.get(mark, words))
        for mark, words in _WORDS.items()
        if mark in found
    ]
    if found & {"+", "-", "±"}:
        entries.append(([_widths(theme)], "wider: larger gradient (log scale)"))
    return _wrapped(entries, theme, max(width, 330.0))


def _icon(mark: str, theme: Theme) -> list[Element]:
    if mark == "root":
        return [_shape("operation", theme, theme.fill("root")), _shape("inner", theme)]
    samples = {"range": "a…b", "norm": "‖g‖"}
    if mark in samples:
        return [_sample(samples[mark], theme)]
    labels = {"derivative": "0.5", "uses": "×50"}
    if mark in labels or mark in "+-0±":
        color = {"+": theme.positive, "-": theme.negative, "0": theme.muted}.get(mark, theme.line)
        return [_arrow(color, {"-": "5,2", "0": "1,5"}.get(mark, ""), labels.get(mark, ""), theme)]
    return [_shape(mark, theme)]


def _wrapped(
    entries: list[tuple[list[Element], str]], theme: Theme, room: float
) -> tuple[list[Element], float, float]:
    """The entries side by side, in as many rows as the room needs; the width and height of them all."""
    placed: list[Element] = []
    x, y, widest = 14.0, 4.0, 0.0
    for icons, word in entries:
        wide = 44 + 7.4 * len(word) + 14
        if x + wide > room and x > 14:
            x, y = 14.0, y + _ROW
        group = Element("g", {"transform": f"translate({x:g} {y:g})"})
        group.extend(icons)
        text = SubElement(group, "text", {"x": "40", "y": "14", "font-size": f"{_SIZE}", "fill": theme.muted})
        text.text = word
        placed.append(group)
        x += wide
        widest = max(widest, x)
    return placed, widest, (y + _ROW + 6 if placed else 0.0)


def _shape(kind: str, theme: Theme, fill: str = "") -> Element:
    paint = {"fill": fill or (theme.fill(kind) if kind != "inner" else "none"), "stroke": theme.line}
    if kind == "parameter":
        return Element("path", {"d": "M2,6H34V17H2ZM2,6V2H13V6", **paint})
    if kind == "constant":
        return Element("path", {"d": "M2,3H28L34,8V17H2ZM28,3V8H34", **paint})
    if kind == "folded":
        return Element("path", {"d": "M2,6L6,2H34V13L30,17H2ZM2,6H30L34,2M30,6V17", **paint})
    if kind == "inner":
        return Element("rect", {"x": "5", "y": "6", "width": "26", "height": "8", **paint})
    corner = {"rx": "6"} if kind in ("variable", "outside") else {}
    corner |= {"stroke-dasharray": "5,2"} if kind == "outside" else {}
    return Element("rect", {"x": "2", "y": "3", "width": "32", "height": "14", **corner, **paint})


def _arrow(color: str, dashes: str, label: str, theme: Theme) -> Element:
    group = Element("g")
    dash = {"stroke-dasharray": dashes} if dashes else {}
    y = 15 if label else 10
    SubElement(
        group, "path", {"d": f"M2,{y}H28", "stroke": color, "stroke-width": "2", "fill": "none", **dash}
    )
    SubElement(group, "polygon", {"points": f"28,{y - 4} 35,{y} 28,{y + 4}", "fill": color})
    if label:
        text = SubElement(group, "text", {"x": "8", "y": "11", "font-size": "13", "fill": theme.ink})
        text.text = label
    return group


def _sample(words: str, theme: Theme) -> Element:
    text = Element("text", {"x": "3", "y": "14", "font-size": "13", "fill": theme.ink})
    text.text = words
    return text


def _widths(theme: Theme) -> Element:
    """Three lines of the widths that a gradient's size gives."""
    group = Element("g")
    for y, width in ((4, 1), (9, 2.5), (16, 4)):
        SubElement(group, "path", {"d": f"M4,{y}H32", "stroke": theme.line, "stroke-width": f"{width}"})
    return group
