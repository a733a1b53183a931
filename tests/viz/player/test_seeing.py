"""What can be seen of the player: in every state, in both lights, on a projector and on a phone."""

import pytest

import nn
from autograd import Value
from tests.viz.measuring import faint, texts, tiny
from tests.viz.player.played import last_event
from viz import play

pytestmark = pytest.mark.browser


def neuron():
    """Gradients of both signs, of zero, NaN and infinity."""
    x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.88, label="b")
    root = (w * x + b).tanh() + x * 0.0 - Value(0.0, label="z").sqrt()
    root.label = "out"
    return play(root, names=False)


def folded():
    """Modules as boxes."""
    model = nn.MLP(2, [3, 1], seed=0)
    return play(model([0.5, -1.0]), names=False, collapse="modules")


def larger_than_the_stage():
    """Some forty Values, more than can be read at once."""
    return play(nn.MLP(3, [4, 4, 1], seed=0)([2.0, 3.0, -1.0]), names=False, collapse="none")


STATES = {"light": {"color_scheme": "light"}, "dark": {"color_scheme": "dark"}}


@pytest.mark.parametrize("light", STATES)
@pytest.mark.parametrize("make", [neuron, folded, larger_than_the_stage])
def test_every_text_stands_out_in_every_state(open_page, make, light):
    """4.5:1 at least, at thirty events, asked and hinted, right and wrong, with sliders and table open."""
    tab = open_page(make(), width=1280, height=720, reduced_motion="reduce", **STATES[light])
    seen = set()

    def check():
        assert faint(tab) == []
        seen.update(text.words for text in texts(tab))

    last = last_event(tab)
    for at in sorted({*range(0, last, 1 + last // 30), last}):
        tab.evaluate(f"go({at})")
        check()
    for opened in ("#whatif", "#numbers"):
        tab.click(f"{opened} summary")
        tab.evaluate(f"document.querySelector('{opened} :is(label, th)').scrollIntoView()")
        check()
        tab.click(f"{opened} summary")
    tab.check("#predict")
    adds = tab.evaluate("events().flatMap((event, at) => event.kind === 'add' ? [at] : [])")
    for at in adds[:3]:
        tab.evaluate(f"go({at})")
        check()
        for button in ("#hint", "#hint", "form button"):
            tab.click(button)
            check()
        tab.click("#reveal")
        check()
    tab.uncheck("#predict")
    while tab.evaluate("Boolean(current.boxes.find(({ opens }) => opens !== null))"):
        tab.evaluate("open(current.boxes.find(({ opens }) => opens !== null))")
        for at in ("now", "events().length - 2"):
            tab.evaluate(f"go({at})")
            check()
    assert {"local derivatives", "Check", "✗ type a number, such as -0.25", "?"} <= seen or not adds


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_a_theme_that_was_asked_for_is_kept(open_page, theme):
    """Also on a system that is the other way round."""
    made = neuron().in_theme(theme)
    tab = open_page(made, color_scheme="light" if theme == "dark" else "dark", reduced_motion="reduce")
    for at in (0, 3, last_event(tab) - 1):
        tab.evaluate(f"go({at})")
        assert faint(tab) == []
    paper = "getComputedStyle(document.body).backgroundColor"
    expected = "rgb(20, 23, 28)" if theme == "dark" else "rgb(255, 255, 255)"
    assert tab.evaluate(paper) == expected


def test_the_system_may_change_its_mind(open_page):
    """The picture, too, changes its colours at once."""
    tab = open_page(neuron(), color_scheme="light", reduced_motion="reduce")
    tab.keyboard.press("End")
    fills = (
        "[...document.querySelectorAll('#stage text, #stage path')].map((one) => getComputedStyle(one).fill)"
    )
    light = tab.evaluate(fills)
    tab.emulate_media(color_scheme="dark")
    assert set(tab.evaluate(fills)) - {"none"} and tab.evaluate(fills) != light
    assert faint(tab) == []


IN_SIGHT = """() => {
  const stage = $("stage").getBoundingClientRect(), { arrow } = events()[now];
  const lit = (role) => document.querySelector("#stage .is-" + role)?.getBoundingClientRect();
  const inside = (box, low, high) => box[low] >= stage[low] - 1 && box[high] <= stage[high] + 1;
  const seen = (box) => !box || (inside(box, "left", "right") && inside(box, "top", "bottom"));
  const together = [lit("below"), lit("above"), arrow?.group.getBoundingClientRect()].filter((box) => box);
  const ends = (side) => together.map((box) => box[side]);
  const fits = (low, high) => Math.max(...ends(high)) - Math.min(...ends(low)) <= stage[high] - stage[low];
  return [seen(lit("below")), seen(lit("above")), fits("left", "right") && fits("top", "bottom")];
}"""
"""Whether the node below is seen, whether the one above is, and whether both and their arrow have room."""
SCREENS = {"projector": (1280, 720), "large": (1920, 1080), "phone": (390, 844), "low phone": (360, 640)}


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("make", [neuron, folded, larger_than_the_stage])
def test_the_first_screen_can_be_read(open_page, make, screen):
    """Picture, sentence and buttons on it, nothing under 11 pixels, no scrolling sideways."""
    wide, high = SCREENS[screen]
    tab = open_page(make(), width=wide, height=high, reduced_motion="reduce")
    for at in (0, 1, last_event(tab) // 2, last_event(tab)):
        tab.evaluate(f"go({at})")
        assert tiny(tab) == []
        boxes = {name: tab.locator(name).bounding_box() for name in ("#stage", "#words", "#steps")}
        assert all(box["y"] >= 0 and box["y"] + box["height"] <= high for box in boxes.values()), boxes
        assert boxes["#stage"]["height"] >= 0.25 * high
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert any(text.words == "grad" for text in texts(tab)) or make is folded


@pytest.mark.parametrize("screen", SCREENS)
def test_what_is_spoken_of_is_in_sight(open_page, screen):
    """A picture larger than the stage moves: to the node below, and to the one above if there is room."""
    wide, high = SCREENS[screen]
    tab = open_page(larger_than_the_stage(), width=wide, height=high, reduced_motion="reduce")
    assert tab.evaluate(
        "whole.width * camera.scale > stage.clientWidth || whole.height * camera.scale > stage.clientHeight"
    )
    found = []
    for at in range(1, last_event(tab)):
        tab.evaluate(f"go({at})")
        found.append(tab.evaluate(IN_SIGHT))
    assert all(below for below, _, _ in found)
    assert all(above for _, above, fits in found if fits)
    assert sum(fits for *_, fits in found) >= (len(found) // 2 if wide > 1000 else 1)


def test_the_camera_is_still_where_all_can_be_read(open_page):
    """A small graph fills the stage, and does not move."""
    tab = open_page(neuron(), width=1280, height=720)
    place = "JSON.stringify(document.querySelector('#stage g.graph').getBoundingClientRect())"
    first = tab.evaluate(place)
    for _ in range(last_event(tab)):
        tab.keyboard.press("ArrowRight")
        assert tab.evaluate(place) == first
    assert tab.locator("#stage g.graph").bounding_box()["width"] > 800


def test_the_picture_stays_in_sight_while_leaves_are_moved(open_page):
    """The sliders take room from the stage, and not the stage from sight."""
    tab = open_page(neuron(), width=1280, height=720)
    tab.click("#whatif summary")
    for name in ("#stage", "#whatif", "#steps"):
        box = tab.locator(name).bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= 720
    assert tab.locator("#stage").bounding_box()["height"] > 150 and tiny(tab) == []
