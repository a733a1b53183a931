"""What the player says is true: each sentence, as it is written, to the digits that it shows."""

import math
import re
from fractions import Fraction

import pytest
from hypothesis import Phase, given, reject, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, dot, logsumexp
from autograd import sum as sum_values
from autograd.rules.table import TABLE
from tests.viz.player.played import every_event, last_event, words
from viz import play

pytestmark = pytest.mark.browser

NUMBER = r"-?(?:\d[\d.]*(?:e[-+]\d+)?|inf|nan)"
ADDITION = re.compile(rf"(.+)\.grad: ({NUMBER}) \+ \(?({NUMBER})\)? × \(?({NUMBER})\)? ([=≈]) ({NUMBER})")
FORWARD = re.compile(rf"(\S+) = (.+) = (.+) ([=≈]) ({NUMBER})")


def exact(text):
    """A number as it is written."""
    return Fraction(text) if re.fullmatch(r"[-\d.e+]+", text) else float(text)


def digit(text):
    """What a step of the last of four significant digits is worth, or of the last that is shown."""
    mantissa, _, power = text.lstrip("-").partition("e")
    decimals = mantissa.partition(".")[2]
    shown = Fraction(10) ** (int(power or 0) - len(decimals))
    value = abs(Fraction(text))
    leading = math.floor(math.log10(value)) if value else 0
    return min(shown, Fraction(10) ** (leading - 3)) if value else Fraction(0)


DUST = Fraction(1e-318)  # below this a float has less than four sure digits, or none: then it is 0


def is_true(found, text, sign, size):
    """Whether a result, exact or a float, is what the text says.

    "≈" is for what rounding left alone of terms of this size, and for what is too small for a float; not for
    what "=" would say as truly.
    """
    shown = exact(text)
    if not isinstance(shown, Fraction) or (not isinstance(found, Fraction) and not math.isfinite(found)):
        return sign == "=" and str(float(found)) == str(float(shown))
    away = abs(Fraction(found) - shown)
    if sign == "≈":
        small, near = max(Fraction(size) / 10**9, DUST), max(Fraction(size) / 100, DUST)
        return abs(shown) <= small and digit(text) / 2 < away <= near
    return away <= digit(text) * Fraction(51, 100)


def check_addition(sentence):
    """Before + local derivative × gradient = after, exactly; in floats where that is inf or nan."""
    _, before, partial, upstream, sign, after = ADDITION.fullmatch(sentence).groups()
    number = exact if math.isfinite(float(after)) else float
    b, p, u = map(number, (before, partial, upstream))
    assert is_true(b + p * u, after, sign, abs(b) + abs(p * u)), sentence


def check_forward(sentence):
    """The formula with numbers: sums of products exactly, others as Python by the table's rules."""
    _, _, formula, sign, result = FORWARD.fullmatch(sentence).groups()
    python = re.sub(r"\b(inf|nan)\b", r"float('\1')", formula.replace("×", "*"))
    numbers = [abs(float(text)) for text in re.findall(NUMBER, formula)]
    names = {name: getattr(autograd, name) for name in TABLE if hasattr(autograd, name)}
    calls = {name: lambda *numbers, f=function: float(f(*numbers)) for name, function in names.items()}
    calls["logsumexp"] = lambda *numbers: float(logsumexp(list(numbers)))
    if all(map(math.isfinite, [*numbers, float(result)])) and not re.search(r"\*\*|/|[a-z]{2}", python):
        python = re.sub(NUMBER.replace("-?", "", 1), r"Fraction('\g<0>')", python)
    found = eval(python, {"__builtins__": {}, "float": float, "Fraction": Fraction}, calls)
    assert is_true(found, result, sign, max(numbers)), sentence


def sentences(root, open_page):
    return list(every_event(open_page(play(root, names=False, collapse="none"))))


LEAVES = st.one_of(
    st.floats(-3, 3).map(lambda x: round(x, 3)),
    st.floats(-1e-3, 1e-3),
    st.sampled_from([0.1, 0.3, 1 / 3, 2.0, -7.0, 1e-9, 123456.0, 20000.0, 0.1 + 0.2]),
)
STEPS = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 30), st.integers(0, 30)), min_size=3, max_size=9
)


