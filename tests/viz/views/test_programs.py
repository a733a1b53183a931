"""The drawing of a compiled function: a few boxes where the scalar graph has thousands."""

import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

import nn
from autograd import Value, compile, exp, logsumexp, select
from autograd import sum as sum_
from viz import draw, draw_dot

SVG = "{http://www.w3.org/2000/svg}"


def moons():
    """The compiled loss of an MLP 2-16-16-1, called once."""
    model = nn.MLP(2, [16, 16, 1], seed=0)

    def loss(x, target):
        return (1.0 - target * model(x)).relu() + 1e-4 * sum(p * p for p in model.parameters())

    fast = compile(loss, backend="numpy")
    fast(np.zeros((3, 2)), np.ones(3))
    return fast, model


def shown(picture):
    """The lines of each box, by key, from the SVG."""
    groups = ElementTree.fromstring(picture.svg).iter(SVG + "g")
    return {
        group.get("id"): ["".join(text.itertext()) for text in group.iter(SVG + "text")]
        for group in groups
        if "node" in (group.get("class") or "")
    }


def arrows(picture):
    """(source, target, label) of each arrow, from the DOT."""
    found = []
    for line in picture.source.splitlines():
        if " -> " in line and "rank=same" not in line:
            label = re.search(r' label="([^"]*)"', line)
            found.append((*re.match(r"\s*(\S+) -> (\S+)", line).groups(), label.group(1) if label else ""))
    return found


def test_a_box_for_each_array_operation_with_its_shape():
    """Operation, shape and how many scalar operations it folds; matrix products are named as such."""
    fast, model = moons()
    boxes = shown(draw(fast, model=model, collapse="none"))
    products = [lines for lines in boxes.values() if "matmul" in lines[0]]
    assert [lines[1:] for lines in products] == [
        ["16 × batch", "16 × dot of 2, plus 1"],
        ["16 × batch", "16 × dot of 16, plus 1"],
        ["batch", "1 dot of 16, plus 1"],
    ]
    operations = [key for key in boxes if key.startswith("v")]
    assert re.search(rf"array operations +{len(operations)}\n", fast.report())


def test_parameters_and_arguments_stand_as_they_are_read():
    """Weights as matrices under the path that they share; the arguments as vectors of each sample."""
    fast, model = moons()
    boxes = [*shown(draw(fast, model=model, collapse="none")).values()]
    assert ["layers.0.neurons.*.w", "16 × 2", "parameters"] in boxes
    assert ["layers.1.neurons.*.w", "16 × 16", "parameters"] in boxes
    assert ["layers.1.neurons.*.b", "16", "parameters"] in boxes
    assert ["x[0:2]", "2 × batch", "of the arguments"] in boxes
    assert ["x[2]", "batch", "of the arguments"] in boxes


def test_the_legend_speaks_of_arguments_and_results():
    """In a program they are neither variables nor a root."""
    fast, model = moons()
    groups = ElementTree.fromstring(draw(fast, model=model, collapse="none").svg).iter(SVG + "g")
    legend = next(group for group in groups if group.get("class") == "legend")
    words = {text.text for text in legend.iter(SVG + "text")}
    assert {"operation", "parameter", "argument", "result"} <= words
    assert not {"variable", "root"} & words


def test_parameters_are_named_by_label_or_variable_or_by_their_place():
    """The caller's names where there are any; else the slice of `p` that the source reads."""
    labelled, held = Value(2.0, label="slope"), Value(3.0)
    hidden = [Value(1.0), Value(2.0)]
    fast = compile(lambda x: labelled / exp(held / x + (hidden[0] - x).sin()), backend="numpy")
    fast([1.0])
    assert {"slope", "held"} <= {lines[0] for lines in shown(draw(fast, collapse="none")).values()}
    names = {lines[0] for lines in shown(draw(fast, names=False)).values()}
    assert "slope" in names and "held" not in names
    assert any(re.fullmatch(r"p\[\d+(:\d+)?\]", name) for name in names)


def test_the_names_of_arrays_are_those_of_the_source():
    """What is called v7 in the picture is called v7 in `fast.source`."""
    fast, _ = moons()
    for lines in shown(draw(fast, collapse="none")).values():
        if re.match(r"v\d+ = ", lines[0]):
            assert re.search(rf"\b{lines[0].split()[0]} = ", fast.source)


def test_an_arrow_says_how_many_rows_are_read_when_not_all():
    """Of four exponentials two are used on: `2 of 4`; all of them: no label."""
    w = [Value(0.1 * at) for at in range(4)]

    def f(x):
        e = [exp(p * x) for p in w]
        return sum_(e), (e[1] / e[2]).sin()

    fast = compile(f, backend="numpy")
    fast([1.0, 2.0])
    labels = [label for _, _, label in arrows(draw(fast, collapse="none"))]
    assert labels.count("1 of 4") == 2
    assert "4 of 4" not in labels and "" in labels


def test_two_uses_are_two_arrows_and_added_terms_are_marked():
    """`dot(p, p)` has two arrows from p; the bias of a matrix product comes in with a +."""
    fast, model = moons()
    found = arrows(draw(fast, model=model, collapse="none"))
    assert len([pair for pair in found if found.count(pair) == 2]) == 2
    assert [label for _, _, label in found].count("+") == 3


def test_plain_numbers_stand_in_the_operation():
    """`1 - …` and `0.0001 × …`, with no box for the number; different numbers get a box."""
    fast, _ = moons()
    titles = [lines[0] for lines in shown(draw(fast, collapse="none")).values()]
    assert any(title.endswith("= 1 - …") for title in titles)
    assert any(title.endswith("= 0.0001 × …") for title in titles)
    several = compile(lambda x: [entry.sin() + at for at, entry in enumerate(x)], backend="numpy")
    several(np.zeros((2, 3)))
    assert ["0, 1, 2", "3", "numbers"] in shown(draw(several)).values()
    equal = compile(lambda x: sum_([0.1 * entry.sin() for entry in x]), backend="numpy")
    equal(np.zeros((2, 3)))
    assert ["0.1", "one number", "numbers"] in shown(draw(equal)).values()


