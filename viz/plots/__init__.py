"""Plots on matplotlib axes: each takes axes or makes them, returns them, and never calls `show`."""

from viz.plots.boundary import plot_decision_boundary
from viz.plots.flow import plot_gradient_flow
from viz.plots.loss import plot_loss
from viz.plots.surface import plot_loss_surface

__all__ = ["plot_decision_boundary", "plot_gradient_flow", "plot_loss", "plot_loss_surface"]
