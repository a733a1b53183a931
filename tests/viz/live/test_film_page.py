"""The page of a film, in a browser: it goes through the frames, trains on from any, and hears of new ones."""

import html
import json
import math

import pytest

from autograd import compile
from nn import MLP, SGD, hinge, make_moons
from tests.viz.live.conftest import silent_tab
from viz import film
from viz.live.following import _script
from viz.live.frames import Point
from viz.live.making import live_page

STEPS = 6
RATE = 0.1


@pytest.fixture(scope="module")
def filmed():
    """A film of some compiled steps, and the losses of twice as many."""
    X, y = make_moons(30, noise=0.1, seed=0)
    model = MLP(2, [4, 1], "tanh", seed=1)
    optimizer = SGD(model.parameters(), lr=RATE)
    fast = compile(lambda x, target: hinge(model(x), target), backend="numpy")
    with fast.training(optimizer) as step:
        with film(model, hinge, X, 2 * y - 1) as record:
            losses = []
            for _ in range(STEPS):
                losses.append(step(X, 2 * y - 1))
                record(step)
        losses += [step(X, 2 * y - 1) for _ in range(STEPS)]
    return record, losses


@pytest.fixture(scope="module")
def tab(browser):
    """One tab for all films."""
    with silent_tab(browser) as opened:
        yield opened


@pytest.fixture
def page(tab, filmed, tmp_path):
    """The page of the film, opened anew."""
    tab.goto(filmed[0].page.save(tmp_path / "film.html").as_uri())
    return tab


def weights(tab):
    """The parameters that are shown, in the page's order."""
    return tab.evaluate("[...weights]")


@pytest.mark.browser
def test_the_page_goes_through_the_frames(page, filmed):
    """It opens at the last; each has the parameters of Python, to the bit, and the curve its losses."""
    record, _ = filmed
    assert weights(page) == record.frames.numbers[-1].tolist()
    page.keyboard.press("Home")
    for numbers in record.frames.numbers.tolist():
        assert weights(page) == numbers
        page.evaluate("goTo(shown + 1)")
    assert page.evaluate("run.train") == [point.train for point in record.frames.curve]


@pytest.mark.browser
def test_the_page_trains_on_from_any_frame_with_the_optimiser_of_the_step(page, filmed):
    """From the last one as Python has trained on; from an earlier one as Python went on from there."""
    _, losses = filmed
    for frame in (STEPS, 2):
        page.evaluate("frame => goTo(frame)", frame)
        found = []
        for _ in range(STEPS - 1):
            found.append(page.evaluate("measured.train"))
            page.keyboard.press("ArrowRight") if frame == STEPS else page.evaluate("onceMore()")
        assert found == pytest.approx(losses[frame : frame + STEPS - 1], rel=1e-12)
    assert page.evaluate("frames.at(-1).step") == 2 + STEPS - 1


@pytest.mark.browser
def test_no_frame_is_lost_that_comes_before_the_page_has_loaded(tab, filmed, tmp_path):
    """A notebook posts while the page is still loading: it hears of each frame when it asks."""
    record, _ = filmed
    first = record.frames._replace(
        steps=[0], numbers=record.frames.numbers[:1], curve_steps=[0], curve=record.frames.curve[:1]
    )
    blank = record.page.filmed(first, live="one")
    path = tmp_path / "notebook.html"
    framed = f'<iframe sandbox="allow-scripts" srcdoc="{html.escape(blank.html)}"></iframe>'
    said = [_script("one", None), *(_script("one", message(record, at)) for at in (1, 2))]
    path.write_text("\n".join(["<!doctype html>", *said, framed, _script("one", message(record, 3))]))
    tab.goto(path.as_uri())
    (inside,) = tab.main_frame.child_frames
    inside.wait_for_function("frames.length === 4")
    assert weights(inside) == record.frames.numbers[3].tolist()

    inside.evaluate("goTo(1)")
    overflowed = message(record, 4)
    overflowed["film"]["curve"]["train"] = ["Infinity"]
    post(tab, overflowed)
    inside.wait_for_function("frames.length === 5")
    assert weights(inside) == record.frames.numbers[1].tolist()  # who has gone back stays there
    assert inside.evaluate("run.train.at(-1)") == math.inf

    inside.evaluate("onceMore()")
    post(tab, message(record, 5))
    post(tab, {"seegrad": "another", "film": message(record, 5)["film"]})
    post(tab, "nothing of ours")
    assert (
        inside.evaluate("frames.length") == 3
    )  # trained on from frame 1: what goes on in Python is not this


