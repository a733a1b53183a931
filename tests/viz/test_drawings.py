"""What a drawing shows, and that drawing changes nothing."""

import functools
import html
import itertools
import json
import re
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import graphviz
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Value, checkpoint, dot, topological_order
from autograd import sum as sum_values
from viz import draw, draw_dot, draw_network, explain, expression, play
from viz.formats.engines import layout
from viz.views.naming import names_in

SVG = "{http://www.w3.org/2000/svg}"
ROOT = Path(__file__).parents[2]


def neuron(backward=True):
    x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.88, label="b")
    root = (w * x + b).tanh()
    if backward:
        root.backward()
    return root


def outputs():
    """Every kind of output, of a small graph and of a folded one."""
    root = neuron()
    model = nn.MLP(2, [16, 16, 1], seed=0)
    loss = sum((model([float(at), 1.0]) ** 2 for at in range(4)), Value(0.0))
    loss.backward()
    small, large = draw(root, names=False), draw(loss, names=False, model=model)
    pieces = [picture.source + picture.svg + picture.mermaid + picture.text for picture in (small, large)]
    pieces += [play(root).html, play(loss, collapse="runs").html, str(explain(loss, model.parameters()[0]))]
    return "".join([*pieces, repr(expression(loss, model=model)), draw_network(model, [1.0, 2.0]).svg])


def texts(svg):
    """Every text that a reader sees, by element."""
    return ["".join(element.itertext()) for element in ElementTree.fromstring(svg).iter(SVG + "text")]


def shown(picture, key):
    """The lines of the box `key`."""
    group = next(g for g in ElementTree.fromstring(picture.svg).iter(SVG + "g") if g.get("id") == key)
    return ["".join(text.itertext()) for text in group.iter(SVG + "text")]


def test_a_box_says_name_operation_data_and_gradient():
    """One box per Value, the operation merged in: name or symbol on top, then data, then gradient."""
    picture = draw(neuron(), names=False)
    assert shown(picture, "n0") == ["w", "data -3", "grad +1.002"]
    assert shown(picture, "n5") == ["tanh", "data 0.7064", "grad +1"]
    assert len(picture.view.boxes) == 6


@pytest.mark.parametrize("build", [lambda x: x * x, lambda x: x + x, lambda x: x / x, lambda x: x - x])
def test_two_uses_are_two_edges(build):
    """`x * x` shows two edges, each with its own local derivative."""
    x = Value(3.0, label="x")
    arrows = draw(build(x)).view.arrows
    assert [(arrow.source, arrow.target) for arrow in arrows] == [("n0", "n1")] * 2
    assert [arrow.edges[0].slot for arrow in arrows] == [0, 1]


def test_an_edge_carries_its_local_derivative():
    """The number on an arrow is the partial of the result with respect to this operand."""
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    picture = draw(a * b)
    assert [arrow.label for arrow in picture.view.arrows] == ["-3", "2"]
    assert {"-3", "2"} <= set(texts(picture.svg))


def test_a_literal_stands_inside_its_operation():
    """Number literals are no boxes: `2 - x`, `x ** 3` and `clamp` show them beside the symbol.

    What comes along the arrow is an ellipsis there: `- 1` by itself would read as a number below 0.
    """
    x = Value(0.5, label="x")
    assert shown(draw(2 - x), "n1")[0] == "2 - …"
    assert shown(draw(x**3), "n1")[0] == "… ** 3"
    assert shown(draw(x.clamp(-1.0, 1.0)), "n1")[0] == "clamp(·, -1, 1)"


def test_plain_numbers_stand_beside_the_weights_that_they_multiply():
    """A neuron shows its x with its w, in one line of its box; what is multiplied by 0 is left out."""
    neuron = nn.Neuron(2, "linear", seed=0)
    assert shown(draw(neuron([0.5, -1.0])), "n3")[1] == "0.5·w.0 - w.1 + b"
    assert shown(draw(neuron([0.0, 2.0])), "n3")[1] == "2·w.1 + b"
    w, x = Value(2.0, label="w"), Value(3.0, label="x")
    assert shown(draw(dot([w, w], [0.0, 0.0])), "n1")[1] == "0"
    assert shown(draw(dot([w, w], [x, 4.0])), "n2")[1] == "… + 4·w"
    assert shown(draw(dot([w, w], [x, x])), "n2")[1] == "data 12"
    assert shown(draw(dot([w] * 6, [2.0] * 6)), "n1")[1] == "2·w + 2·w + 2·w + 2·w + …"
    assert shown(draw(sum_values([w, 1.5, 2.0])), "n1")[0] == "sum(1.5, 2, …)"


