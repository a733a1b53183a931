"""An SVG whose colours are variables of CSS, so that a page sets them, and a dark system gets a dark page.

Graphviz takes no variables: it draws with stand-ins, one colour for each role in a theme, which are replaced
by their names afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

from viz.formats.digraphs import Dot
from viz.formats.dot_source import dot_source
from viz.formats.dressing import dress
from viz.formats.themes import DARK, SYSTEM, Theme, theme_named
from viz.views.boxes import View

_ROLES = Theme._fields[1:]
STAND_INS = Theme("stand-ins", *(f"#c0100{at:x}" for at in range(len(_ROLES))))
_NAMES = {getattr(STAND_INS, role): f"var(--{role})" for role in _ROLES}


def svg_with_variables(view: View, rankdir: str | None) -> str:
    """The picture of a view, `var(--ink)` in place of the colour of ink, and so on for each role.

    It has no style of its own: the page says how large it is. Raises DrawingError when Graphviz is missing
    or gives up.
    """
    digraph = Dot(dot_source(view, STAND_INS, rankdir), lambda svg: dress(svg, view, STAND_INS))
    return with_variables(str(digraph.pipe("svg", encoding="utf-8")))


def with_variables(svg: str) -> str:
    """An SVG in the colours of STAND_INS with variables in their place, and without a style of its own."""
    root = ElementTree.fromstring(svg)
    root.attrib.pop("style", None)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for attribute in {"fill", "stroke"} & element.attrib.keys():
            element.set(attribute, _NAMES.get(element.attrib[attribute], element.attrib[attribute]))
    for style in root.findall("style"):
        root.remove(style)
    return ElementTree.tostring(root, encoding="unicode")


def variables_of(theme: Theme) -> str:
    """The colours of a theme as declarations of CSS."""
    return " ".join(f"--{role}: {getattr(theme, role)};" for role in _ROLES)


def style(name: str, declarations: Callable[[Theme], str] = variables_of) -> str:
    """The colours of the theme of this name as properties of a page; dark, where it follows a dark system."""
    light = f":root {{ {declarations(theme_named(name))} }}\n"
    if name != SYSTEM:
        return light
    return f"{light}@media screen and (prefers-color-scheme: dark) {{ :root {{ {declarations(DARK)} }} }}\n"


def scheme(name: str) -> str:
    """What a browser is told to draw its own parts in."""
    return {SYSTEM: "light dark", "dark": "dark"}.get(name, "light")