def message(record, at):
    """What a notebook says of one frame."""
    frames = record.frames
    one = frames._replace(
        steps=[at], numbers=frames.numbers[at : at + 1], curve_steps=[at], curve=frames.curve[at : at + 1]
    )
    return {"seegrad": "one", "film": one.as_json(record.page.values)}


def post(tab, said):
    """Say it to the page in the frame, and wait until it has heard."""
    tab.evaluate(
        """said => new Promise((done) => {
          document.querySelector("iframe").contentWindow.postMessage(JSON.parse(said), "*");
          setTimeout(done);
        })""",
        json.dumps(said),
    )


@pytest.mark.browser
def test_a_film_of_a_training_that_overflowed_is_shown(tab, filmed, tmp_path):
    """Its last loss is infinite, or none at all; the page says so, and goes back to the frames before."""
    record, _ = filmed
    points = [*record.frames.curve[:-2], Point(math.inf), Point(math.nan)]
    numbers = record.frames.numbers.copy()
    numbers[-2:] *= 1e300
    page = record.page.filmed(record.frames._replace(curve=points, numbers=numbers))
    tab.goto(page.save(tmp_path / "film.html").as_uri())
    assert tab.evaluate("run.train.slice(-2).map(String)") == ["Infinity", "NaN"]
    tab.keyboard.press("Home")
    assert tab.inner_text("#told").startswith("step 0, loss")


@pytest.mark.browser
def test_the_page_counts_what_the_film_counted(tab, filmed, tmp_path):
    """Epochs, where `fit` told it of its history: in numbers, in the curve and to those who listen."""
    record, _ = filmed
    tab.goto(record.page.filmed(record.frames._replace(unit="epoch")).save(tmp_path / "film.html").as_uri())
    assert tab.inner_text("#unit") == "epoch"
    assert "epoch" in tab.text_content("#curve")
    tab.keyboard.press("Home")
    assert tab.inner_text("#told").startswith("epoch 0, loss")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1920, 1280, 1176, 800, 390])
def test_nothing_lies_on_anything_else(page, width):
    """In a window, in a notebook and on a phone: the parts of the page stand beside or below one another."""
    page.set_viewport_size({"width": width, "height": 760})
    boxes = page.evaluate(
        """["header", "#timeline", "#net", "aside", "footer"].map((name) => {
          const { left, top, right, bottom } = document.querySelector(name).getBoundingClientRect();
          return [left, top, right, bottom];
        })"""
    )
    ends = page.evaluate(
        "[...document.querySelectorAll('label, button')].map(e => e.getBoundingClientRect().right)"
    )
    assert max(ends) <= width
    for at, one in enumerate(boxes):
        assert one[0] >= 0 and one[2] <= width + 1, at
        for other in boxes[:at]:
            assert one[0] >= other[2] - 1 or one[1] >= other[3] - 1, (at, one, other)


@pytest.mark.browser
def test_a_film_without_a_program_shows_its_curves(tab, filmed, tmp_path):
    """Of a model that cannot train in a page: the loss, and the length of the gradient, part by part."""
    record, _ = filmed
    norms = [point._replace(norms={"layers.0": 0.5, "layers.1": 2.0}) for point in record.frames.curve]
    X, y = make_moons(4, seed=0)
    model = MLP(2, [4, 1], "tanh", seed=1)
    blank = live_page(model, lambda score, _: score if score.data > 0 else -score, X, y, program="if it fits")
    assert blank.program is None
    frames = record.frames._replace(values=blank.values, curve=norms)
    tab.goto(blank.filmed(frames).save(tmp_path / "curves.html").as_uri())
    assert tab.locator("#norms li").count() == 2
    assert tab.inner_text("#loss") == f"{record.frames.curve[-1].train:.3g}"
    tab.keyboard.press("Home")
    assert tab.inner_text("#step") == "0"