@pytest.mark.parametrize(
    ("data", "text"),
    [(1e-7, "1e-07"), (1.23456e-6, "1.235e-06"), (0.0, "0"), (-0.0, "0"), (24.70408, "24.7")],
)
def test_numbers_have_four_digits_and_tiny_ones_are_not_zero(data, text):
    """Tiny numbers are not printed as 0.0000; a true zero is 0."""
    assert shown(draw(Value(data, label="x")), "n0")[1] == f"data {text}"


@pytest.mark.parametrize("data", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_finite_stands_out(data):
    """NaN and infinity are marked, and red."""
    picture = draw(Value(data, label="x"))
    assert shown(picture, "n0")[1] == f"data ! {data}"
    assert picture.theme.alarm in picture.svg


def test_before_backward_a_gradient_is_a_dash_and_a_caption_says_why():
    """Not reached yet differs from a true zero, and the picture says that backward() was not called."""
    picture = draw(neuron(backward=False))
    assert shown(picture, "n0")[2] == "grad –"
    assert any("backward() has not been called" in text for text in texts(picture.svg))
    assert not any("backward()" in text for text in texts(draw(neuron()).svg))


def test_a_gradient_of_zero_is_zero_and_not_a_dash():
    """A true zero, reached by backward, is 0."""
    x, y = Value(0.0, label="x"), Value(5.0, label="y")
    (x * y).backward()
    root = x * y
    root.backward()
    assert shown(draw(root), "n1")[2] == "grad 0"


def test_part_of_a_graph_that_was_not_reached_is_told_apart():
    """A leaf whose gradient was zeroed after the pass shows – and a caption."""
    root = neuron()
    topological_order(root)[0].zero_grad()
    assert any("not reached by backward()" in text for text in texts(draw(root).svg))


def test_names_come_from_the_callers_variables_by_identity():
    """A Value without label is called by the variable that holds it; `_` names are skipped; labels win."""
    a, _b, c = Value(1.0), Value(2.0), Value(3.0, label="sea")
    total = a + _b + c
    lines = [box.lines[0][0].text for box in draw(total).view.boxes]
    assert lines == ["a", "constant", "+", "sea", "total"]
    assert all(
        box.lines[0][0].text in ("constant", "+", "sea") for box in draw(total, names=False).view.boxes
    )


def test_names_are_those_that_somebody_gave():
    """What Python calls the iterator of a comprehension, and pytest the parts of an assertion, is no name."""
    held = names_in(SimpleNamespace(f_locals={".0": Value(1.0), "@py_assert1": Value(2.0)}, f_globals={}))
    assert held.values == {}


def test_kinds_differ_in_shape():
    """Variable, constant, operation and root differ in shape as well as in colour."""
    x = Value(1.0, label="x")
    source = draw((x + Value(2.0)) * 3.0).source
    assert 'shape="note"' in source and 'style="filled,rounded"' in source and 'peripheries="2"' in source


def test_a_checkpoint_shows_no_number_on_its_edges():
    """The partial of a checkpointed part is not one number, so its arrows carry none."""
    x = Value(0.5, label="x")
    y = checkpoint(lambda v: v.tanh() ** 2, x)
    y.backward()
    picture = draw(y)
    assert [arrow.label for arrow in picture.view.arrows] == ["", ""]
    assert "checkpoint" in texts(picture.svg)


def test_drawing_never_changes_the_graph():
    """Every slot of every node is what it was."""
    root = neuron()
    nodes = topological_order(root)

    def state():
        return [[getattr(node, slot, None) for slot in Value.__slots__] for node in nodes]

    before = state()
    picture = draw(root, highlight="max-gradient")
    picture.svg, picture.text, picture.mermaid, picture.source
    after = state()
    assert all(a is b for a, b in zip(itertools.chain(*before), itertools.chain(*after), strict=True))


@pytest.mark.parametrize(
    "seed", ["1", *(pytest.param(seed, marks=pytest.mark.slow) for seed in ("0", "4242"))]
)
def test_output_is_the_same_in_every_process(seed):
    """Byte-identical for the same program, whatever PYTHONHASHSEED is."""
    program = (
        "import sys\nfrom tests.viz.test_drawings import outputs\nsys.stdout.buffer.write(outputs().encode())"
    )
    found = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=True,
    )
    assert found.stdout.decode() == outputs()