def graph(leaves, steps):
    """A graph of many operations and shared nodes."""
    values = [Value(number, label=f"x{at}") for at, number in enumerate(leaves)]
    for kind, i, j in steps:
        a, b = values[i % len(values)], values[j % len(values)]
        made = [
            lambda a, b: a + b,
            lambda a, b: a - b,
            lambda a, b: a * b,
            lambda a, b: a / (2.5 + b * b),
            lambda a, b: a.tanh(),
            lambda a, b: (a * 0.1).exp(),
            lambda a, b: a**2,
            lambda a, b: -a,
            lambda a, b: sum_values([a, b, a, 0.3]),
            lambda a, b: dot([a, b, 0.7], [b, 1.5, a]),
            lambda a, b: logsumexp([a.tanh(), b.sigmoid()]),
            lambda a, b: a.relu() * 1.0000001,
        ][kind](a, b)
        values.append(made)
    return sum_values(values[-3:])


ALL = """() => events().map(({ kind }, at) => { go(at); return [kind, $("words").textContent]; })"""


def test_the_sentences_of_random_graphs_are_true(browser, tmp_path):
    """Forward and backward, as they are parsed from the page."""
    tab = browser.new_page()
    checked = {"forward": 0, "add": 0, "≈": 0}

    @settings(max_examples=25, phases=[Phase.generate])  # shrinking would load a thousand pages
    @given(st.lists(LEAVES, min_size=2, max_size=4), STEPS)
    def check(leaves, steps):
        try:
            root = graph(leaves, steps)
        except OverflowError:  # of exp or **, which the engine refuses
            reject()
        tab.goto(play(root, names=False, collapse="none").save(tmp_path / "page.html").as_uri())
        tab.wait_for_selector("body[data-ready]")
        for kind, sentence in tab.evaluate(ALL):
            if kind in checked:
                check_addition(sentence) if kind == "add" else check_forward(sentence)
                checked[kind] += 1
                checked["≈"] += "≈" in sentence and abs(float(sentence.split("≈")[1])) > DUST

    check()
    tab.close()
    assert checked["forward"] > 100 and checked["add"] > 200 and checked["≈"] < 10


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda x: x * 3.0 - 0.9, "v2 = v1 - 0.9 = 0.9 - 0.9 ≈ -1.11e-16"),
        (lambda x: (x - 3.0) * (1 / 3), "v2 = v1 × 0.33333 = -2.7 × 0.33333 = -0.9"),
        (
            lambda x: dot([x, x, x, 2.0], [1.0, -x, -2.0, 1.0]),
            "v2 = x × 1 + x × v1 + x × (-2) + 2 = 0.3 × 1 + ",
        ),
        (lambda x: x * 20000.0, "v1 = x × 20000 = 0.3 × 20000 = 6000"),
        (lambda x: x**2 / -4.0, "v1 = x ** 2 = 0.3 ** 2 = 0.09"),
        (lambda x: -(x - 1.0), "v2 = -v1 = -(-0.7) = 0.7"),
        (lambda x: x * math.inf, "v1 = x × inf = 0.3 × inf = inf"),
        (lambda x: sum_values([x] * 9), "v1 = x + … + x (9 terms) = 2.7"),
    ],
)
def test_numbers_have_the_digits_that_make_a_sentence_true(open_page, build, said):
    """Four, and more where four would be false; negative ones in brackets."""
    found = sentences(build(Value(0.3, label="x")), open_page)
    assert any(sentence.startswith(said) for sentence in found), found


def test_what_rounding_leaves_is_said_to_be_about_that(open_page):
    """0.3 - 3 × 0.1 is 0 in true arithmetic, and not in floats: no digits make an equation of it."""
    x = Value(0.1, label="x")
    root = x * 0.3 + x * -0.1 * 3.0
    said = sentences(root, open_page)
    assert any(re.fullmatch(r"x\.grad: .*≈ -?[\d.e-]+", sentence) for sentence in said), said
    with pytest.raises(AssertionError):
        check_addition("x.grad: 0.3 + (-0.1) × 2 = 0.2")


@pytest.mark.parametrize(
    ("x", "factors", "said"),
    [
        (1.0, [1.102e-306, -5.895e-308], ["v2 = v1 × (-5.895e-308) = 1.102e-306 × (-5.895e-308) ≈ 0"]),
        (1.0, [1.102e-306, -5.895e-308], ["x.grad: 0 + 1.102e-306 × (-5.895e-308) ≈ 0"]),
        (2.0, [1e-200, 1.2345e-123], ["x.grad: 0 + 1e-200 × 1.235e-123 ≈ 9.881e-324"]),
        (1.0, [1e-160, 1e160], ["v2 = v1 × 1e+160 = 1e-160 × 1e+160 = 1", "x.grad: 0 + 1e-160 × 1e+160 = 1"]),
        (1e200, [1e200], ["v1 = x × 1e+200 = 1e+200 × 1e+200 = inf"]),
        (0.0, [5e-324], ["v1 = x × 4.941e-324 = 0 × 4.941e-324 = 0"]),
    ],
)
def test_what_is_too_small_for_a_float_is_said_to_be_about_that(open_page, x, factors, said):
    """A product below all floats is not 0, and the smallest of the floats have few digits."""
    found = sentences(math.prod(factors, start=Value(x, label="x")), open_page)
    assert set(said) <= set(found), found
    for sentence in said:
        check_addition(sentence) if ".grad" in sentence else check_forward(sentence)


