"""PNG and PDF: what the SVG shows, without the `dot` program, the same each time."""

import base64
import builtins
import struct

import numpy as np
import pytest

import nn
from autograd import Value, compile
from viz import DrawingError, draw, draw_dot, draw_network
from viz.formats import digraphs, fonts, png
from viz.formats.pdf import pdf
from viz.screens.sixels import pixels


def graph(label="loss", **options):
    x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    root = (w * x).tanh()
    root.label = label
    root.backward()
    return draw(root, names=False, **options)


def network(**options):
    return draw_network(nn.MLP(2, [2, 1], seed=0), [1.0, 2.0], **options)


def program(**options):
    w = Value(3.0, label="w")
    fast = compile(lambda x: (w * x).tanh(), backend="numpy")
    fast(np.ones(2))
    return draw(fast, **options)


PICTURES = [graph, network, program]
THEMES = ["light", "dark", "print"]


@pytest.fixture(autouse=True)
def no_dot(monkeypatch, tmp_path):
    """A PATH without any program."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


def measures(data):
    """Width and height of a PNG."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", data[16:24])


@pytest.mark.parametrize("make", PICTURES)
def test_a_png_is_the_svg_at_the_scale_that_is_asked_for(tmp_path, make):
    """Two pixels for each unit unless told otherwise, and the same bytes again."""
    picture = make()
    wide, high = png.size(picture.svg)
    for scale, given in (2.0, {}), (0.5, {"scale": 0.5}):
        data = picture.save(tmp_path / "p.png", **given).read_bytes()
        assert measures(data) == pytest.approx((scale * wide, scale * high), abs=1)
    assert data == make().save(tmp_path / "again.png", scale=0.5).read_bytes()


@pytest.mark.parametrize("make", PICTURES)
@pytest.mark.parametrize("theme", THEMES)
def test_a_png_is_on_the_paper_of_its_theme(make, theme):
    """To the corner."""
    picture = make(theme=theme)
    corner = pixels(png.png(picture.svg, 0.25))[0, 0]
    assert "#{:02x}{:02x}{:02x}".format(*corner) == picture.theme.paper


@pytest.mark.parametrize("label", ["θ₁ → ∂L/∂w", "שלום", "مرحبا", "a ‖ b"])
def test_a_label_is_in_the_pixels(label):
    """Another label makes another picture: text of any script is there, not left out in silence."""
    with_label, without = (png.png(graph(text).svg, 0.5) for text in (label, " " * len(label)))
    assert with_label != without


@pytest.mark.parametrize("format", ["png", "svg"])
def test_the_digraph_draws_what_the_drawing_is(tmp_path, format):
    """`draw_dot`, piped and rendered; and so does a graph to which something was added by hand."""
    root = Value(2.0, label="x") * 3.0
    picture = getattr(draw(root, names=False), format)
    digraph = draw_dot(root, format=format, names=False)
    piped = digraph.pipe()
    assert piped == (picture.encode() if format == "svg" else picture)
    path = digraph.render(tmp_path / "g")
    assert path == str(tmp_path / f"g.{format}")
    assert (tmp_path / f"g.{format}").read_bytes() == piped
    digraph.node("mine", "by hand")
    assert digraph.pipe() != piped


def test_what_graphviz_writes_as_text_needs_no_program():
    """DOT with its layout, JSON, PostScript: the embedded Graphviz writes them too."""
    digraph = draw_dot(Value(2.0) * 3.0)
    assert digraph.pipe("plain", encoding="utf-8").startswith("graph ")
    assert digraph.pipe("eps").startswith(b"%!PS-Adobe")
    with pytest.raises(DrawingError, match=r"could not write this graph as gif .*; take svg, png or pdf, or"):
        digraph.pipe("gif")


@pytest.mark.parametrize("scale", [0, -1.0, float("nan"), float("inf")])
def test_a_scale_is_a_number_above_0(tmp_path, scale):
    """And nothing is written."""
    with pytest.raises(ValueError, match="scale is a finite number above 0, got"):
        graph().save(tmp_path / "p.png", scale=scale)
    assert not (tmp_path / "p.png").exists()


@pytest.mark.parametrize("name", ["p.svg", "p.html", "p.pdf", "p.dot"])
def test_a_scale_is_for_pixels(tmp_path, name):
    """What has no pixels says so."""
    with pytest.raises(ValueError, match=f"scale is for .png, got '{name}'.* leave it out"):
        graph().save(tmp_path / name, scale=3)


def test_a_picture_of_too_many_pixels_is_refused():
    """Before any memory is taken; the error says how many there would be."""
    with pytest.raises(DrawingError, match=r"a PNG of \d+,\d+ × \d+,\d+ pixels is larger than 100 million;"):
        png.png(graph().svg, 200)


@pytest.mark.parametrize(
    ("package", "asked"), [("resvg_py", "png"), pytest.param("typst", "pdf"), ("resvg_py", "pdf")]
)
def test_without_the_library_an_error_says_which_to_install(monkeypatch, package, asked):
    """SVG does not need it."""
    fonts.font.cache_clear()
    real = builtins.__import__

    def missing(name, *rest):
        if name == package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name == "typst":
            return None
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    picture, called = graph(), package.replace("_", "-")
    assert picture.svg
    with pytest.raises(DrawingError, match=f"{asked.upper()} needs {called}, .*; pip install {called}"):
        getattr(picture, asked)
    fonts.font.cache_clear()