def test_four_threads_may_draw_at_once():
    """One lock around the embedded Graphviz, which would abort the process."""
    root, results = neuron(), []
    expected = draw(root).svg

    def work():
        for _ in range(5):
            results.append(draw(root).svg)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 20


# ---- labels ----------------------------------------------------------------------------------------

# fmt: off
LABELS = [
    '{}|<>":\\', "<b>bold</b>", "<script>alert(1)</script>", "&amp; & &#60;", "\\N \\G \\l", "a\nb",
    "שלום abc", "\u202egnp", "🙂 emoji", "nul\x00 bell\x07", "\ud800 lone", "", " ", '"', "%s {0} $x^2$",
    "\uffff\ufffe", "日本語",
]
# fmt: on


def as_shown(label):
    """The label as the picture is to show it, written independently of viz: U+FFFD for what XML forbids."""
    new = []
    for character in label:
        code = ord(character)
        if character in "\n\r\x85\u2028\u2029":
            new.append("↵")
        elif character == "\t":
            new.append(" ")
        elif (
            code < 32
            or 127 <= code < 160
            or 0xD800 <= code < 0xE000
            or code % 0x10000 >= 0xFFFE
            or 0xFDD0 <= code < 0xFDF0
        ):
            new.append("\ufffd")
        else:
            new.append(character)
    text = "".join(new)
    return text if len(text) <= 60 else text[:59] + "…"


def check_label(label):
    a = Value(1.0, label=label)
    root = a + 1.0
    root.label = label
    picture = draw(root, names=False)
    picture.html.encode(), picture.mermaid.encode(), picture.source.encode(), picture.text.encode()
    svg = ElementTree.fromstring(picture.svg)
    group = next(g for g in svg.iter(SVG + "g") if g.get("id") == "n0")
    first = "".join(next(group.iter(SVG + "text")).itertext())
    assert first.strip() == (as_shown(label).strip() or ("constant" if not label else ""))
    assert {element.tag.removeprefix(SVG) for element in svg.iter()} <= {
        "svg", "g", "title", "desc", "rect", "path", "polygon", "polyline", "ellipse", "text", "tspan",
    }  # fmt: skip
    if label:
        tooltip = group.find(SVG + "title").text
        assert tooltip.startswith(as_shown(label).removesuffix("…"))
    boxes = re.findall(r'^    n0[^"]*"(.*)".*$', picture.mermaid, re.MULTILINE)
    first = re.sub(r"#(\d+);", lambda code: chr(int(code[1])), boxes[0].split("<br/>")[0])
    assert first.strip() == (as_shown(label).strip() or ("constant" if not label else ""))
    assert not re.search(r"[<>&\"'`*_\\{}\[\]|]", boxes[0].replace("<br/>", ""))


@pytest.mark.parametrize("label", LABELS, ids=ascii)
def test_every_label_is_shown_as_text(label):
    """Markup, quotes, escapes, record syntax, right-to-left text, emoji: text, and nothing else."""
    check_label(label)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=80) | st.text(alphabet='<>{}|"\\&;#nNGl:', max_size=30))
def test_any_label_is_shown_as_text(label):
    """The same, for whatever a fuzzer finds."""
    check_label(label)


@pytest.mark.parametrize("label", LABELS, ids=ascii)
def test_every_label_survives_dot(label):
    """Graphviz's own reading of the source gives the label back, escapes undone."""
    picture = draw(Value(1.0, label=label), names=False)
    (node,) = json.loads(layout(picture.source, "json"))["objects"]
    first = html.unescape(node["label"].replace("\\n", "\n").replace("\\\\", "\\").split("\n")[0])
    if "\\" not in label:  # which Graphviz's JSON leaves half undone
        assert first == (as_shown(label) or "constant")


