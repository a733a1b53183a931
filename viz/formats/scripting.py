"""Pages with a script of their own: what such a page may run, and the numbers that it reads.

It loads nothing and evaluates nothing: a content security policy in it names the style and the script that
may run.
"""

from __future__ import annotations

import base64
import hashlib
import math
from string import Template

from autograd.rules.javascript import literal


def scripted(template: str, style: str, script: str, **filled: str) -> str:
    """The page of a template, with this style and this script and no other."""
    hashes = {"style_hash": _hash(style), "script_hash": _hash(script)}
    return Template(template).substitute(filled, style=style, script=script, **hashes)


def json_number(x: float | None) -> float | str | None:
    """A number as JSON has it, and as a text where it has none; `parsed` in `digits.js` reads both."""
    return x if x is None or math.isfinite(x) else literal(x)


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