@pytest.fixture
def only(monkeypatch):
    """As on a machine whose system has these fonts alone."""

    def have(*families):
        monkeypatch.setattr(fonts, "draws", lambda font: bool(font.files) or font.family in families)
        fonts.font.cache_clear()
        return fonts.font()

    yield have
    fonts.font.cache_clear()


def test_the_font_is_the_most_fitting_that_is_there(only):
    """Wider ones are drawn smaller."""
    assert only("Verdana", "Arial", "Helvetica") == fonts.Font("Helvetica")
    assert only("Verdana", "Arial") == fonts.Font("Arial")
    assert only("Verdana").family == "Verdana" and only("Verdana").size < 1


def test_a_font_that_is_not_there_draws_nothing():
    """It is not replaced by another in silence: that is how it is found out."""
    assert not fonts.draws(fonts.Font("No Such Font"))


@pytest.mark.needs("matplotlib")
def test_without_any_font_that_of_matplotlib_is_taken(only, monkeypatch):
    """Its text is not left out, and no wider than Helvetica's."""
    found = only()
    assert found.files and found.size < 1
    monkeypatch.undo()
    assert fonts.draws(found)
    assert graph("loss").png != graph("    ").png


def test_without_any_font_an_error_says_what_to_do(only, monkeypatch):
    """A picture without its text would mislead."""
    monkeypatch.setattr(fonts, "_of_matplotlib", list)
    assert only() is None
    with pytest.raises(
        DrawingError, match=r"PNG needs a font, .*fonts-liberation.*matplotlib.*SVG works now"
    ):
        graph().png


def test_text_is_as_much_smaller_as_the_font_is_wider():
    """Every size, and nothing else."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><text font-size="20">font-size="20"</text></svg>'
    set_in = fonts.set_in(svg, fonts.Font("Wide", 0.5))
    assert 'font-family="Wide"' in set_in and 'font-size="10">font-size="20"<' in set_in


@pytest.mark.needs("typst")
@pytest.mark.parametrize("make", PICTURES)
@pytest.mark.parametrize("theme", THEMES)
def test_a_pdf_is_one_page_of_the_size_of_the_svg(tmp_path, make, theme):
    """The same bytes each time: no date, no counter."""
    picture = make(theme=theme)
    data = picture.save(tmp_path / "p.pdf").read_bytes()
    assert data.startswith(b"%PDF-") and data == pdf(picture.svg)


@pytest.mark.needs("typst", "pypdf")
def test_a_pdf_says_what_the_svg_says(tmp_path):
    """Its words as text that can be searched, its title, and its size."""
    import pypdf

    picture = graph("θ → ∂L")
    reader = pypdf.PdfReader(picture.save(tmp_path / "p.pdf"))
    (page,) = reader.pages
    words = page.extract_text()
    assert all(word in words for word in ("x", "data", "grad", "θ → ∂L", "tanh", "local derivative"))
    assert reader.metadata.title == picture.title
    wide, high = png.size(picture.svg)
    assert (page.mediabox.width, page.mediabox.height) == pytest.approx((0.75 * wide, 0.75 * high), abs=0.1)
    assert words in pypdf.PdfReader(picture.in_theme("dark").save(tmp_path / "d.pdf")).pages[0].extract_text()


@pytest.mark.needs("typst")
def test_the_digraph_writes_the_pdf_of_the_drawing():
    """As for SVG and PNG."""
    root = Value(2.0, label="x") * 3.0
    assert draw_dot(root, format="pdf", names=False).pipe() == draw(root, names=False).pdf


def test_a_renderer_of_graphviz_is_left_to_the_dot_program():
    """What only it can do is asked of it, and graphviz says that it is not there."""
    with pytest.raises(digraphs.graphviz.ExecutableNotFound):
        draw_dot(Value(1.0)).pipe("png", "cairo")


DIFFERENCE = """async ([svg, png, width, height]) => {
  const [drawn, ours] = await Promise.all([svg, png].map(async (source) => {
    const image = new Image(width, height);
    image.src = source;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), {width, height});
    canvas.getContext("2d").drawImage(image, 0, 0, width, height);
    return canvas.getContext("2d").getImageData(0, 0, width, height).data;
  }));
  const far = (at) => [0, 1, 2].some((channel) => Math.abs(drawn[at + channel] - ours[at + channel]) > 96);
  let many = 0;
  for (let at = 0; at < drawn.length; at += 4) many += far(at);
  return many / (width * height);
}"""
"""The share of pixels that are of clearly another colour."""


def source(kind, data):
    """The address of an image within a page."""
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


@pytest.mark.browser
@pytest.mark.parametrize("make", PICTURES)
@pytest.mark.parametrize("theme", THEMES)
def test_a_browser_draws_the_same(browser, make, theme):
    """Of the SVG what we draw of it, but for the edges of letters, which are smoothed in another way."""
    picture, other = make(theme=theme), graph("another", theme=theme)
    wide, high = map(round, png.size(picture.svg))
    tab = browser.new_page()
    svg = source("svg+xml", picture.svg.encode())
    same, another = (
        tab.evaluate(DIFFERENCE, [svg, source("png", drawn.png), 2 * wide, 2 * high])
        for drawn in (picture, other)
    )
    tab.close()
    assert same < 0.005 < another