def test_padding_has_no_box():
    """What is of growing length is padded: `of up to 4`, and the padding itself is in the tooltip alone."""
    w = [Value(0.1 * at) for at in range(4)]
    fast = compile(
        lambda x: [logsumexp([p * x + 1.0 for p in w[:size]]) for size in (2, 3, 4)], backend="numpy"
    )
    fast([1.0, 2.0])
    picture = draw(fast, collapse="none")
    assert "numbers" not in str(shown(picture))
    assert ["3 × batch", "3 × logsumexp of up to 4"] in [lines[1:] for lines in shown(picture).values()]
    assert "with ! -inf" in picture.svg


def test_results_have_the_border_of_a_root():
    """Every array that holds a result, and an argument that is returned as it came."""
    w = Value(2.0)
    fast = compile(lambda x: {"a": exp(w * x), "b": (w * x).sin(), "c": x}, backend="numpy")
    fast([1.0])
    picture = draw(fast, collapse="none")
    roots = re.findall(r'^\t(\w+) \[.*peripheries="2"', picture.source, re.M)
    assert len(roots) == 3
    assert sum(root.startswith("x") for root in roots) == 1


def test_a_function_of_the_whole_batch_has_no_batch_axis():
    """With batched=False the shapes are those of the arrays themselves."""
    w = Value(2.0)
    fast = compile(lambda xs: sum_([(w * x).sin() for x in xs]), batched=False, backend="numpy")
    fast(np.zeros(5))
    picture = draw(fast, collapse="none")
    assert "batch" not in picture.text
    assert ["x[0:5]", "5", "of the arguments"] in shown(picture).values()


def test_the_caption_says_what_was_folded():
    """`… scalar nodes → 11 array operations`, in the picture and in its description."""
    fast, _ = moons()
    picture = draw(fast, collapse="none")
    said = re.search(
        r"([\d,]+) scalar nodes → (\d+) array operations, 3 of them matrix products", picture.svg
    )
    assert int(said[1].replace(",", "")) > 700 > 20 > int(said[2])
    assert said[0] in ElementTree.fromstring(picture.svg).find(SVG + "desc").text
    assert repr(picture).startswith(f"<Drawing of a program of {said[2]} array operations;")


def test_a_gpt_of_thousands_of_nodes_is_a_page():
    """Fewer than a hundred boxes, whatever the compiler finds; the same bytes each time."""
    model = nn.GPT(5, 4, 4, heads=2, depth=1, seed=0)
    fast = compile(lambda t: nn.cross_entropy(model(t[:-1])[-1], t[-1]), backend="numpy")
    fast(np.array([[0, 1, 2, 3]]))
    picture = draw(fast, model=model, collapse="none")
    assert 5 < len(shown(picture)) < 100
    assert picture.source == draw(fast, model=model, collapse="none").source


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_every_output_of_a_drawing_works(theme, tmp_path):
    """SVG, HTML, Mermaid, DOT, text; shown in Jupyter; in every theme; micrograd's function too."""
    fast, _ = moons()
    picture = draw(fast, theme=theme, rankdir="TB")
    for suffix in ("svg", "html", "mmd", "dot", "txt"):
        assert "v3" in picture.save(tmp_path / f"picture.{suffix}").read_text()
    assert "<svg" in picture._repr_mimebundle_()["text/html"]
    assert "matmul" in draw_dot(fast, theme=theme, collapse="none").source
    assert "from" in picture.text


def test_the_latest_recording_is_drawn():
    """A call with another shape is another program."""
    w = Value(2.0)
    fast = compile(lambda xs: sum_([(w * x).sin() for x in xs]), backend="numpy")
    fast(np.zeros((1, 3)))
    three = draw(fast, collapse="none").text
    fast(np.zeros((1, 4)))
    assert "3 × sin" in three and "4 × sin" in draw(fast, collapse="none").text


def test_selecting_by_an_argument_is_drawn():
    """An embedding: the argument is the index, the parameters are what is selected from."""
    rows = [Value(0.1 * at) for at in range(6)]
    fast = compile(lambda t: select(t, rows[:3]) + select(t, rows[3:]), backend="numpy")
    fast(np.array([0, 2]))
    assert any(
        "select" in lines[0] and lines[2] == "2 × select of 3"
        for lines in shown(draw(fast, collapse="none")).values()
    )


def test_without_a_recording_the_error_says_to_call_it():
    """Nothing is known of a function before its first batch."""
    with pytest.raises(RuntimeError, match="draw needs a recording: call the compiled function once"):
        draw(compile(lambda x: x))


def test_drawing_a_value_imports_no_compiler():
    """Only what is no Value is asked whether it was compiled."""
    script = (
        "import sys, viz, autograd\n"
        "viz.draw(autograd.Value(1.0) + 1.0).source\n"
        "assert not any(name.startswith('autograd.compiler') for name in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("option", ["collapse", "expand", "highlight"])
def test_options_of_scalar_graphs_are_refused(option):
    """They speak of Values: an option without effect would mislead."""
    fast, _ = moons()
    but = " but 'none'" if option == "collapse" else ""
    with pytest.raises(
        ValueError, match=f"draw of a compiled function takes no {option}={but}, got 'layers'"
    ):
        draw(fast, **{option: "layers"})
    with pytest.raises(ValueError, match=f"draw_dot of a compiled function takes no {option}={but}, got"):
        draw_dot(fast, **{option: "layers"})