def test_a_long_label_is_cut_and_whole_in_the_tooltip():
    """Past 60 characters a label ends in …; 10 kB of it stand in the tooltip."""
    label = "long " * 2000
    picture = draw(Value(1.0, label=label), names=False)
    assert shown(picture, "n0")[0] == label[:59] + "…"
    assert any(
        title.text.startswith(label) for title in ElementTree.fromstring(picture.svg).iter(SVG + "title")
    )


def test_no_trick_of_graphviz_is_used():
    """No HTML-like labels, no record shapes, no links."""
    root = Value(1.0, label="<b>") * Value(2.0, label="{a|b}")
    source = draw(root).source
    assert (
        "=<" not in source and "record" not in source and "URL" not in source and "href" not in draw(root).svg
    )


# ---- draw_dot --------------------------------------------------------------------------------------


def test_draw_dot_is_a_digraph_with_the_picture_of_draw():
    """micrograd's function: a graphviz.Digraph, with the same source and the same SVG as draw."""
    root = neuron()
    dot, picture = draw_dot(root), draw(root)
    assert isinstance(dot, graphviz.Digraph)
    assert dot.source == picture.source
    assert repr(dot) == "<Dot; .render('picture'), .source>"
    assert dot.pipe() == picture.svg.encode() and dot.pipe(encoding="utf-8") == picture.svg
    assert draw_dot(root, "svg", "TB").source == draw(root, rankdir="TB").source


def test_draw_dot_renders_and_shows_itself(tmp_path):
    """render writes source and SVG; Jupyter gets an SVG; what is added is drawn."""
    dot = draw_dot(neuron())
    written = dot.render("neuron", directory=tmp_path)
    assert Path(written).read_text() == dot.pipe(encoding="utf-8")
    assert (tmp_path / "neuron").exists()
    assert dot.render(outfile=tmp_path / "other.svg", cleanup=True).endswith("other.svg")
    assert not (tmp_path / "other.gv").exists()
    assert dot._repr_mimebundle_()["image/svg+xml"] == dot.pipe(encoding="utf-8")
    copy = dot.copy()
    copy.node("extra", "added by hand")
    assert "added by hand" in texts(copy.pipe(encoding="utf-8"))
    assert "added by hand" not in texts(dot.pipe(encoding="utf-8"))


def test_draw_dot_names_an_unknown_option():
    """A misspelt option is an error that lists the options."""
    with pytest.raises(TypeError, match="draw_dot got the option 'colour'; it takes theme"):
        draw_dot(neuron(), colour="red")


# ---- showing ---------------------------------------------------------------------------------------


@pytest.mark.needs("IPython")
def test_ipython_takes_the_bundle():
    """Through IPython's own formatter: HTML and plain text; the Digraph of draw_dot gives SVG."""
    from IPython.core import formatters

    root = neuron()
    shown, _ = formatters.DisplayFormatter().format(draw(root))
    assert "<svg" in shown["text/html"] and shown["text/plain"].startswith("<Drawing of root, 6 Values")
    shown, _ = formatters.DisplayFormatter().format(draw_dot(root))
    assert "<svg" in shown["image/svg+xml"]


def test_svg_describes_itself():
    """role="img", a title and a description, for those who cannot see it; it scales."""
    svg = ElementTree.fromstring(draw(neuron()).svg)
    assert svg.get("role") == "img" and svg.get("viewBox")
    assert svg.find(SVG + "title").text == "Drawing of 6 Values"
    assert svg.find(SVG + "desc").text.splitlines() == [
        "tanh, data 0.7064, grad +1",
        "  +, data 0.88, grad +0.501, by 0.501",
        "    ×, data -6, grad +0.501, by 1",
        "      w, data -3, grad +1.002, by 2",
        "      x, data 2, grad -1.503, by -3",
        "    b, data 6.88, grad +0.501, by 1",
    ]


