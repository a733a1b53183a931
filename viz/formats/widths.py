"""How wide text is in a picture, before anything has drawn it: the widths of Helvetica's letters."""

from __future__ import annotations

import unicodedata

_WIDTHS = {
    0.222: "'`ijl",
    0.278: " !,./:;I[\\]ft",
    0.333: "()-r",
    0.389: '"*{|}',
    0.5: "^Jcksvxyz‖",
    0.556: "#$0123456789?L_abdeghnopqu",
    0.611: "+<=>~FTZ",
    0.667: "&ABEKPSVXY",
    0.722: "CDHNRUw",
    0.778: "GOQ",
    0.833: "Mm",
    0.944: "%@W",
    1.0: "…",
}
_EMS = {letter: width for width, letters in _WIDTHS.items() for letter in letters}


def ems(text: str) -> float:
    """The width of a text, about, in units of the font's size.

    >>> round(ems("data 0.5"), 2)
    3.61
    """
    return sum(map(_ems, text))


def _ems(letter: str) -> float:
    known = _EMS.get(letter)
    if known is not None:
        return known
    return 1.05 if unicodedata.east_asian_width(letter) in "WF" or ord(letter) > 0x1F000 else 0.62
