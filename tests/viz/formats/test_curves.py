"""A number stands on its own arrow, and an arrow begins at the border of its box."""

import math
from xml.etree import ElementTree

import pytest

import nn
from autograd import sum as sum_values
from tests.viz.pictures import PICTURES
from viz import draw
from viz.formats.curves import nearest

SVG = "{http://www.w3.org/2000/svg}"


def deep_residual_net():
    """A chain that turns into rows, with arrows that lead around its links."""
    links = [nn.Residual(nn.Layer(3, 3, "tanh", seed=at)) for at in range(6)]
    return sum_values(nn.Sequential(*links)([0.5, 1.0, -1.0]))


MADE = {
    "a deep residual net": deep_residual_net,
    **{name: PICTURES[name] for name in ("the neuron", "a recurrent net", "a net on four samples")},
}


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_a_number_is_near_its_own_arrow(make):
    """At most 15 units from the middle of the text to the curve."""
    picture = draw(make(), names=False)
    for group in ElementTree.fromstring(picture.svg).iter(SVG + "g"):
        if group.get("class") == "edge":
            curve = " ".join(path.get("d") for path in group.iter(SVG + "path"))
            for text in group.iter(SVG + "text"):
                place = float(text.get("x")), float(text.get("y")) - 5
                assert math.dist(nearest(curve, place), place) < 15


def test_arrows_are_painted_below_boxes():
    """So that the beginning of an arrow is seen from the border of its box on."""
    root = ElementTree.fromstring(draw(PICTURES["a chain of 20"](), names=False).svg)
    kinds = [group.get("class").split()[0] for group in root.iter(SVG + "g") if group.get("class")]
    assert kinds.count("edge") == 20 and "edge" not in kinds[kinds.index("node") :]


@pytest.mark.parametrize("place", [(0.0, 5.0), (5.0, 9.0), (40.0, 0.0)])
def test_the_nearest_point_is_no_further_than_any_other(place):
    """Of a curve of two pieces, looked at in many more points."""
    curve = "M0,0C0,10 10,10 10,0 10,-10 20,-10 20,0"
    found = math.dist(nearest(curve, place), place)
    for t in (step / 200 for step in range(201)):
        for x, up in ((0.0, 1), (10.0, -1)):
            y = 3 * t * (1 - t) ** 2 * 10 + 3 * t**2 * (1 - t) * 10
            point = (x + 3 * t**2 * (1 - t) * 10 + t**3 * 10, up * y)
            assert found <= math.dist(point, place) + 0.3
