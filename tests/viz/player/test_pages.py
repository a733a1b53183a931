"""The player's page as a text: one file, no network, no eval, labels that cannot break out."""

import base64
import hashlib
import html
import re

import pytest

import nn
from autograd import Value, checkpoint, select, where
from autograd import sum as sum_values
from tests.viz.formats.test_themes import contrast
from tests.viz.player.played import held
from viz import draw, play
from viz.formats.themes import THEMES
from viz.player import pages
from viz.player.colors import _PLACE_COLORS, _PLACES
from viz.views.text import plain


def page(build=lambda a, b: (a * b + a).tanh(), **options):
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    return play(build(a, b), names=False, **options)


def test_the_page_is_small_and_loads_nothing():
    """Below 90 kB plus data; no address, no eval, and a policy that would refuse both."""
    text = page().html
    assert len(text.encode()) < 90_000
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)
    assert not re.search(r"\beval\b|new Function|innerHTML|document\.write|<link|\bsrc=|@import|url\(", text)


def test_the_policy_names_the_two_texts_that_may_run():
    """The hashes in the content security policy are those of style and script; no style attributes."""
    text = page().html
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1)
    assert policy.startswith("default-src 'none'")
    for tag in ("style", "script"):
        body = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL).group(1)
        assert base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() in policy
    assert " style=" not in text


@pytest.mark.parametrize("shown", [play, draw])
def test_no_name_is_declared_twice_in_a_page(shown):
    """Its scripts are of several files, and share the names at their top level: twice, and nothing runs."""
    script = re.search("<script>(.*?)</script>", shown(Value(2.0).tanh()).html, re.DOTALL).group(1)
    declared = re.findall(r"^(?:async )?(?:function\*?|const|let|class) (\w+)", script, re.MULTILINE)
    assert len(declared) > 30 and sorted(set(declared)) == sorted(declared)


@pytest.mark.parametrize("theme", ["system", *THEMES])
def test_the_colours_of_the_page_are_those_of_its_theme(theme):
    """Written once, in the theme; what is drawn and written has them by their names, and no other colour."""
    text = page(theme=theme).html
    style = re.search("<style>(.*?)</style>", text, re.DOTALL).group(1)
    given = [
        dict(re.findall(r"--([\w-]+): ([^;]*);", line)) for line in style.splitlines() if ":root" in line
    ]
    expected = [THEMES[name] for name in (("light", "dark") if theme == "system" else (theme,))]
    for colors, wanted in zip(given, expected, strict=True):
        assert {name: colors[name] for name in wanted._fields[1:]} == dict(list(wanted._asdict().items())[1:])
    used = set(re.findall(r"var\(--([\w-]+)\)", text))
    assert used <= {*given[0], "place", "tint"}
    picture = text[text.index("<svg") : text.index("</svg>")]
    assert not re.search(r'(?:fill|stroke)="(?!none|transparent|var)', picture)


def test_a_dark_system_gets_a_dark_page_unless_a_theme_is_asked_for():
    """In the style, and in what the browser draws by itself."""
    for theme, follows in (("system", True), ("light", False), ("dark", False)):
        text = page(theme=theme).html
        assert ("prefers-color-scheme: dark" in text) is follows
        assert ('content="light dark"' in text) is follows
    assert page().html == page(theme="system").html == page(theme="dark").in_theme("system").html
    with pytest.raises(ValueError, match="theme is one of 'system', 'light', 'dark', 'print', got"):
        page(theme="blue")


def test_a_label_that_is_spelled_as_a_colour_stays_a_label():
    """Colours are replaced where they paint alone."""
    for label in ('fill="#c01000"', "#c01001"):
        assert label in html.unescape(play(Value(2.0, label=label) * 3.0, names=False).html)


def test_the_program_is_the_graph():
    """Operands in their slots, literals as numbers in place, data and local derivatives as recorded."""
    shipped = held(page(lambda a, b: 2 * a * b), "levels")["nodes"]
    assert shipped["name"] == ["a", "", "b", ""] and shipped["numbers"] == [2.0, 4.0, -3.0, -12.0]
    assert shipped["data"] == [0, 1, 2, 3]  # places of these numbers
    assert shipped["operands"] == [[], [[0], 1], [], [2, 1]]  # how far back
    assert shipped["partials"] == [[], [None, 0], [], [2, 1]]


@pytest.mark.parametrize(
    "label", ["</script><script>alert(1)</script>", "<!--", "]]>", "\u2028", "\ud800", 'a"b']
)
def test_no_label_breaks_out_of_the_page(label):
    """A label is data: the page has the script elements it is made with, and no more."""
    a = Value(1.0, label=label)
    text = play(a * 2.0, names=False).html
    text.encode()
    assert len(re.findall(r"<script", text)) == 2 and "<!--" not in text


