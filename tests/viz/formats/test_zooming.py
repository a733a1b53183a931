"""The page of a drawing in a real Chromium: boxes open and close, and what is in them can be read."""

import base64
import hashlib
import random
import re
from functools import cache

import pytest

from autograd import Value
from tests.viz.clicking import ANY, INNERMOST, OPENS
from tests.viz.measuring import OVERLAPS, overlaps, tiny
from tests.viz.pictures import PICTURES, drawing
from viz import draw
from viz.formats import zooming

pytestmark = pytest.mark.browser

SINGLE = """() => current.boxes.map((box) =>
  [current.at[box.members[0]], box.group.querySelector("title").textContent])"""
EACH = """() => {
  const met = new Set([0]), found = [];
  const enter = (level) => level.boxes.filter((box) => box.opens !== null).forEach((box) => {
    if (met.has(box.opens)) return;
    met.add(box.opens);
    open(box);
    found.push(...(%s)());
    enter(box.opened);
    close(box);
  });
  enter(whole);
  return [met.size, whole.templates.length, found];
}"""
"""Open a box of each kind, and in it again, and close it: levels met, levels there are, overlaps."""
CLOSE = """() => {
  const shut = ({ boxes }) => boxes.filter(({ kept }) => kept).forEach((box) => {
    shut(box.kept);
    if (box.opened) close(box);
  });
  shut(whole);
  visit(whole, false);
}"""
"""Close all boxes, also those in boxes that are closed: these open again as they were left."""
AWAY = """() => whole.arrows.flatMap(({ labels, lines: [[line]] }) => labels.map((label) => {
  const { left, right, top, bottom } = label.getBoundingClientRect(), matrix = line.getScreenCTM();
  const shares = Array.from({ length: 201 }, (_, at) => line.getTotalLength() * at / 200);
  const points = shares.map((share) => line.getPointAtLength(share).matrixTransform(matrix));
  return Math.min(...points.map(({ x, y }) => Math.hypot(x - (left + right) / 2, y - (top + bottom) / 2)));
}))"""
"""How far the number of each arrow is from it, in pixels."""
STILL = {"width": 1280, "height": 720, "reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def look(keep_page):
    """Shows the page of a picture, all boxes closed."""

    @cache
    def opened(name):
        tab = keep_page(drawing(name), **STILL)
        tab.wait_for_selector("body[data-ready]")
        return tab

    def look_(name, width=1280, height=720):
        tab = opened(name)
        tab.set_viewport_size({"width": width, "height": height})
        tab.evaluate(CLOSE)
        return tab

    return look_


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
@pytest.mark.parametrize("name", PICTURES)
def test_at_first_sight_all_can_be_read_and_nothing_overlaps(look, name, size):
    """No text below 11 pixels, no box upon another, all on two screens."""
    tab = look(name, *size)
    assert tiny(tab) == [] and overlaps(tab) == []
    seen = tab.evaluate(
        "() => [region(whole)].map(({ width, height }) => [width * camera.scale, height * camera.scale])[0]"
    )
    assert seen[0] <= size[0] and seen[1] <= 2 * size[1]


def test_a_theme_is_colours_and_nothing_else():
    """So that what can be read in one can be read in all."""
    light, dark = (drawing("the neuron").in_theme(theme).html for theme in ("light", "dark"))
    colours = re.compile(r":root \{.*?\}|sha256-[^']*|<body class=.*?>|content=\"(light|dark)\"")
    assert light != dark and colours.sub("", light) == colours.sub("", dark)


@pytest.mark.parametrize("name", PICTURES)
def test_clicks_lead_to_single_values_with_their_numbers(look, name):
    """The innermost level opened by clicks shows Values one by one, as the engine has them."""
    tab, graph = look(name), drawing(name).graph
    while tab.evaluate(INNERMOST):
        assert tiny(tab) == [] and overlaps(tab) == []
    for position, words in tab.evaluate(SINGLE) if graph else ():
        data = float(re.search("data (.*)", words)[1])
        assert data == graph.nodes[position].data


@pytest.mark.parametrize("name", PICTURES)
def test_every_kind_of_box_opens(look, name):
    """Each level is reached from the outermost one, box by box, and drawn without an error or an overlap."""
    met, levels, found = look(name).evaluate(EACH % OVERLAPS)
    assert met == levels and found == []


@pytest.mark.parametrize("seed", range(3))
def test_boxes_opened_and_closed_in_any_order_never_overlap(look, seed):
    """Whatever is open beside it."""
    tab, chosen = look("a net on four samples"), random.Random(seed)
    for _ in range(10):
        tab.evaluate(ANY, chosen.random())
        assert overlaps(tab) == []


def test_a_click_on_the_bar_of_a_frame_closes_it(look):
    """Everything is where it was."""
    tab = look("a transformer")
    places = """() => [...document.querySelectorAll(".node, .edge path")]
      .map((one) => [one.getAttribute("transform"), one.getAttribute("d")])"""
    before = tab.evaluate(places)
    tab.locator(OPENS, has_text="blocks.0.attention").click()
    assert tab.locator(".frame .node").count() > 3
    tab.locator(".bar").click()
    assert tab.locator(".frame").count() == 0 and tab.evaluate(places) == before


def test_the_trail_says_where_one_is_and_leads_back(look):
    """From the whole to the frame that was opened last; a click on a name looks at that level."""
    tab = look("a transformer")
    tab.locator(OPENS, has_text="blocks.0.attention").click()
    inner = tab.locator(".frame").last.locator(OPENS).first
    name = inner.get_attribute("aria-label").removeprefix("open ")
    inner.click()
    assert tab.locator("#trail button").all_inner_texts() == [
        "Drawing of 3,223 Values",
        "blocks.0.attention",
        name,
    ]
    tab.locator("#trail button", has_text="blocks.0.attention").click()
    assert tab.locator("#trail [aria-current]").inner_text() == "blocks.0.attention"
    assert tab.locator(".frame").count() == 2


def test_the_keyboard_opens_closes_and_zooms(look):
    """Tab to a box, Enter; Escape; + and -, and 0 for all of it."""
    tab = look("a chain of 200")
    tab.locator(OPENS).focus()
    tab.keyboard.press("Enter")
    assert tab.locator(".frame").count() == 1
    tab.keyboard.press("Escape")
    assert tab.locator(".frame").count() == 0
    start = tab.evaluate("() => camera.scale")
    tab.keyboard.press("+")
    assert tab.evaluate("() => camera.scale") == pytest.approx(1.25 * start)
    tab.keyboard.press("0")
    assert tab.evaluate("() => camera.scale") == start


def test_dragging_and_the_wheel_move_the_picture_and_open_nothing(look):
    """A drag that begins on a box is no click on it; the wheel zooms with Ctrl."""
    tab = look("a chain of 200")
    box = tab.locator(OPENS).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    start = tab.evaluate("() => ({ ...camera })")
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + 60, y + 30, steps=4)
    tab.mouse.up()
    after = tab.evaluate("() => ({ ...camera })")
    assert tab.locator(".frame").count() == 0
    assert start["x"] - after["x"] == pytest.approx(60 / start["scale"])
    tab.keyboard.down("Control")
    tab.mouse.wheel(0, -100)
    tab.wait_for_function(f"() => camera.scale > {start['scale']}")
    tab.keyboard.up("Control")


