"""Text for pictures: numbers, counts and labels, and lines of them, whatever the format.

A label may hold anything; what is returned here holds only what XML can, on one line. Escaping for a
format (DOT, XML, Mermaid) is that format's own business.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

LONGEST = 60
"""A label longer than this many characters is cut in the picture, and whole in the tooltip."""

NO_GRADIENT = "no gradient yet, backward() has not been called"
"""What the – in place of every gradient means."""

_REPLACEMENT = "\ufffd"


def number(x: float) -> str:
    """A number to four significant digits, whole ones below a million in full; what is not finite is marked.

    >>> [number(x) for x in (0.12345, 1.2e-7, -0.0, 3.0, 20000.0, 12345.6)]
    ['0.1235', '1.2e-07', '0', '3', '20000', '1.235e+04']
    >>> number(float("nan")), number(float("-inf"))
    ('! nan', '! -inf')
    """
    if not math.isfinite(x):
        return f"! {x}"
    return str(int(x)) if x == int(x) and abs(x) < 1e6 else format(x, ".4g")


def ends(numbers: Sequence[float]) -> str:
    """From the least to the largest of some numbers; the one that they are, or that they are about.

    >>> [ends(numbers) for numbers in ([3.0], [-1.0, 2.0, 0.5], [0.25, 0.25], [0.25, 0.2500001])]
    ['3', '-1 … 2', '0.25 each', 'about 0.25 each']
    """
    low, high = min(numbers), max(numbers)
    if len(numbers) == 1:
        return number(low)
    if number(low) != number(high):
        return f"{number(low)} … {number(high)}"
    return f"{'' if low == high or math.isnan(low) else 'about '}{number(low)} each"


def signed(gradient: float | None) -> str:
    """A gradient with its sign, + too; – where no backward pass has come.

    >>> signed(0.5), signed(-2.0), signed(0.0), signed(None)
    ('+0.5', '-2', '0', '–')
    """
    if gradient is None:
        return "–"
    return ("+" if 0 < gradient < math.inf else "") + number(gradient)


def count(many: int) -> str:
    """A count with commas between thousands, or rounded where it has too many digits to read.

    >>> count(50_000), count(2**100)
    ('50,000', '1.268e+30')
    """
    return f"{many:,}" if many < 10**15 else f"{Decimal(many):.3e}"


def clean(label: str) -> str:
    r"""`label` on one line, with U+FFFD for what XML cannot hold: controls, lone surrogates.

    >>> clean("a\nb\x00")
    'a↵b�'
    """
    return "".join(map(_character, label))


def cut(label: str) -> str:
    """`label`, clean, and at most 60 characters of it."""
    text = clean(label[: LONGEST + 1])
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _character(character: str) -> str:
    if character >= " " and character < "\x7f":
        return character
    if character in "\n\r\x85\u2028\u2029":
        return "↵"
    if character == "\t":
        return " "
    code = ord(character)
    if code < 0xA0 or 0xD800 <= code <= 0xDFFF or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return _REPLACEMENT
    return character


class Span(NamedTuple):
    """A stretch of text, and its role: "name", "symbol", "literal", "data", "gradient", "norm", "muted"."""

    text: str
    role: str = "text"


Line = tuple[Span, ...]


def plain(line: Line) -> str:
    """The text of a line."""
    return "".join(span.text for span in line)
