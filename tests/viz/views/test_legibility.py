"""What is drawn is what can be read where it is shown."""

import re

import pytest

from autograd import Value
from tests.viz.pictures import drawing, named
from viz import draw
from viz.views.legibility import DRAWN, SMALLEST, is_legible


def size(name):
    """The width and height of a promised picture in its own size."""
    return tuple(
        float(re.search(f'{side}="([\\d.]+)"', drawing(name).svg)[1]) for side in ("width", "height")
    )


def fan(many):
    """The sum of so many products."""
    return sum((Value(1.0, label=f"a{at}") * 2.0 for at in range(many)), Value(0.0))


@pytest.mark.parametrize("name", named())
def test_no_text_is_below_eleven_pixels_and_no_picture_longer_than_two_screens(name):
    """Scaled so that its smallest text is 11 pixels high, a picture is as wide as a projector's screen."""
    wide, high = size(name)
    scale = min(1.0, 1280 / wide)
    assert scale * DRAWN >= SMALLEST and high * SMALLEST / DRAWN <= 2 * 720


@pytest.mark.parametrize("name", named())
def test_no_picture_is_a_ribbon(name):
    """None is wider than three heights, but for two boxes above a sentence, which is 800 units long."""
    wide, high = size(name)
    assert wide <= max(3 * high, 800)


@pytest.mark.parametrize("name", named())
def test_the_smallest_text_of_a_picture_is_as_high_as_is_reckoned_with(name):
    """13 units: the plain numbers, the words, the legend."""
    sizes = re.findall(r'font-size="([\d.]+)"', drawing(name).svg)
    assert min(map(float, sizes)) >= DRAWN


def test_a_larger_place_shows_more():
    """The finest way to fold that can be read there; where all can be read, that is each Value."""
    shown = [len(draw(fan(12), fit=fit).view.boxes) for fit in ((320, 240), (1280, 720), (4000, 2000))]
    assert shown[0] < shown[1] < shown[2] == len(draw(fan(12), collapse="none").view.boxes)


def test_collapse_and_expand_override_what_can_be_read():
    """A box for each Value, however many there are."""
    assert len(draw(fan(40), collapse="none").view.boxes) == 121


@pytest.mark.parametrize("fit", [(0, 720), (1280,), "large", (1280, float("nan"))])
def test_a_place_is_a_width_and_a_height(fit):
    """Whatever else is given is refused, and said to be."""
    with pytest.raises(
        ValueError, match=r"fit is a width and a height in pixels, such as \(1280, 720\), got"
    ):
        draw(fan(2), fit=fit)


def test_legible_means_eleven_pixels_and_two_screens():
    """A text of 13 units may be scaled to 11/13, and no further."""
    assert is_legible((1280 * 13 / 11, 1440 * 13 / 11), (1280, 720))
    assert not is_legible((1280 * 13 / 11 + 1, 100), (1280, 720))
    assert not is_legible((100, 1440 * 13 / 11 + 1), (1280, 720))
