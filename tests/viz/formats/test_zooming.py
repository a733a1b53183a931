"""The page of a drawing in a real Chromium: boxes open and close, and what is in them can be read."""

import base64
import hashlib
import json
import random
import re
import zlib

import pytest

from autograd import Value
from tests.viz.measuring import overlaps, tiny
from tests.viz.pictures import PICTURES
from viz import draw

pytestmark = pytest.mark.browser

OPENS = ".node[role=button]:visible"
INNERMOST = """() => {
  const last = current.boxes.filter((box) => box.opens !== null).pop();
  last?.group.dispatchEvent(new MouseEvent("click"));
  return Boolean(last);
}"""
"""Click on the last box that opens on the level that was opened last; whether there is one."""
ANY = """(share) => {
  const all = [...document.querySelectorAll("[role=button]")].filter((one) => one.checkVisibility());
  all[Math.floor(share * all.length)].dispatchEvent(new MouseEvent("click"));
}"""
"""Click on one of the boxes that open and of the bars that close, the one at this share of them."""
SINGLE = """() => current.boxes.map((box) =>
  [current.at[box.members[0]], box.group.querySelector("title").textContent])"""
STILL = {"width": 1280, "height": 720, "reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def pictures():
    """Drawings by name and theme, each made once."""
    made = {}

    def picture(name, theme="light"):
        if name not in made:
            made[name] = draw(PICTURES[name](), names=False)
        return made[name].in_theme(theme)

    return picture


@pytest.fixture
def look(open_page, pictures):
    """Opens the page of a picture."""

    def look_(name, theme="light", **options):
        tab = open_page(pictures(name, theme), **{**STILL, **options})
        tab.wait_for_selector("body[data-ready]")
        return tab

    return look_


def shipped(page):
    """What a page holds: the levels, and the numbers of all Values."""
    text = re.search('id="levels">([^<]*)<', page)[1]
    return json.loads(zlib.decompress(base64.b64decode(text)))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
@pytest.mark.parametrize("name", PICTURES)
def test_at_first_sight_all_can_be_read_and_nothing_overlaps(look, name, size, theme):
    """No text below 11 pixels, no box upon another, all on two screens."""
    tab = look(name, theme, width=size[0], height=size[1])
    assert tiny(tab) == [] and overlaps(tab) == []
    seen = tab.evaluate(
        "() => [region(whole)].map(({ width, height }) => [width * camera.scale, height * camera.scale])[0]"
    )
    assert seen[0] <= size[0] and seen[1] <= 2 * size[1]


@pytest.mark.parametrize("name", PICTURES)
def test_clicks_lead_to_single_values_with_their_numbers(look, pictures, name):
    """The innermost level opened by clicks shows Values one by one, as the engine has them."""
    tab, graph = look(name), pictures(name).graph
    while tab.evaluate(INNERMOST):
        assert tiny(tab) == [] and overlaps(tab) == []
    for position, words in tab.evaluate(SINGLE) if graph else ():
        data = float(re.search("data (.*)", words)[1])
        assert data == graph.nodes[position].data


@pytest.mark.parametrize("name", PICTURES)
def test_every_kind_of_box_opens(look, name):
    """Each level is reached from the outermost one, box by box, and drawn without an error."""
    tab = look(name)
    left = tab.evaluate(
        """() => {
          const met = new Set(), waiting = [whole];
          while (waiting.length) for (const box of waiting.shift().boxes)
            if (box.opens !== null && !met.has(box.opens)) {
              met.add(box.opens);
              open(box);
              waiting.push(box.opened);
            }
          return [met.size, whole.templates.length - 1, [...document.querySelectorAll(".frame")].length];
        }"""
    )
    assert left[0] == left[1] == left[2]
    assert overlaps(tab) == []


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
    tab.locator(OPENS, has_text="blocks.0").click()
    assert tab.locator(".frame .node").count() > 3
    tab.locator(".bar").click()
    assert tab.locator(".frame").count() == 0 and tab.evaluate(places) == before


def test_the_trail_says_where_one_is_and_leads_back(look):
    """From the whole to the frame that was opened last; a click on a name looks at that level."""
    tab = look("a transformer")
    tab.locator(OPENS, has_text="blocks.0").click()
    tab.locator(".frame").last.locator(OPENS, has_text="attention").first.click()
    assert tab.locator("#trail button").all_inner_texts() == [
        "Drawing of 3,223 Values",
        "blocks.0",
        "attention",
    ]
    tab.locator("#trail button", has_text="blocks.0").click()
    assert tab.locator("#trail [aria-current]").inner_text() == "blocks.0"
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


@pytest.mark.parametrize("name", PICTURES)
def test_the_page_is_below_a_megabyte_and_loads_nothing(pictures, name):
    """One text, with the hashes of style and script in its policy."""
    page = pictures(name).html
    assert len(page.encode()) < 1_000_000
    policy = re.search('Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src 'none'") and " style=" not in page
    for tag in ("style", "script"):
        body = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)[1]
        assert base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() in policy
    assert not re.search(r"https?://(?!www\.w3\.org/)", page)


def test_a_notebook_gets_the_page_where_something_opens(pictures):
    """In a frame of its own; a picture in which nothing opens stays an SVG."""
    assert "<iframe" in pictures("a transformer").framed and "<iframe" not in pictures("the neuron").framed


def test_a_label_is_text_in_the_page(open_page):
    """Markup in a name is shown as it stands."""
    x = Value(1.0, label="</script><b>x</b>")
    tab = open_page(draw(x * 2.0, names=False), **STILL)
    tab.wait_for_selector("body[data-ready]")
    assert tab.locator("tspan.name").first.text_content() == "</script><b>x</b>"


@pytest.mark.parametrize("name", ["a net on four samples", "a recurrent net", "the net of the moons"])
def test_the_page_paints_its_arrows_as_the_picture_does(look, pictures, name):
    """Colour, width and dashes of each are those that Graphviz was told."""
    paint = (
        """(arrow) => ["stroke", "stroke-width", "stroke-dasharray"].map((one) => arrow.getAttribute(one))"""
    )
    tab = look(name)
    painted = tab.evaluate(f"() => whole.arrows.map((arrow) => [arrow.id, ({paint})(arrow.lines[0][0])])")
    svg = re.search(r'<main id="stage">(.*?)</main>', pictures(name).html, re.DOTALL)[1]
    drawn = tab.evaluate(
        f"""([svg, ids]) => {{
          const picture = new DOMParser().parseFromString(svg, "text/html");
          return ids.map((id) => [id, ({paint})(picture.querySelector(`[id="${{id}}"] path`))]);
        }}""",
        [svg, [id for id, _ in painted]],
    )
    assert len(painted) >= 3
    for (_, (color, width, dash)), (_, (drawn_color, drawn_width, drawn_dash)) in zip(painted, drawn):
        assert (color, dash) == (drawn_color, drawn_dash)
        assert float(width) == pytest.approx(float(drawn_width or 1), abs=0.011)  # rounded to two decimals


@pytest.mark.parametrize("width", [1280, 600])
def test_all_of_the_legend_can_be_seen(look, width):
    """What has no room in a row stands in the next one."""
    tab = look("a net on four samples", width=width)
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
