"""Pictures of computation graphs: see every number, every gradient, every local derivative."""

from pathlib import Path
from runpy import run_path

run_path(str(Path(__file__).parents[1] / "autograd" / "namesake.py"))["check_autograd"]()

from viz.diagnosis import doctor
from viz.drawings import Drawing, draw, draw_dot
from viz.explaining import Explanation, explain
from viz.formats.digraphs import Dot
from viz.formats.engines import DrawingError
from viz.formulas.formula import Formula, expression
from viz.networks import Network, draw_network
from viz.player.pages import Page, play
from viz.plots import plot_decision_boundary, plot_gradient_flow, plot_loss, plot_loss_surface

__all__ = [
    "Dot",
    "Drawing",
    "DrawingError",
    "Explanation",
    "Formula",
    "Network",
    "Page",
    "doctor",
    "draw",
    "draw_dot",
    "draw_network",
    "explain",
    "expression",
    "play",
    "plot_decision_boundary",
    "plot_gradient_flow",
    "plot_loss",
    "plot_loss_surface",
]
