"""A view as a Mermaid flowchart, which GitHub and many wikis draw."""

from __future__ import annotations

from viz.formats.themes import Theme
from viz.views.boxes import Box, View
from viz.views.text import plain

_SHAPES = {
    "operation": ('["', '"]'),
    "variable": ('("', '")'),
    "parameter": ('{{"', '"}}'),
    "constant": ('>"', '"]'),
    "folded": ('[["', '"]]'),
}


def mermaid(view: View, theme: Theme, rankdir: str = "LR") -> str:
    """The text of a flowchart: the same boxes and arrows, without the widths."""
    lines = [f"flowchart {rankdir}"]
    for box in view.boxes:
        before, after = _SHAPES[box.kind]
        text = "<br/>".join(escape(plain(line)) for line in box.lines)
        lines.append(f"    {box.key}{before}{text}{after}")
        lines.append(f"    style {box.key} {_style(box, theme)}")
    for arrow in view.arrows:
        line = "-.->" if arrow.flow is not None and arrow.flow < 0 else "-->"
        label = f'|"{escape(arrow.label)}"|' if arrow.label else ""
        lines.append(f"    {arrow.source} {line}{label} {arrow.target}")
    if view.captions:
        captions = "<br/>".join(map(escape, view.captions))
        lines += [f'    caption["{captions}"]', "    style caption fill:none,stroke:none"]
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """`text` with what Markdown, HTML or Mermaid would read as markup written as character codes.

    >>> escape('<b> "1" & *')
    '#60;b#62; #34;1#34; #38; #42;'
    """
    return "".join(
        character
        if character.isalnum() or character in " ." or ord(character) > 0x7F
        else f"#{ord(character)};"
        for character in text
    )


def _style(box: Box, theme: Theme) -> str:
    kind = "root" if box.is_root and box.kind == "operation" else box.kind
    width = ",stroke-width:3px" if box.is_root else ""
    return f"fill:{theme.fill(kind)},color:{theme.ink},stroke:{theme.sign(box.gradient)}{width}"
