"""What can be seen of a page of training, measured in the browser, for all kinds of models."""

import numpy as np
import pytest

from nn import (
    GPT,
    MLP,
    Adam,
    Dropout,
    Layer,
    Neuron,
    Sequential,
    cross_entropy,
    load_iris,
    make_moons,
    squared_error,
)
from tests.viz.live.conftest import moons_page
from tests.viz.measuring import faint, tiny
from viz.live.playing import playground

pytestmark = pytest.mark.browser


def line(theme="light"):
    x = np.linspace(-3.0, 3.0, 30)
    model = MLP(1, [6, 1], "tanh", seed=0)
    return playground(model, squared_error, x[:, None], np.sin(x), theme=theme)


def lone_neuron(theme="light"):
    return playground(Neuron(1, "linear", seed=0), squared_error, [[0.0], [1.0]], [1.0, 3.0], theme=theme)


def three_classes(theme="light"):
    X, y = load_iris()
    model = MLP(2, [6, 3], seed=0)
    return playground(
        model, cross_entropy, np.asarray(X)[:, 2:], y, optimizer=Adam(model.parameters()), theme=theme
    )


def four_inputs(theme="light"):
    X, y = load_iris()
    return playground(MLP(4, [40, 3], seed=0), cross_entropy, X, y, batch_size=30, theme=theme)


def with_dropout(theme="light"):
    X, y = make_moons(40, seed=0)
    model = Sequential(Layer(2, 6, seed=0), Dropout(0.5, seed=0), Layer(6, 1, "sigmoid", seed=1))
    return playground(model, squared_error, X, y, theme=theme)


def sequences(theme="light"):
    tokens = np.array([[0, 1, 2, 0], [2, 1, 0, 2]])
    return playground(GPT(3, 4, width=4, heads=2, seed=0), cross_entropy, tokens, 2 - tokens, theme=theme)


def moons(theme="light"):
    return moons_page(theme=theme)[0]


def alone(page):
    """The page without the player, which takes a while to be drawn."""
    page.sample = None
    return page


PAGES = [moons, line, lone_neuron, three_classes, four_inputs, with_dropout, sequences]

LOOK = """() => {
  for (let k = 0; k < 20; k++) advance();
  choose(samples[0]);
  const boxes = stages.flatMap(({ boxes }) => boxes);
  if (boxes.length) look(boxes.at(-1));
}"""


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_can_be_read(open_page, page, theme):
    """It trains, and every text in sight is at least 11 pixels high and stands out from its ground."""
    tab = open_page(alone(page(theme)), width=1280, height=720, reduced_motion="reduce")
    before = tab.evaluate("() => measured.train")
    tab.evaluate(LOOK)
    assert tab.evaluate("() => measured.train") < before
    assert tiny(tab) == []
    assert faint(tab) == []


INSIDE = """() => {
  const fits = (inner, outer) => inner.left >= outer.left - 0.5 && inner.right <= outer.right + 0.5;
  return stages.flatMap(({ boxes }) => boxes).filter(({ plate, button }) => {
    const words = document.createRange();
    words.selectNodeContents(plate);
    return plate.textContent && !fits(words.getBoundingClientRect(), button.getBoundingClientRect());
  }).map(({ plate }) => plate.textContent);
}"""


@pytest.mark.parametrize("page", [moons, four_inputs])
def test_number_plates_stay_inside_their_boxes(open_page, page):
    """Outputs and gradients, of every sample."""
    tab = open_page(alone(page()), width=1280, height=720)
    for shows in ("weights", "gradients"):
        for sample in (0, 3, 20):
            tab.evaluate("([shows, at]) => { linesShow = shows; choose(samples[at]); }", [shows, sample])
            assert tab.evaluate(INSIDE) == []


ENDS = """() => [...lines].filter(([, { group }]) => group.parentNode).map(([key, { shape }]) => {
  const [stage, source, target] = key.split(",").map(Number), length = shape.getTotalLength();
  const start = shape.getPointAtLength(0), end = shape.getPointAtLength(length);
  const box = (stage, neuron) => stages[stage].boxes.find(({ at }) => at === neuron);
  const from = box(stage - 1, source), to = box(stage, target);
  return Math.hypot(start.x - from.x - from.size, start.y - from.y - from.size / 2)
    + Math.hypot(end.x - to.x, end.y - to.y - to.size / 2);
})"""


def test_lines_lead_from_their_own_neuron_to_their_own_neuron(fresh):
    """Not to the edge of a column; between large layers the strongest, and all of a chosen neuron's own."""
    tab = fresh.tab
    assert max(tab.evaluate(ENDS)) < 0.5
    shown = (
        "(start) => [...lines].filter(([key, { group }]) => key.startsWith(start) && group.parentNode).length"
    )
    assert [tab.evaluate(shown, f"{stage},") for stage in (1, 2, 3)] == [32, 32, 16]
    tab.evaluate("() => look(stages[1].boxes[5])")
    assert tab.evaluate(shown, "2,5,") == 16
    tab.evaluate("() => look(null)")


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
def test_all_of_it_is_on_the_first_screen(open_page, width, height):
    """The controls, the network, the plane, the curve and the words, with nothing cut off."""
    tab = open_page(alone(moons()), width=width, height=height)
    tab.evaluate(LOOK)
    assert tab.evaluate("""() => ["controls", "timeline", "net", "plane", "curve", "detail"].filter((id) => {
      const { left, top, right, bottom, width } = $(id).getBoundingClientRect();
      return !width || left < 0 || top < 0 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5;
    })""") == []  # fmt: skip
    assert tab.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_a_hidden_page_pauses(fresh):
    """It does not train while nobody looks."""
    fresh.tab.evaluate("""() => {
      play();
      Object.defineProperty(document, "hidden", { configurable: true, value: true });
      document.dispatchEvent(new Event("visibilitychange"));
      delete document.hidden;
    }""")
    assert not fresh.tab.evaluate("() => playing")


def test_without_a_wish_for_less_motion_it_begins_paused_as_well(open_page):
    """The untrained model is the first thing to be looked at."""
    assert not open_page(lone_neuron()).evaluate("() => playing")
