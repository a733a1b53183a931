"""The legend of a page explains what is seen in it, also where boxes are opened."""

import re
from xml.etree import ElementTree

import pytest

from autograd import Value
from tests.viz.pictures import compiled_gpt, drawing
from viz import draw

ENTRIES = {
    "operation": "operation",
    "variable": "variable",
    "parameter": "parameter",
    "constant": "constant",
    "outside": "from outside the box",
    "folded": "folded",
    "+": "gradient > 0",
    "-": "gradient < 0",
    "0": "gradient 0",
    "±": "gradients of both signs",
    "uses": "drawn once for 50 uses",
    "derivative": "local derivative",
}


def entries(svg):
    """The words of a legend."""
    root = ElementTree.fromstring(svg)
    (legend,) = (group for group in root.iter() if group.get("class") == "legend")
    return {"".join(text.itertext()) for text in legend.iter() if text.tag.endswith("text")}


def entries_of_page(picture):
    return entries(re.search('<main id="stage">(<svg.*</svg>)</main>', picture.html, re.DOTALL)[1])


def seen(levels):
    """The words for all that stands in some levels."""
    for view in (level.view for level in levels):
        yield from (ENTRIES[box.kind] for box in view.boxes if box.kind in ENTRIES)
        yield from (ENTRIES[sign] for sign in view.signs)
        for arrow in view.arrows:
            if arrow.label and arrow.edges:
                yield ENTRIES["uses" if len(arrow.edges) > 1 else "derivative"]


@pytest.mark.parametrize("name", ["a net on four samples", "a recurrent net", "a chain of 200"])
def test_the_legend_of_a_page_explains_what_its_boxes_open_to(name):
    """Every kind of box, every sign and every kind of number on an arrow, down to single Values."""
    picture = drawing(name)
    assert set(seen(picture._levels())) <= entries_of_page(picture)


@pytest.mark.slow
def test_the_legend_of_a_program_explains_arrays_from_outside():
    """They stand in a stage that is opened, and not in what is seen at first."""
    picture = draw(compiled_gpt(), names=False)
    assert "from outside the box" in entries_of_page(picture) - entries(picture.svg)


def test_the_legend_of_a_picture_explains_what_is_in_it_and_no_more():
    """Nothing opens in an SVG by itself, nor where no box is folded."""
    x = Value(2.0, label="x")
    root = sum((x * float(at) for at in range(300)), Value(0.0)).tanh()
    root.backward()
    picture = draw(root, names=False)
    assert not {"constant", "from outside the box"} & entries(picture.svg)
    small = draw(x * 2.0, names=False)
    assert entries_of_page(small) == entries(small.svg)
