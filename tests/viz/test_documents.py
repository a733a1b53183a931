"""Drawings, networks and pages: each shows itself in a notebook and is saved by the suffix of its path."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest

import nn
from autograd import Value, compile
from viz import DrawingError, documents, draw, draw_network, play
from viz.formats import digraphs


def drawing(**options):
    x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    root = (w * x).tanh()
    root.backward()
    return draw(root, names=False, **options)


def program(**options):
    w = Value(3.0, label="w")
    fast = compile(lambda x: (w * x).tanh(), backend="numpy")
    fast(np.ones(2))
    return draw(fast, **options)


def network(**options):
    return draw_network(nn.MLP(2, [2, 1], seed=0), [1.0, 2.0], **options)


def page(**options):
    return play(Value(2.0, label="x") * 3.0, names=False, **options)


DOCUMENTS = [drawing, program, network, page]
"""What makes one of each kind."""


def no_graphviz(*_):
    raise DrawingError("Graphviz is not here; install it")


@pytest.mark.parametrize("make", DOCUMENTS)
def test_each_suffix_writes_the_text_of_its_attribute(tmp_path, make):
    """In either case, and under its other name; what is bytes is in the next test."""
    made = make()
    texts = {suffix: what for suffix, what in made.suffixes.items() if suffix not in (".png", ".pdf")}
    names = {**texts, **{suffix.upper(): what for suffix, what in texts.items()}, ".htm": "html"}
    if ".dot" in texts:
        names[".gv"] = "source"
    for suffix, what in names.items():
        path = tmp_path / f"saved{suffix}"
        assert made.save(path) == path
        assert path.read_text(encoding="utf-8") == getattr(made, what)


@pytest.mark.parametrize("make", [drawing, program, network])
def test_bytes_are_written_as_they_are(tmp_path, monkeypatch, make):
    """A PNG or a PDF is what was made of the SVG."""
    monkeypatch.setattr(documents, "png", lambda svg: f"PNG of {svg}".encode())
    monkeypatch.setattr(documents, "pdf", lambda svg: f"PDF of {svg}".encode())
    for format in ("png", "pdf"):
        made = make()
        assert made.save(tmp_path / f"p.{format}").read_bytes() == f"{format.upper()} of {made.svg}".encode()


@pytest.mark.parametrize("make", DOCUMENTS)
def test_a_dark_system_gets_a_dark_page_unless_a_theme_is_asked_for(make):
    """The picture by itself is light then."""
    for theme, follows in (("system", True), ("light", False), ("dark", False), ("print", False)):
        made = make(theme=theme)
        assert ("prefers-color-scheme: dark" in made.html) is follows
        assert ('content="light dark"' in made.html) is follows
    assert make().html == make(theme="system").html == make(theme="dark").in_theme("system").html
    assert make().svg == make(theme="light").svg != make(theme="dark").svg


@pytest.mark.parametrize("make", DOCUMENTS)
def test_a_document_can_be_pickled_and_copied(make):
    """It comes back as it was; drawn before or not."""
    made = make()
    for again in pickle.loads(pickle.dumps(made)), copy.deepcopy(made):
        assert again.html == made.html
    assert pickle.loads(pickle.dumps(made)).html == made.html


@pytest.mark.parametrize(
    ("make", "listed"),
    [
        (drawing, r"a drawing is saved as \.svg, \.html, \.dot, \.mmd, \.txt, \.png or \.pdf"),
        (network, r"a network is saved as \.svg, \.html, \.png or \.pdf"),
        (page, r"a page is saved as \.html"),
    ],
)
@pytest.mark.parametrize("name", ["p.jpg", "p"])
def test_another_suffix_is_refused_with_those_that_there_are(tmp_path, make, listed, name):
    """And nothing is written."""
    with pytest.raises(ValueError, match=f"{listed}, got '{name}'; give it such a suffix"):
        make().save(tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("make", DOCUMENTS)
def test_a_notebook_gets_html_on_painted_paper_and_a_line_of_text(make):
    """Of what it asks for: both, one of them, or all but one."""
    made = make(theme="dark")
    bundle = made._repr_mimebundle_()
    assert bundle == {"text/html": made.framed, "text/plain": repr(made)}
    assert made.theme.paper in made.framed and "\n" not in repr(made)
    assert set(made._repr_mimebundle_(include=["text/plain"])) == {"text/plain"}
    assert set(made._repr_mimebundle_(exclude=["text/plain"])) == {"text/html"}


@pytest.mark.parametrize("make", [drawing, program, network])
def test_a_picture_in_a_notebook_runs_no_script(make):
    """The SVG stands in the notebook as it is, and its text can be selected."""
    made = make()
    assert made.svg in made.framed and "<script" not in made.framed


@pytest.mark.parametrize("make", [drawing, program, page])
def test_without_graphviz_a_notebook_gets_the_text_and_what_to_install(monkeypatch, make):
    """Never nothing, and no traceback."""
    monkeypatch.setattr(digraphs, "layout", no_graphviz)
    made = make()
    assert made._repr_mimebundle_() == {"text/plain": f"{made.text}\nGraphviz is not here; install it"}
    assert len(made.text.splitlines()) >= 2


def test_the_text_of_a_page_has_the_gradients_that_backward_left():
    """The page itself starts without them."""
    root = Value(2.0, label="x") * 3.0
    root.backward()
    assert play(root, names=False).text == draw(root, names=False).text


@pytest.mark.parametrize("make", DOCUMENTS)
@pytest.mark.parametrize("theme", ["dark", "print"])
def test_in_another_theme_it_is_what_would_have_been_made_in_it(make, theme):
    """The same boxes and numbers in other colours; the first one keeps its own."""
    made = make()
    light = made.svg
    assert made.in_theme(theme).html == make(theme=theme).html != made.html
    assert made.svg == light
    with pytest.raises(ValueError, match=r"theme is one of .*'light', 'dark', 'print', got 'blue'"):
        made.in_theme("blue")


def test_a_picture_needs_no_numpy():
    """The first one of a process does not wait for it; the plots bring it, and are there all the same."""
    program = (
        "import sys, viz; from autograd import Value; viz.play(Value(2.0, label='x') * 3.0).html; "
        "viz.draw(Value(2.0) * 3.0).png; print('numpy' in sys.modules, 'plot_loss' in dir(viz)); "
        "from viz import plot_loss; print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "True"]
