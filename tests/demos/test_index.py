"""The page of all lessons, made from a small set of results, and opened in a real Chromium."""

import pytest

from autograd import Value
from demos.index import write_index
from demos.lesson import Lesson
from demos.palette import figure
from viz import draw, play


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """Two lessons' results, of every kind."""
    out = tmp_path_factory.mktemp("out")
    lesson = Lesson("first-steps", 0, False, out)
    x = Value(2.0, label="x")
    y = (x * x).tanh()
    lesson.check("1 < 2 & so on", 1.0, at_most=2.0)
    lesson.report("time", 0.5, "s")
    lesson.show("graph", draw(y), 'the graph of "tanh" <here>')
    lesson.show("player", play(y), "the player")
    lesson.show("text", "if a < b:\n    pass", "a program")
    other = Lesson("xor", 3, True, out)
    fig, axes = figure()
    axes.plot([1, 2, 3])
    other.show("curve", fig, "a curve")
    other.check("loss", 2.0, at_most=1.0)
    write_index(out, failed=["xor"])
    return out


def test_the_page_has_every_picture_number_and_failure(out):
    """Text is escaped, what does not hold says so, and how to run the lesson is there."""
    page = (out / "index.html").read_text("utf-8")
    assert "Backpropagation in 2 lessons" in page
    assert page.index('id="first-steps"') < page.index('id="xor"')
    assert "1 &lt; 2 &amp; so on" in page and "✓ at most 2" in page and "measured here" in page
    assert "the graph of &quot;tanh&quot; &lt;here&gt;" in page
    assert "if a &lt; b:" in page
    assert "not at this seed: at most 1" in page
    assert page.count("This lesson did not run to its end.") == 1
    assert "python -m demos xor --seed 3 --quick" in page
    assert "http" not in page


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "paper", "suffix"), [("light", 255, ""), ("dark", 20, "-dark")])
def test_the_page_opens_offline_in_light_and_dark(out, browser, scheme, paper, suffix):
    """Every picture loads, in the reader's colours; nothing hangs over the edge of a phone."""
    problems = []
    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme=scheme, offline=True)
    tab = context.new_page()
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    tab.goto((out / "index.html").as_uri())
    tab.click("nav a >> nth=1")
    assert tab.evaluate("scrollY") > 0
    tab.evaluate("for (const image of document.images) image.loading = 'eager'")
    tab.evaluate("Promise.all([...document.images].map(image => image.decode()))")
    shown = tab.evaluate("[...document.images].map(image => image.currentSrc.split('/').pop())")
    assert shown == [f"graph{suffix}.svg", f"curve{suffix}.svg"]
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor").startswith(f"rgb({paper}, ")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    frame = tab.locator("iframe")
    frame.scroll_into_view_if_needed()
    assert frame.content_frame.locator("#words").inner_text() != ""
    inside = frame.content_frame.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert inside.startswith(f"rgb({paper}, ")
    context.close()
    assert problems == []
