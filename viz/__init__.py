"""Pictures of computation graphs: see every number, every gradient, every local derivative."""

from viz.digraphs import Dot
from viz.doctoring import doctor
from viz.drawings import Drawing, draw, draw_dot
from viz.engines import DrawingError
from viz.explaining import Explanation, explain
from viz.formulas import Formula, expression
from viz.pages import Page, play

__all__ = [
    "Dot",
    "Drawing",
    "DrawingError",
    "Explanation",
    "Formula",
    "Page",
    "doctor",
    "draw",
    "draw_dot",
    "explain",
    "expression",
    "play",
]
