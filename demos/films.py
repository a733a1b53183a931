"""`Film`: a matplotlib figure in which some parts move, as a GIF.

The figure is drawn once, and in each frame only what moves is drawn upon it. It knows neither lessons nor
colours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

_DOTS = 80
"""Pixels of a film for each inch of its figure."""


class Film(NamedTuple):
    """`show(frame)` changes the `moving` artists of `figure` to those of a frame, for each of `frames`.

    Artists are what matplotlib draws: lines, titles, texts. Those that move are drawn above the rest. A frame
    lasts `milliseconds`, the last one `rest` milliseconds.

    >>> from demos.palette import figure
    >>> picture, axes = figure()
    >>> [line] = axes.plot([0.0, 1.0])
    >>> film = Film(picture, [line], lambda height: line.set_ydata([0.0, height]), frames=[0.5, 1.0])
    """

    figure: Any
    moving: Sequence[Any]
    show: Callable[[Any], object]
    frames: Sequence[Any]
    milliseconds: int = 120
    rest: int = 1200

    def save(self, path: Path) -> None:
        """Write the GIF; the figure is left at its last frame."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from PIL import Image

        canvas, dots = FigureCanvasAgg(self.figure), self.figure.get_dpi()
        self.figure.set_dpi(_DOTS)
        try:
            self._set_animated(True)
            self.show(self.frames[0])
            canvas.draw()
            still = canvas.copy_from_bbox(self.figure.bbox)
            pictures = []
            for frame in self.frames:
                canvas.restore_region(still)
                self.show(frame)
                for artist in self.moving:
                    self.figure.draw_artist(artist)
                pictures.append(Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB"))
        finally:
            self._set_animated(False)
            self.figure.set_dpi(dots)
        lasts = [self.milliseconds] * (len(pictures) - 1) + [self.rest]
        pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=lasts, loop=0)

    def _set_animated(self, on: bool) -> None:
        """What is animated is left out when matplotlib draws the figure."""
        for artist in self.moving:
            artist.set_animated(on)
