"""What a submission wrote, made safe to show: its signs are seen, and no terminal or table obeys them."""

from __future__ import annotations

import unicodedata

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def visible(text: str) -> str:
    r"""The text with each control sign, and each sign without a width, written as its number.

    New lines and tabs stay. What would colour a terminal, move its cursor or turn the order of letters
    round can then be read.

    >>> print(visible("\x1b[31mred\x1b[0m"))
    \x1b[31mred\x1b[0m
    """
    return "".join(map(_shown, text)) if not text.isascii() or not text.isprintable() else text


def line(text: str) -> str:
    r"""The same in one line: new lines and tabs are written as their numbers, too.

    >>> print(line("ada\nben  all is right"))
    ada\nben  all is right
    """
    return visible(text).replace("\n", r"\n").replace("\t", r"\t")


def _shown(sign: str) -> str:
    if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return sign
    return ascii(sign)[1:-1]


def cell(text: str) -> str:
    """The text as a cell of a table that is no formula: an apostrophe before a sign that would begin one.

    >>> cell("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