def test_leaves_below_a_choice_are_fixed():
    """The branch of a where or a select was chosen when it was recorded: no what-if across it."""
    for choice in (lambda a, b: where(1.0, a, 0.0) + b, lambda a, b: select(1, [0.0, a]) + b):
        shipped = held(page(choice), "levels")["nodes"]
        assert [shipped["name"][at] for at in shipped["fixed"]] == ["a"]


def test_what_is_shown_at_first_is_what_can_be_read():
    """As in a drawing: a larger place shows more; `collapse` and `expand` are obeyed."""
    model = nn.MLP(2, [3, 1], seed=0)
    many = lambda **options: len(play(model([0.5, -1.0]), model=model, **options).drawing.view.boxes)
    assert many(fit=(320, 240)) < many(fit=(4000, 4000)) == many(collapse="none") == 20
    assert many(collapse="layers") < many(collapse="layers", expand="layers.1") < 20
    with pytest.raises(ValueError, match="fit is a width and a height in pixels"):
        many(fit=7)


@pytest.mark.parametrize("shown", [play, draw])
def test_the_legend_names_what_boxes_open_to(shown):
    """Also where no box of that kind is seen before the first click."""
    inputs, weights = ([Value(0.1 * at) for at in range(40)] for _ in range(2))
    total = sum(x * w for x, w in zip(inputs, weights)).tanh()
    total.backward()
    text = shown(total, names=False).html
    assert text.count(">variable</text>") == 1 and text.count(">from outside the box</text>") == 1


def test_a_graph_that_is_too_large_for_a_page_is_refused_by_name(monkeypatch):
    """With what to do; until then, of any size."""
    root = sum_values([Value(at + 0.1) * 2.0 for at in range(2000)])
    assert len(play(root).html) < 1_000_000
    monkeypatch.setattr(pages, "_LARGEST", 5_000)
    with pytest.raises(
        ValueError, match=r"and 4,001 of them are too many .* the loss of one sample, or draw"
    ):
        play(root)


def test_a_box_names_what_it_holds_unless_its_title_does():
    """A box of operations alone holds nothing; up to four names are listed."""
    values = [Value(1.0 + at, label=f"x{at}") for at in range(50)]
    root = sum_values([(value * 2.0).tanh() for value in values])
    shown = play(root, names=False, collapse="runs").drawing.view.boxes
    folded = [[plain(line) for line in box.lines] for box in shown if box.kind == "folded"]
    assert [title for title, *_ in folded if title.startswith("x")] == ["x0 … x49"]
    assert not [lines for lines in folded if any(line.startswith("holds") for line in lines)]
    model = nn.MLP(1, [1, 1], seed=0)
    shown = play(model([2.0]), model=model, collapse="layers").drawing.view.boxes
    assert [plain(box.lines[1]) for box in shown] == ["holds neurons.0.w.0, neurons.0.b"] * 2


def test_a_checkpoint_cannot_be_played():
    """Its interior is not stored."""
    with pytest.raises(ValueError, match="play cannot step through a checkpoint"):
        play(checkpoint(lambda x: x * x, Value(2.0)))


def test_a_notebook_shows_the_page_in_a_frame_of_its_own():
    """Its scripts run apart from the notebook's."""
    made = page()
    assert '<iframe title="forward and backward' in made.framed and 'sandbox="allow-scripts ' in made.framed
    assert repr(made) == "<Page of 5 Values; .save('page.html') and open it>"


def test_playing_reads_the_graph_and_leaves_it():
    """Gradients stay what they were; the page starts without them."""
    a = Value(2.0, label="a")
    root = a * a
    root.backward()
    before = play(root).html
    assert a.grad == 4.0 and root.grad == 1.0
    a.zero_grad()
    assert play(root).html == before


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_text_stands_out_from_the_fills_of_lit_places(theme):
    """As from every other fill: 4.5:1; and their lines from paper and fill, 3:1."""
    colors = dict(zip(_PLACES, _PLACE_COLORS[theme.name], strict=True))
    texts = [getattr(theme, text) for text in ("ink", "muted", "positive", "negative", "alarm")]
    for place in ("above", "edge", "below"):
        line, fill = colors[place], colors[f"{place}-tint"]
        assert min(contrast(text, fill) for text in texts) >= 4.5
        assert contrast(line, theme.paper) >= 4.5 and contrast(line, fill) >= 3