@pytest.mark.parametrize("name", PICTURES)
def test_the_page_is_below_a_megabyte_and_loads_nothing(name):
    """One text, with the hashes of style and script in its policy."""
    page = drawing(name).html
    assert len(page.encode()) < 1_000_000
    policy = re.search('Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src 'none'") and " style=" not in page
    for tag in ("style", "script"):
        body = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)[1]
        assert base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() in policy
    assert not re.search(r"https?://(?!www\.w3\.org/)", page)


def test_a_notebook_gets_the_page_where_something_opens():
    """In a frame of its own; a picture in which nothing opens stays an SVG."""
    assert "<iframe" in drawing("a transformer").framed and "<iframe" not in drawing("the neuron").framed


def test_a_label_is_text_in_the_page(open_page):
    """Markup in a name is shown as it stands."""
    x = Value(1.0, label="</script><b>x</b>")
    tab = open_page(draw(x * 2.0, names=False), **STILL)
    assert tab.locator("tspan.name").first.text_content() == "</script><b>x</b>"


SAME = """([svg, keys]) => {
  const picture = new DOMParser().parseFromString(svg, "text/html");
  const said = (group) => ({
    words: [...group.querySelectorAll("text")].map((text) => text.textContent),
    paint: strokes(group).map((line) =>
      ["stroke", "fill", "stroke-dasharray"].map((name) => line.getAttribute(name))),
    widths: strokes(group).map((line) => Number(line.getAttribute("stroke-width") || 1)),
  });
  const drawn = [...whole.boxes, ...whole.arrows];
  return drawn.map(({ group }, at) => [group, picture.querySelector(`[id="${keys[at]}"]`)].map(said));
}"""
"""What each box and arrow says, and how it is painted: on the page, and in the picture."""


