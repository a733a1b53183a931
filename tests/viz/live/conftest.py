"""Pages of training, opened from files, offline; one page of the moons serves most tests."""

from contextlib import contextmanager
from typing import NamedTuple

import pytest

from nn import MLP, SGD, hinge, make_moons
from viz.live.playing import playground


class Moons(NamedTuple):
    """What a page was made of, and the tab in which it is open."""

    tab: object
    model: MLP
    X: object
    y: object


def moons_data(seed=0):
    X, y = make_moons(100, seed=seed)
    return X, 2 * y - 1


def moons_page(**options):
    model = MLP(2, [16, 16, 1], seed=0)
    X, y = moons_data()
    held_out = moons_data(seed=1)
    optimizer = SGD(model.parameters(), lr=0.1)
    return playground(model, hinge, X, y, validation=held_out, optimizer=optimizer, **options), model


@contextmanager
def silent_tab(browser):
    """A tab without a network, in which nothing goes wrong and nothing is said on the console."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 720}, offline=True, reduced_motion="reduce"
    )
    tab, problems = context.new_page(), []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("console", lambda message: problems.append(message.text))
    yield tab
    context.close()
    assert problems == []


@pytest.fixture(scope="session")
def moons(browser, tmp_path_factory):
    """The page of the moons in a tab that all tests share, each of which begins with ⟲."""
    page, model = moons_page()
    path = page.save(tmp_path_factory.mktemp("live") / "moons.html")
    with silent_tab(browser) as tab:
        tab.goto(path.as_uri())
        yield Moons(tab, model, *moons_data())


@pytest.fixture
def fresh(moons):
    """The same, as it was at the start."""
    moons.tab.evaluate("""() => {
      Object.assign(settings, { method: 0, rate: 0.1, decay: 0, batch: null, stopAt: Infinity });
      resetSamples(); setNoise(0); chosen = pinned = looking = null; linesShow = "weights"; earlier = [];
      speed = 1; startOver(); paint();
    }""")
    return moons