def test_the_smallest_floats_are_written_with_the_digits_that_add_up(open_page):
    """Three and six of the smallest are nine: 1.482 + 2.964 is not 4.447."""
    x = Value(1.0, label="x")
    said = sentences(x * 1.5e-323 + x * 3e-323, open_page)
    assert "v1 = -x = -4.941e-324 = -4.941e-324" in sentences(-Value(5e-324, label="x"), open_page)
    assert "x.grad: 2.9644e-323 + 1.4822e-323 × 1 = 4.447e-323" in said, said
    for wrong in ("2.964e-323 + 1.482e-323 × 1 = 4.447e-323", "0 + 1e-200 × 1e-200 = 0", "1 + 1 × 2 ≈ 3"):
        with pytest.raises(AssertionError):
            check_addition(f"x.grad: {wrong}")


def test_nan_is_said_and_played(open_page):
    """0 × inf, on the way back."""
    x = Value(0.0, label="x")
    said = sentences(x.sqrt() * 0.0, open_page)
    assert "x.grad: 0 + inf × 0 = nan" in said


def test_local_derivatives_appear_with_the_step_that_computes_them(open_page):
    """In the picture and below the sentence; not before."""
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    tab = open_page(play((a * b).tanh(), names=False))
    labels = lambda: tab.locator("g.edge text").all_text_contents()
    assert labels() == ["", "", ""] and tab.inner_text("#more") == ""
    tab.keyboard.press("ArrowRight")
    assert sorted(labels()) == ["", "-3", "2"] and tab.inner_text("#more") == "∂/∂a = -3, ∂/∂b = 2"
    tab.keyboard.press("ArrowRight")
    assert "" not in labels()
    tab = open_page(play(b * b, names=False))
    tab.keyboard.press("ArrowRight")
    assert tab.inner_text("#more") == "∂/∂(1st b) = -3, ∂/∂(2nd b) = -3"


LIT = """() => Object.fromEntries([...document.querySelectorAll("#stage .now")].map((group) =>
  [group.querySelector("tspan.name, text").textContent,
   ["above", "edge", "below"].filter((role) => group.classList.contains(`is-${role}`)).join()]))"""


def test_the_three_numbers_have_the_colours_of_their_places(open_page):
    """The edge, the node above and the node below are lit, each as its number is."""
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    root = a * b
    root.label = "L"
    tab = open_page(play(root, names=False), reduced_motion="reduce")
    for _ in range(3):
        tab.keyboard.press("ArrowRight")
    assert words(tab) == "a.grad: 0 + (-3) × 1 = -3"
    assert tab.evaluate(LIT) == {"a": "below", "L = ×": "above", "-3": "edge"}
    painted = "(one) => [getComputedStyle(one).borderBottomColor, getComputedStyle(one).backgroundColor]"
    drawn = "(one) => [getComputedStyle(one).stroke, getComputedStyle(one).fill]"
    numbers = [tab.locator(".term").nth(at).evaluate(painted) for at in range(4)]
    below, above = (
        tab.locator(f"g.node.is-{role} > :is(path, polygon)").first for role in ("below", "above")
    )
    assert numbers[0] == numbers[3] == below.evaluate(drawn)
    assert numbers[2] == above.evaluate(drawn)
    assert numbers[1][0] == tab.locator("g.edge.is-edge > path").evaluate(
        "(one) => getComputedStyle(one).stroke"
    )
    assert len({tuple(number) for number in numbers}) == 3


def test_every_number_of_an_addition_leads_to_its_place(open_page):
    """A click brings the place into the stage, where the picture is larger than that."""
    root = Value(0.5, label="x")
    for _ in range(60):
        root = (root + 0.1).tanh()
    tab = open_page(play(root, names=False, collapse="none"), width=700, height=600)
    tab.evaluate("go(events().length - 2)")
    for role in ("above", "edge", "below"):
        tab.emulate_media(reduced_motion="reduce")
        tab.evaluate("pan(1e5, 0)")
        tab.locator(f"#words .is-{role}").first.click()
        place, stage = tab.locator(f"#stage .is-{role}").bounding_box(), tab.locator("#stage").bounding_box()
        assert stage["x"] <= place["x"] and place["x"] + place["width"] <= stage["x"] + stage["width"]
    assert last_event(tab) > 200
