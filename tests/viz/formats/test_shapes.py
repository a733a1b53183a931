"""Where everything stands, as pages draw it."""

import re
from xml.etree import ElementTree

import pytest

from tests.viz.pictures import drawing
from viz.formats.shapes import shapes_of
from viz.formats.sizes import laid_out

POINT = re.compile(r"-?\d+\.?\d*")
SVG = "{http://www.w3.org/2000/svg}"


def numbers(text):
    """The coordinates in a path, or in the points of a polygon."""
    return [float(one) for one in POINT.findall(text)]


@pytest.mark.parametrize(
    "name", ["the neuron", "a net on four samples", "a recurrent net", "the moons, compiled"]
)
def test_shapes_are_those_of_the_picture(name):
    """Each outline, line, head and text, to a tenth of a pixel, wherever labels were moved to."""
    picture = drawing(name)
    view = picture.view
    shapes = shapes_of(laid_out(view).svg)
    groups = {group.get("id"): group for group in ElementTree.fromstring(picture.svg).iter(f"{SVG}g")}
    for key in [part.key for part in (*view.boxes, *view.arrows)]:
        shape, group = shapes[key], groups[key]
        x, y = shape.middle
        drawn = [
            line.get("d") or line.get("points")
            for line in group
            if line.tag[len(SVG) :] not in ("text", "title")
        ]
        assert len(drawn) == len(shape.outlines)
        for line, outline in zip(drawn, shape.outlines):
            places = [at + (x, y)[side % 2] for side, at in enumerate(numbers(outline))]
            assert places == pytest.approx(numbers(line), abs=0.11)
        texts = [(float(text.get("x")), float(text.get("y"))) for text in group.iter(f"{SVG}text")]
        assert len(texts) == len(shape.texts)
        for (left, top), text in zip(shape.texts, texts):
            assert (left + x, top + y) == pytest.approx(text, abs=0.11)