def test_the_description_writes_out_once_what_several_use():
    """And as many lines as can be listened to."""
    x = Value(0.5, label="x")
    y = x.tanh()
    text = ElementTree.fromstring(draw(y * y).svg).find(SVG + "desc").text
    assert text.count("x, data") == 1 and "(above)" in text
    root = functools.reduce(lambda z, _: z.tanh() + 1.0, range(300), x)
    text = ElementTree.fromstring(draw(root, collapse="none").svg).find(SVG + "desc").text
    assert len(text.splitlines()) < 220 and "…" in text


def test_a_saved_svg_fills_the_window_that_it_is_opened_in(tmp_path):
    """By a rule that matches nothing where the SVG is a part of a page; the picture itself has no rule."""
    picture = draw(neuron())
    saved = picture.save(tmp_path / "neuron.svg").read_text("utf-8")
    rule = "<style>svg:root{width:100vw!important;height:100vh!important}</style>"
    assert saved.replace(rule, "") == picture.svg and saved.count(rule) == 1
    assert "svg:root" not in picture.html


def test_the_legend_explains_line_widths_and_norms():
    """Where there are gradients, and where there are boxes for many Values."""
    assert "wider: larger gradient (log scale)" in texts(draw(neuron()).svg)
    assert "wider: larger gradient (log scale)" not in texts(draw(neuron(backward=False)).svg)
    model = nn.MLP(2, [4, 1], seed=0)
    folded = texts(draw(model([1.0, 2.0]), collapse="layers").svg)
    assert "length of all gradients in a box" in folded
    assert "length of all gradients in a box" not in texts(draw(neuron()).svg)


@pytest.mark.parametrize("root", [1.0, None, "x", [Value(1.0)]])
def test_only_a_value_can_be_drawn(root):
    """What was given, and what to give."""
    with pytest.raises(TypeError, match=rf"draw takes a Value, got {type(root).__name__}; "):
        draw(root)


def test_wrong_options_say_what_is_allowed():
    """Each option's error lists what it takes."""
    root = neuron()
    with pytest.raises(ValueError, match="theme is one of 'system', 'light', 'dark', 'print', got"):
        draw(root, theme="blue")
    with pytest.raises(ValueError, match="rankdir is 'LR', 'TB', 'RL' or 'BT', got 'down'"):
        draw(root, rankdir="down")
    with pytest.raises(ValueError, match="highlight is 'max-gradient' or None, got 'x'"):
        draw(root, highlight="x")
    with pytest.raises(ValueError, match=r"highlight='max-gradient' follows gradients, .* call backward\(\)"):
        draw(neuron(backward=False), highlight="max-gradient")


def test_highlight_fades_what_is_off_the_path():
    """max-gradient follows, from the root, the operand to which most gradient flows."""
    a, b = Value(1.0, label="a"), Value(1.0, label="b")
    root = 10 * a + b
    root.backward()
    picture = draw(root, highlight="max-gradient")
    assert picture.view.path == ("n3", "e1_3_0", "n1", "e0_1_1", "n0")
    faded = [g.get("id") for g in ElementTree.fromstring(picture.svg).iter(SVG + "g") if g.get("opacity")]
    assert sorted(faded) == ["e2_3_1", "n2"]


def test_a_leaf_that_gets_a_gradient_is_a_variable():
    """Also where only a list holds it; without a gradient and a name it is a constant."""
    xs = [Value(1.0), Value(2.0)]
    root = xs[0] * xs[1]
    assert [box.kind for box in draw(root).view.boxes] == ["constant", "constant", "operation"]
    root.backward()
    picture = draw(root)
    assert [box.kind for box in picture.view.boxes] == ["variable", "variable", "operation"]
    assert picture.view.boxes[0].lines[0][0].text == "variable"


def test_a_checkpoint_has_no_gradient_of_one_number():
    """Its box shows –, and no caption says that backward() has not come."""
    root = checkpoint(lambda v: v * v, Value(3.0, label="x"))
    root.backward()
    picture = draw(root)
    box = next(box for box in picture.view.boxes if box.lines[0][0].text == "checkpoint")
    assert box.gradient is None and box.lines[2][1].text == "–" and picture.view.captions == ()
