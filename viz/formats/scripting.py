"""Pages with a script of their own: what such a page may run, and the numbers that it reads.

It loads nothing and evaluates nothing: a content security policy in it names the style and the script that
may run.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from importlib.resources import files
from string import Template
from typing import Any

from autograd.rules.javascript import literal

_HEAD = files("viz") / "formats" / "head.html"


def scripted(body: str, style: str, script: str, inside: str = "", **filled: str) -> str:
    """The page of a template of its body, with this style and this script and no other.

    What is filled in are the `title`, the `scheme` of colours, and what the body asks for. `inside` is a page
    that is opened in a frame of this one, and comes under its policy, too.
    """
    scripts, styles = re.findall(r"'(sha256-[^']*)'", inside[: inside.find("<title>")]) or ("", "")
    hashes = {"style_hash": _with(_hash(style), styles), "script_hash": _with(_hash(script), scripts)}
    template = Template(_HEAD.read_text("utf-8") + body)
    return template.substitute(filled, style=style, script=script, **hashes)


def script_json(content: Any) -> str:
    """JSON that may stand in a script element: no `<` in it, so that nothing can close the element."""
    return json.dumps(content, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")


def json_number(x: float | None) -> float | str | None:
    """A number as JSON has it, and as a text where it has none; `parsed` in `digits.js` reads both."""
    return x if x is None or math.isfinite(x) else literal(x)


SCRIPT = r" ?[{}()\[\];,=<>&|?] ?| ?: +|(?<=[\w)\]]) [-+*/%] (?=[\w(\[])"
"""The signs of a script that need no spaces around them, with these."""

STYLE = r" ?[{};,] ?| ?: +"
"""Those of a style."""


def terse(text: str, signs: str = SCRIPT) -> str:
    r"""A script, or a style, without comments, indentation, and the spaces around some signs.

    For a page that is to be small; who wants to read has the package. A comment begins with `// ` at the
    start of a line or after a space, which no string may hold. A template ends in the line where it begins,
    and no statement is empty.

    >>> terse('const both = [2, "a, b"]; // two\n  // others\n  const f = (x) => { return x + 3; };')
    'const both=[2,"a, b"];\nconst f=(x)=>{return x+3};'
    """
    lines = (re.sub(r"(^| +)// .*|/[*].*?[*]/", "", line.strip()) for line in text.splitlines())
    return re.sub(r";?\n(?=})", "", "\n".join(_close(line, signs) for line in lines if line))


def _close(line: str, signs: str) -> str:
    """A line without spaces around signs, but for those in its strings and templates."""
    parts = re.split(r'("(?:[^"\\]|\\.)*"|`.*`)', line)
    return "".join(
        part if at % 2 else re.sub(signs, lambda sign: sign[0].strip(), part).replace(";}", "}")
        for at, part in enumerate(parts)
    )


def _with(own: str, other: str) -> str:
    return f"{own}' '{other}" if other else own


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
