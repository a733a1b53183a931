"""Colours: every text can be read on every fill, in every theme."""

import pytest

from viz.formats.themes import DARK, LIGHT, THEMES


def luminance(color):
    """Relative luminance after WCAG 2."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    dark, light = sorted((luminance(a), luminance(b)))
    return (light + 0.05) / (dark + 0.05)


FILLS = ("paper", "operation", "variable", "parameter", "constant", "root", "folded")


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("text", ["ink", "muted", "positive", "negative", "alarm"])
def test_text_stands_out_from_every_fill(theme, text):
    """At least 4.5:1, on paper and in every kind of box."""
    assert min(contrast(getattr(theme, text), getattr(theme, fill)) for fill in FILLS) >= 4.5


def test_the_signs_have_the_colours_of_the_specification():
    """Blue and orange, distinguishable with any colour vision."""
    assert (LIGHT.positive, LIGHT.negative) == ("#0072B2", "#B84A00")
    assert (DARK.positive, DARK.negative) == ("#56B4E9", "#E69F00")
    assert LIGHT.sign(2.0) == LIGHT.positive and LIGHT.sign(-2.0) == LIGHT.negative
    assert LIGHT.sign(float("nan")) == LIGHT.alarm and LIGHT.sign(0.0) == LIGHT.sign(None) == LIGHT.muted