@pytest.mark.parametrize(
    "name", ["the neuron", "a net on four samples", "a recurrent net", "the net of the moons"]
)
def test_the_page_draws_what_the_picture_says(look, name):
    """Words, colours, widths and dashes are those of the SVG, box by box and arrow by arrow."""
    is_as_painted(look(name), drawing(name))


def is_as_painted(tab, picture):
    """Whether the page draws, box by box and arrow by arrow, what the SVG does."""
    keys = [part.key for part in (*picture.view.boxes, *picture.view.arrows)]
    svg = re.search(r'<main id="stage">(.*?)</main>', picture.html, re.DOTALL)[1]
    drawn = tab.evaluate(SAME, [svg, keys])
    assert len(drawn) == len(keys) > 5
    for on_page, in_picture in drawn:
        rounded = pytest.approx(in_picture["widths"], abs=0.011)
        assert on_page == {**in_picture, "widths": rounded}


def test_a_page_without_numbers_paints_what_passes_back(keep_page, monkeypatch):
    """The first picture of a drawing that is too large has the colours, widths and dashes of its legend."""
    monkeypatch.setattr(zooming, "MOST_BYTES", 0)
    picture = draw(PICTURES["a net on four samples"](), names=False)
    tab = keep_page(picture, **STILL)
    assert tab.evaluate("() => nodes.data.length") == 0
    is_as_painted(tab, picture)


def test_a_number_stays_on_its_arrow_when_boxes_open(look):
    """However far the arrow moves, and however much the room beside it grows."""
    tab = look("a net on one sample")
    for _ in range(2):
        away = tab.evaluate(AWAY)
        assert len(away) > 4 and max(away) < 25
        tab.evaluate("() => open(whole.boxes.find((box) => box.title === 'layers.2.neurons.0'))")


@pytest.mark.parametrize("width", [1280, 600])
def test_all_of_the_legend_can_be_seen(look, width):
    """What has no room in a row stands in the next one."""
    tab = look("a net on four samples", width)
    words = tab.evaluate(
        """() => [...document.querySelectorAll("#legend text")].map((text) => {
          const { right, bottom } = text.getBoundingClientRect();
          const frame = text.closest("svg").getBoundingClientRect();
          return [text.textContent, right <= Math.min(innerWidth, frame.right) && bottom <= innerHeight];
        })"""
    )
    assert {"gradient > 0", "gradient < 0", "gradients of both signs"} <= {word for word, _ in words}
    assert all(seen for _, seen in words), words


def test_a_box_may_hold_more_numbers_than_a_call_takes_arguments(look):
    """300,000 of them have a length, a least and a largest one, in the functions of both pages."""
    tab = look("the neuron")
    many = tab.evaluate(
        """() => {
          const numbers = Array.from({ length: 300000 }, (_, at) => at % 2 ? 3 : -4);
          return [lengthOf(numbers), range(numbers), greatest(numbers), together(numbers).flow];
        }"""
    )
    length = pytest.approx((25 * 150_000) ** 0.5, rel=1e-12)
    assert many == [length, "-4 … 3", 4, length]
