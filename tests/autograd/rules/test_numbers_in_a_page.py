"""What rules call and JavaScript lacks, in a real Chromium: as Python has it."""

import math

import pytest

from autograd.rules import limits
from autograd.rules.javascript import functions_called, literal
from autograd.rules.reductions import largest, total

pytestmark = pytest.mark.browser

NUMBERS = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -3.0, 1e300, -1e300, 1e-300, math.inf, -math.inf, math.nan]
ALONG = [at / 16 for at in range(-110, 440)]
"""Where erf and erfc turn from one form to the other, and on to where erfc is nearly the least number."""

CALLS = {
    "power": (limits.pow, [(x, y) for x in NUMBERS for y in NUMBERS]),
    "erf": (limits.BY_NAME["erf"], [(x,) for x in NUMBERS + ALONG]),
    "erfc": (limits.BY_NAME["erfc"], [(x,) for x in NUMBERS + ALONG]),
    "total": (
        lambda *terms: total(terms),
        [(), (-0.0,), (1e16, 1.0, -1e16), (1.0, math.inf), (math.nan, 1.0)],
    ),
    "largest": (lambda *terms: largest(terms), [(), (-3.0, -2.0), (math.nan, 1.0), (1.0, math.nan, 2.0)]),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_functions_of_numbers_js_are_pythons(browser, name):
    """At special numbers, and along erf and its complement: to 1e-12 of each, however small it is."""
    function, points = CALLS[name]
    given = [", ".join(map(literal, point)) for point in points]
    if name in ("total", "largest"):
        given = [f"{len(point)}, at => [{text}][at]" for point, text in zip(points, given)]
    tab = browser.new_page()
    calls = ", ".join(f"{name}({text})" for text in given)
    found = tab.evaluate(f"() => {{ {functions_called(name + '(')}\nreturn [{calls}].map(String); }}")
    tab.close()
    for point, result in zip(points, found, strict=True):
        expected = function(*point)
        assert float(result) == pytest.approx(expected, rel=1e-12, abs=1e-320, nan_ok=True), point
