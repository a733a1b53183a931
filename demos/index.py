"""`OUT/index.html`: every picture and number of the lessons that ran, on one page.

It is made from the `lesson.json` files alone and refers to the pictures beside it: no network, no
script; light and dark as the reader's system asks.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any

from demos.catalogue import Entry, lessons

_WIDE = 2.2
"""A picture that is so many times wider than high has a row of its own."""

_TALL = 1.4
"""A picture that is so many times higher than wide is not fitted to the height of the window."""

_GROWN = 1.5
"""Pixels for each unit of a picture's own width, where there is room."""

_SIGNS = {
    "delta": "δ", "eta": "η", "sigma": "σ", "partial": "∂", "leftarrow": "← ", "to": "→ ", "cdot": "· ",
    "times": "× ", "sqrt": "√", "sum": "∑ ", "le": "≤ ", "ge": "≥ ", "approx": "≈ ", ",": "\u2009",
}  # fmt: skip
"""What LaTeX calls signs that stand in one line of a formula."""

_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Backpropagation in $count lessons</title>
<style>
$style</style>
</head>
<body>
<header>
<h1>Backpropagation in $count lessons</h1>
<p>What each lesson of <code>python -m demos --all</code> showed and measured. Every number marked ✓ was
checked while the lesson ran; a picture opens on its own when you click on it.</p>
<nav id="lessons" aria-label="lessons"><ol>
$contents
</ol></nav>
</header>
<main>
$sections
</main>
</body>
</html>
""")

_SECTION = Template("""<section id="$name">
<h2>$title</h2>
<p class="summary">$summary</p>
$learnt
$failed
<div class="pictures">
$pictures
</div>
$numbers
<p class="about">$about</p>
</section>""")


def write_index(out: Path, failed: Sequence[str] = ()) -> Path:
    """Write `out/index.html` from what the lessons left in `out`; its path. `failed` are marked so."""
    shown = [(entry, record) for entry in lessons() if (record := _record(out, entry)) is not None]
    contents = [f'<li><a href="#{entry.name}">{rich(entry.title)}</a></li>' for entry, _ in shown]
    sections = [_section(out, entry, record, entry.name in failed) for entry, record in shown]
    text = _PAGE.substitute(
        count=len(shown),
        style=Path(__file__).with_suffix(".css").read_text("utf-8"),
        contents="\n".join(contents),
        sections="\n".join(sections),
    )
    path = out / "index.html"
    out.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def rich(text: str) -> str:
    r"""A line of Markdown as HTML: `code`, **strong**, *emphasis*, and short formulas.

    >>> rich("why **`+=`** and not *=*, for $x < 1$")
    'why <strong><code>+=</code></strong> and not <em>=</em>, for <i>x &lt; 1</i>'
    >>> rich(r"$w \leftarrow w - \eta\,\delta^{[l]}$")
    '<i>w ← w - η\u2009δ<sup>[l]</sup></i>'
    """
    text = html.escape(text, quote=False)
    for pattern, tag in ((r"`([^`]+)`", "code"), (r"\*\*(.+?)\*\*", "strong"), (r"\*([^*]+)\*", "em")):
        text = re.sub(pattern, rf"<{tag}>\1</{tag}>", text)
    return re.sub(r"\$([^$]+)\$", lambda found: f"<i>{_formula(found[1])}</i>", text)


def _formula(latex: str) -> str:
    text = re.sub(r"\\([a-zA-Z]+|,) ?", lambda found: _SIGNS.get(found[1], found[1]), latex)
    for sign, tag in (("^", "sup"), ("_", "sub")):
        text = re.sub(rf"\{sign}(?:\{{([^}}]*)\}}|(\w))", rf"<{tag}>\1\2</{tag}>", text)
    return text


def _record(out: Path, entry: Entry) -> dict[str, Any] | None:
    path = out / entry.name / "lesson.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def _section(out: Path, entry: Entry, record: dict[str, Any], failed: bool) -> str:
    learnt = "".join(f"<li>{rich(point)}</li>" for point in entry.learnt)
    quick = " --quick" if record["quick"] else ""
    command = f"python -m demos {entry.name} --seed {record['seed']}{quick}"
    notes = "; ".join(map(rich, entry.notes))
    return _SECTION.substitute(
        name=entry.name,
        title=rich(entry.title),
        summary=rich(entry.summary),
        learnt=f"<p><strong>What you will learn</strong></p>\n<ul>{learnt}</ul>" if learnt else "",
        failed='<p class="failed">This lesson did not run to its end.</p>' if failed else "",
        pictures="\n".join(_picture(out, entry.name, picture) for picture in record["pictures"]),
        numbers=_numbers(record["numbers"]),
        about=f'<code>{command}</code> · in the notes: {notes} · <a href="#lessons">all lessons</a>',
    )


def _picture(out: Path, name: str, picture: dict[str, Any]) -> str:
    files = [f"{name}/{file}" for file in picture["files"]]
    caption = rich(picture["caption"])
    words = html.escape(picture["caption"])
    if picture["kind"] == "text":
        text = html.escape((out / files[0]).read_text("utf-8"))
        shown, wide = f'<pre tabindex="0">{text}</pre>', True
    elif picture["kind"] == "html":
        options = f'title="{words}" loading="lazy" sandbox="allow-scripts allow-downloads"'
        shown, wide = f'<iframe src="{files[0]}" {options}></iframe>', True
        caption += f' · <a href="{files[0]}">open it on its own</a>'
    else:
        width, height = _size(out / files[-1])
        sources, wide = _sources(picture["kind"], files), width > _WIDE * height
        tall = ' class="tall"' if height > _TALL * width else ""
        image = f'<img src="{files[0]}" alt="{words}" width="{_GROWN * width:.0f}"{tall} loading="lazy">'
        shown = f'<a href="{files[0]}"><picture>{sources}{image}</picture></a>'
    opening = '<figure class="wide">' if wide else "<figure>"
    return f"{opening}{shown}<figcaption>{caption}</figcaption></figure>"


def _sources(kind: str, files: Sequence[str]) -> str:
    dark, still = "(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)"
    stills = {f"{still} and {dark}": files[3], still: files[2]} if kind == "gif" else {}
    choices = {**stills, dark: files[1]}
    return "".join(f'<source media="{media}" srcset="{file}">' for media, file in choices.items())


def _size(svg: Path) -> tuple[float, float]:
    """Width and height of an SVG, in its own units."""
    found = re.search(r'viewBox="\S+ \S+ (\S+) (\S+)"', svg.read_text("utf-8")[:3000])
    assert found is not None, svg
    return float(found[1]), float(found[2])


def _numbers(numbers: Sequence[dict[str, Any]]) -> str:
    if not numbers:
        return ""
    rows = "\n".join(
        f'<tr><td>{rich(number["claim"])}</td><td class="value">{html.escape(number["value"])}</td>'
        f'<td class="should">{_verdict(number)}</td></tr>'
        for number in numbers
    )
    head = "<tr><th>what</th><th>value</th><th>checked</th></tr>"
    return f'<div class="numbers"><table>\n{head}\n{rows}\n</table></div>'


def _verdict(number: dict[str, Any]) -> str:
    if number["holds"] is None:
        return "measured here"
    return f"{'✓' if number['holds'] else 'not at this seed:'} {html.escape(number['should'])}".strip()
