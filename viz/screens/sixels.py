"""Sixels: a PNG as the columns of six pixels that DEC's terminals, and many since, draw."""

from __future__ import annotations

import struct
import zlib
from typing import Any

_COLORS = 255
"""Terminals promise 256 registers."""


def sixels(png: bytes) -> str:
    """The picture in at most 255 colours, on white where it is transparent."""
    import numpy as np

    colors, indices = _palette(pixels(png))
    high, wide = indices.shape
    rows = [f'\033P0;1q"1;1;{wide};{high}']
    rows += [
        f"#{at};2;{';'.join(str(round(channel * 100 / 255)) for channel in color)}"
        for at, color in enumerate(colors.tolist())
    ]
    for top in range(0, high, 6):
        band = indices[top : top + 6]
        weights = 1 << np.arange(len(band))[:, None]
        for color in np.unique(band).tolist():
            rows.append(f"#{color}{_shortened(((band == color) * weights).sum(0))}$")
        rows.append("-")
    return "".join([*rows, "\033\\"])


def _shortened(bits: Any) -> str:
    """The sixels of one colour in one band, repeated ones as a count."""
    import numpy as np

    starts = np.flatnonzero(np.diff(bits, prepend=-1))
    lengths = np.diff(starts, append=len(bits))
    pieces = []
    for bit, many in zip(bits[starts].tolist(), lengths.tolist()):
        sixel = chr(63 + bit)
        pieces.append(f"!{many}{sixel}" if many > 3 else sixel * many)
    return "".join(pieces)


def _palette(image: Any) -> tuple[Any, Any]:
    """The most frequent colours, and for each pixel which of them is nearest."""
    import numpy as np

    alpha = image[..., 3:] / 255
    opaque = (image[..., :3] * alpha + 255 * (1 - alpha)).round().astype(np.int64)
    found, inverse, many = np.unique(
        opaque @ np.array([65536, 256, 1]), return_inverse=True, return_counts=True
    )
    every = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1)
    colors = every[np.argsort(-many, kind="stable")[:_COLORS]]
    nearest = np.array([((colors - color) ** 2).sum(1).argmin() for color in every])
    return colors, nearest[inverse].reshape(opaque.shape[:2])


def pixels(png: bytes) -> Any:
    """Red, green, blue and opacity of each pixel of a PNG as resvg writes it: a byte each, not interlaced."""
    import numpy as np

    at, data, wide, high = 8, b"", 0, 0
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            wide, high, *rest = struct.unpack(">IIBBBBB", body)
            assert rest == [8, 6, 0, 0, 0]
        elif kind == b"IDAT":
            data += body
        at += 12 + length
    raw, stride = zlib.decompress(data), 4 * wide
    above = bytearray(stride)
    rows = []
    for start in range(0, len(raw), stride + 1):
        above = _unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), above)
        rows.append(above)
    return np.frombuffer(b"".join(rows), np.uint8).reshape(high, wide, 4)


def _unfiltered(filter: int, row: bytearray, above: bytearray) -> bytearray:
    """A row of four bytes a pixel, after one of the five filters of PNG; `above` is the row before it."""
    if filter == 2:
        return bytearray((byte + up) & 255 for byte, up in zip(row, above))
    for at, byte in enumerate(row):
        left, up, corner = (row[at - 4], above[at], above[at - 4]) if at >= 4 else (0, above[at], 0)
        if filter == 1:
            guess = left
        elif filter == 3:
            guess = (left + up) // 2
        elif filter == 4:
            by_left, by_up, by_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
            guess = (
                left if by_left <= by_up and by_left <= by_corner else up if by_up <= by_corner else corner
            )
        else:
            guess = 0
        row[at] = (byte + guess) & 255
    return row
