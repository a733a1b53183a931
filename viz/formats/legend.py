"""The legend below a picture: one small entry for each thing that occurs in it."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from viz.formats.themes import Theme
from viz.views.boxes import View
from viz.views.text import plain

_KINDS = ("operation", "variable", "parameter", "constant", "folded")
_SIZE = 14
_ROW = 24


def legend(view: View, theme: Theme, width: float) -> tuple[list[Element], float, float]:
    """The elements of the legend, in rows of about `width`; and the legend's width and height."""
    entries: list[tuple[list[Element], str]] = []
    kinds = {box.kind for box in view.boxes}
    for kind in _KINDS:
        if kind in kinds:
            entries.append(([_shape(kind, theme)], view.legend_words.get(kind, kind)))
    if len(view.boxes) > 1:
        double = [_shape("operation", theme, theme.fill("root")), _shape("inner", theme)]
        entries.append((double, view.legend_words.get("root", "root")))
    if any(arrow.label for arrow in view.arrows):
        single = any(len(arrow.edges) == 1 for arrow in view.arrows)
        if single:
            entries.append(([_arrow(theme.line, False, "0.5", theme)], "local derivative"))
    if any(len(arrow.edges) > 1 and arrow.label for arrow in view.arrows):
        entries.append(([_arrow(theme.line, False, "×50", theme)], "drawn once for 50 uses"))
    if any(box.kind == "folded" and " … " in plain(line) for box in view.boxes for line in box.lines):
        entries.append(([_sample("a…b", theme)], "out: least and largest data"))
    if any(span.role == "norm" for box in view.boxes for line in box.lines for span in line):
        entries.append(([_sample("‖g‖", theme)], "length of all gradients in a box"))
    if "+" in view.signs:
        entries.append(([_arrow(theme.positive, False, "", theme)], "gradient > 0"))
    if "-" in view.signs:
        entries.append(([_arrow(theme.negative, True, "", theme)], "gradient < 0"))
    if "±" in view.signs:
        entries.append(([_arrow(theme.line, False, "", theme)], "gradients of both signs"))
    if view.signs:
        entries.append(([_widths(theme)], "wider: larger gradient (log scale)"))
    return _wrapped(entries, theme, max(width, 330.0))


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
    corner = {"rx": "6"} if kind == "variable" else {}
    return Element("rect", {"x": "2", "y": "3", "width": "32", "height": "14", **corner, **paint})


def _arrow(color: str, dashed: bool, label: str, theme: Theme) -> Element:
    group = Element("g")
    dash = {"stroke-dasharray": "5,2"} if dashed else {}
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
