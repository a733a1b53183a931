"""Pictures of computation graphs: every number, every gradient, every local derivative.

A Value's graph is read once, into a description without Values; a view says in boxes and arrows what is to
be seen of it; a format writes the view.

To read it, begin with `views.reading`, `views.boxes`, `formats.dot_source` and `drawings`. Each folder knows
only those above it:

    views/             reading: a graph as it was read. boxes: what a view is. graphs: a view of a graph;
                       folding: the ways to draw a large one; of grouping, parting, contents: which nodes
                       share a box, so that no boxes are in a circle, and what it is called. legibility:
                       which of these ways can be read. recurrences: which boxes are steps of one. levels:
                       what boxes open to; of opening, chunks. marks: what a legend explains. highlighting.
                       programs: a view of a compiled function, in stages; blocks: of a model. origins,
                       nesting, naming: which module made what, in which other, and what the caller calls it.
                       text, titles: numbers, labels, operations
    formats/           dot_source: a view as DOT, in the order of ranks. engines: Graphviz. dressing: what its
                       SVG lacks, with legend and svg. digraphs: draw_dot's result. mermaid, plain_text.
                       columns: a net of neurons. sizes: of a picture, shapes: where what stands in it,
                       curves: where the label of an arrow does; widths: of text that nothing has drawn yet.
                       themes: colours; variables: as CSS has them. digits.js: numbers in pages. zooming:
                       the page in which boxes open, with packing: how it is shipped; zoom.js runs in it,
                       with camera.js, drawing.js and levels.js, which other pages have, too. framing: HTML;
                       scripting: with a script of its own.
                       png, pdf, fonts: from the SVG. embedded, caching: Graphviz as WebAssembly
    screens/           notebooks, browsers, terminals: where a document can be looked at; sixels
    documents          what shows itself and is saved
    drawings           draw, draw_dot
    networks           draw_network: columns of neurons, or views.blocks
    explaining         explain: a gradient path by path
    formulas/          formula: expression. spelling, latex: how operations are written
    player/            pages: play. by_hand: what closures pass back. colors: a theme's, and of the places of
                       an addition. levels: what its boxes open to, with holdings: which leaves they hold.
                       data: the graph as JSON. In the page run program.js (the graph and its passes),
                       events.js (what is played), equations.js, sentences.js (in words), picture.js (in the
                       picture), predicting.js, table.js, whatif.js, time.js; guest.js where it is in another
    live/              pages: a page that trains a model. playing: playground. recording, columns: the model
                       and its loss as one program; sets, optimizers, saving, data: what else it is given. In
                       the page run task.js (the data), random.js, samples.js, nets.js (the program, made
                       ready), training.js, frames.js (what happened), loop.js, and what paints and says:
                       palette.js, curve.js, grid.js, plane.js, line.js, columns.js, norms.js, words.js,
                       tables.js; saving.js and controls.js. filming: film, of any training; frames: what is
                       kept of it, measuring: of whom. following: shown in a notebook while it is recorded, by
                       posting.js in the notebook and following.js in the page
    plots/             loss, boundary, flow, surface: a plot each; axes: what they share
    diagnosis          doctor
    __main__           python -m viz, with parsing: expressions as people type them
"""

from importlib import import_module
from pathlib import Path
from runpy import run_path
from typing import TYPE_CHECKING, Any

# by its path: `import autograd` may find another package of that name
run_path(str(Path(__file__).parents[1] / "autograd" / "namesake.py"))["check_autograd"]()

from viz.diagnosis import doctor
from viz.drawings import Drawing, draw, draw_dot
from viz.explaining import Explanation, explain
from viz.formats.digraphs import Dot
from viz.formats.engines import DrawingError
from viz.formulas.formula import Formula, expression
from viz.networks import Network, draw_network
from viz.player.pages import Page, play

if TYPE_CHECKING:
    from viz.live.filming import Film, film
    from viz.live.pages import LivePage
    from viz.live.playing import playground
    from viz.plots import plot_decision_boundary, plot_gradient_flow, plot_loss, plot_loss_surface

__all__ = [
    "Dot",
    "Drawing",
    "DrawingError",
    "Explanation",
    "Film",
    "Formula",
    "LivePage",
    "Network",
    "Page",
    "doctor",
    "draw",
    "draw_dot",
    "draw_network",
    "explain",
    "expression",
    "film",
    "play",
    "playground",
    "plot_decision_boundary",
    "plot_gradient_flow",
    "plot_loss",
    "plot_loss_surface",
]


_LATER = {
    "Film": "viz.live.filming",
    "film": "viz.live.filming",
    "LivePage": "viz.live.pages",
    "playground": "viz.live.playing",
    "plot_decision_boundary": "viz.plots",
    "plot_gradient_flow": "viz.plots",
    "plot_loss": "viz.plots",
    "plot_loss_surface": "viz.plots",
}
"""What brings numpy, and comes when it is asked for: a picture needs none."""


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module 'viz' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
