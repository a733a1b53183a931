"""Pictures of computation graphs: see every number, every gradient, every local derivative."""

from viz.digraphs import Dot
from viz.doctoring import doctor
from viz.drawings import Drawing, draw, draw_dot
from viz.engines import DrawingError
from viz.pages import Page, play

__all__ = ["Dot", "Drawing", "DrawingError", "Page", "doctor", "draw", "draw_dot", "play"]
