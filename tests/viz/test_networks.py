"""Networks as columns of neurons: every weight a line, every number from the model."""

import itertools
from xml.etree import ElementTree

import pytest

import nn
from autograd import Value
from tests.viz.measuring import faint, tiny
from viz import draw_network
from viz.views.text import plain

SVG = "{http://www.w3.org/2000/svg}"


def parts(picture, tag):
    return list(ElementTree.fromstring(picture.svg).iter(SVG + tag))


def test_a_line_for_each_weight_wide_as_its_magnitude_and_dashed_when_negative():
    """Width by |w|, colour and dash by sign, the exact number in the tooltip."""
    model = nn.MLP(2, [3, 1], seed=0)
    picture = draw_network(model)
    lines = [line for line in parts(picture, "line") if line.find(SVG + "title") is not None]
    shown = {float(line.find(SVG + "title").text.split(": ")[1]): line for line in lines}
    weights = [w.data for layer in model.layers for neuron in layer.neurons for w in neuron.w]
    assert sorted(shown) == sorted(weights)
    assert all((number < 0) == ("stroke-dasharray" in line.attrib) for number, line in shown.items())
    first = [w.data for neuron in model.layers[0].neurons for w in neuron.w]
    ordered = sorted(first, key=abs)
    widths = [float(shown[number].get("stroke-width")) for number in ordered]
    assert widths == sorted(widths) and widths[-1] == 5.0
    assert all(line.get("stroke") == picture.theme.sign(number) for number, line in shown.items())


@pytest.mark.parametrize("sizes", [[1], [3, 1], [40, 2]])
def test_every_neuron_is_inside_the_picture(sizes):
    """Whole, whichever column is the tallest."""
    picture = draw_network(nn.MLP(2, sizes, seed=0))
    width, height = (float(ElementTree.fromstring(picture.svg).get(side)) for side in ("width", "height"))
    for circle in parts(picture, "circle"):
        x, y, r = (float(circle.get(name)) for name in ("cx", "cy", "r"))
        assert r <= x <= width - r and r <= y <= height - r


@pytest.mark.parametrize("activation", ["relu", "tanh", "linear"])
def test_a_sample_shows_activations(activation):
    """Each neuron's output for x, as the model computes it."""
    model = nn.MLP(2, [3, 2], activation, seed=1)
    x = [0.5, -1.5]
    picture = draw_network(model, x)
    hidden = [value.data for value in model.layers[0](x)]
    assert picture.columns[0].numbers == tuple(x)
    assert picture.columns[1].numbers == pytest.approx(hidden)
    assert picture.columns[2].numbers == pytest.approx([value.data for value in model(x)])


def test_gradients_instead_of_weights():
    """What backward left; nothing where it has not been."""
    model = nn.MLP(2, [2, 1], seed=1)
    assert {
        weight.number for column in draw_network(model, gradients=True).columns for weight in column.weights
    } == {None}
    model([1.0, 2.0]).backward()
    found = [
        weight.number for column in draw_network(model, gradients=True).columns for weight in column.weights
    ]
    assert found == [w.grad for layer in model.layers for neuron in layer.neurons for w in neuron.w]


def test_a_tall_layer_is_folded_in_the_middle():
    """A line says how many neurons are not shown."""
    picture = draw_network(nn.MLP(2, [100, 1], seed=0))
    assert "⋮ 84 more" in [text.text for text in parts(picture, "text")]
    assert len([g for g in parts(picture, "g") if g.get("class") == "neuron"]) == 2 + 16 + 1


@pytest.mark.parametrize(
    ("options", "shown"),
    [({}, "bias"), ({"x": [1.0, 2.0]}, "output"), ({"gradients": True}, "gradient of the bias")],
)
def test_the_legend_says_what_the_numbers_are(options, shown):
    """Biases, outputs, or gradients."""
    texts = [text.text for text in parts(draw_network(nn.MLP(2, [2, 1], seed=0), **options), "text")]
    assert f"number = {shown}" in texts


def test_layers_and_neurons_can_be_drawn_too():
    """Whatever has neurons, or is one."""
    assert len(draw_network(nn.Layer(2, 3, seed=0)).columns[1].numbers) == 3
    assert len(draw_network(nn.Neuron(2, seed=0), [1.0, 2.0]).columns[1].numbers) == 1


def test_other_things_are_refused():
    """By type name, with what would draw them; a sample of the wrong length; gradients of blocks."""
    with pytest.raises(TypeError, match=r"takes a model \(MLP, GPT, any nn.Module\), got Value; draw"):
        draw_network(Value(1.0))
    with pytest.raises(ValueError, match=r"draws RNN as blocks; draw\(loss\) shows them"):
        draw_network(nn.RNN(nn.RNNCell(2, 3, seed=0)), gradients=True)
    with pytest.raises(ValueError, match="needs a sample of 2 numbers, got 3"):
        draw_network(nn.MLP(2, [1], seed=0), [1, 2, 3])


class Neuron:
    """As micrograd's, and of no class of nn."""

    def __init__(self, inputs):
        self.w, self.b = [Value(0.5) for _ in range(inputs)], Value(-1.0)

    def __call__(self, x):
        return sum((w * one for w, one in zip(self.w, x)), self.b).relu()

    def parameters(self):
        return [*self.w, self.b]


class Layer:
    def __init__(self, inputs, outputs):
        self.neurons = [Neuron(inputs) for _ in range(outputs)]

    def __call__(self, x):
        outputs = [neuron(x) for neuron in self.neurons]
        return outputs[0] if len(outputs) == 1 else outputs


class Net:
    def __init__(self, *sizes):
        self.layers = [Layer(*pair) for pair in itertools.pairwise(sizes)]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        return [p for layer in self.layers for neuron in layer.neurons for p in neuron.parameters()]


def test_a_net_of_classes_of_ones_own_has_columns_too():
    """As in micrograd: layers with neurons with w and b; a sample, and gradients."""
    net = Net(2, 3, 1)
    picture = draw_network(net, [3.0, 1.0])
    assert picture.title == "Network 2 → 3 → 1"
    assert [column.numbers for column in picture.columns] == [(3.0, 1.0), (1.0, 1.0, 1.0), (0.5,)]
    net([3.0, 1.0]).backward()
    assert (
        draw_network(net, gradients=True).columns[2].weights[0].number == net.layers[1].neurons[0].w[0].grad
    )
    assert draw_network(Neuron(2)).columns[1].numbers == (-1.0,)
    net.layers[1].neurons[0].w.append(Value(1.0))
    with pytest.raises(
        TypeError, match=r"any nn.Module\), got Net of tests.viz.test_networks; draw\(output\)"
    ):
        draw_network(net)


def test_drawing_leaves_the_model_as_it_is():
    """And gives the same text again."""
    model = nn.MLP(2, [2, 1], seed=0)
    before = model.state_dict()
    assert draw_network(model, [1.0, 2.0]).svg == draw_network(model, [1.0, 2.0]).svg
    assert model.state_dict() == before


def test_its_title_is_the_sizes_of_its_columns():
    """In the picture, in a saved page and in the prompt."""
    picture = draw_network(nn.MLP(2, [3, 1], seed=0))
    assert repr(picture) == "<Network 2 → 3 → 1; .save('network.svg')>"
    assert "<title>Network 2 → 3 → 1</title>" in picture.svg and "<title>Network 2 → 3" in picture.html


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 1920])
def test_a_page_of_columns_fills_its_window_and_can_be_read(open_page, width):
    """In a dark system, too; what would be too small there is larger than the window."""
    for sizes, is_larger in (([4, 4, 1], False), ([16, 16, 1], width == 1280)):
        picture = draw_network(nn.MLP(3, sizes, seed=1))
        tab = open_page(picture, width=width, height=width * 9 // 16, color_scheme="dark")
        paper = tab.evaluate("() => getComputedStyle(document.body).backgroundColor")
        assert paper == "rgb(20, 23, 28)" and tiny(tab) == [] and faint(tab) == []
        high = tab.evaluate("() => document.querySelector('svg').getBoundingClientRect().height")
        assert (high > width * 9 // 16) is is_larger


# ---- blocks ----------------------------------------------------------------------------------------


def wiring(picture):
    """What leads to what, by titles, with the labels of arrows."""
    title = {box.key: box.lines[0][0].text for box in picture.view.boxes}
    return [(title[arrow.source], title[arrow.target], arrow.label) for arrow in picture.view.arrows]


def lines(picture):
    return {
        box.lines[0][0].text: ["".join(span.text for span in line) for line in box.lines[1:]]
        for box in picture.view.boxes
    }


def test_a_transformer_is_drawn_with_its_embeddings_blocks_head_and_residual_sums():
    """Arrows as the data flows, around attention and mlp the skips."""
    model = nn.GPT(10, 8, 8, 2, 1, seed=0)
    picture = draw_network(model, [1, 2, 3])
    assert wiring(picture) == [
        ("input", "tokens", ""),
        ("positions", "positions", ""),
        ("tokens", "+", ""),
        ("positions", "+", ""),
        ("+", "blocks.0.first_norm", ""),
        ("blocks.0.first_norm", "blocks.0.attention", ""),
        ("blocks.0.attention", "+", ""),
        ("+", "+", "skip"),
        ("+", "blocks.0.second_norm", ""),
        ("blocks.0.second_norm", "blocks.0.mlp", ""),
        ("blocks.0.mlp", "+", ""),
        ("+", "+", "skip"),
        ("+", "norm", ""),
        ("norm", "logits", ""),
    ]
    assert lines(picture)["logits"] == ["Layer(8, 10, linear, no bias)", "80 parameters", "→ 3 × 10"]
    assert [box.lines[0][0].text for box in picture.view.boxes if box.is_root] == ["logits"]


def test_images_have_shapes_where_a_sample_is_given():
    """As the layers themselves make them; without a sample, the parameters alone."""
    layers = [nn.Conv2d(1, 3, kernel=3, stride=2, padding=1, seed=0), nn.MaxPool2d(2), nn.Flatten()]
    model = nn.Sequential(*layers, nn.Layer(12, 2, seed=1))
    image = [[[0.5] * 8 for _ in range(8)]]
    shown = lines(draw_network(model, image))
    value = image
    for at, layer in enumerate(layers):
        value = layer(value)
        shape, part = [], value
        while isinstance(part, list):
            shape.append(len(part))
            part = part[0]
        assert shown[f"layers.{at}"][-1] == "→ " + " × ".join(map(str, shape))
    assert shown["layers.0"][1] == "30 parameters" and shown["layers.3"][-1] == "→ 2"
    assert lines(draw_network(model))["layers.0"] == [model.layers[0].describe(), "30 parameters"]


def test_a_residual_net_is_no_chain():
    """What goes around the inner modules arrives beside what goes through them."""
    inner = nn.Sequential(nn.Layer(2, 2, seed=0), nn.Layer(2, 2, seed=1))
    assert wiring(draw_network(nn.Sequential(nn.Residual(inner), nn.Layer(2, 1, seed=2)), [1.0, 2.0])) == [
        ("input", "layers.0.inner.layers.0", ""),
        ("layers.0.inner.layers.0", "layers.0.inner.layers.1", ""),
        ("layers.0.inner.layers.1", "+", ""),
        ("input", "+", "skip"),
        ("+", "layers.1", ""),
    ]


def test_a_recurrent_net_hands_its_state_on():
    """The cell leads to itself, one step later."""
    picture = draw_network(nn.RNN(nn.GRUCell(3, 4, seed=0)), [[0.0] * 3] * 5)
    assert wiring(picture) == [("input", "cell", ""), ("cell", "cell", "state, to the next step")]
    assert lines(picture)["cell"][-1] == "→ 5 × 4"
    assert picture.svg.startswith("<svg")


class Own(nn.Module):
    """Two layers, used in an order that only its forward knows."""

    def __init__(self):
        self.later, self.first = nn.Layer(2, 2, seed=0), nn.Layer(2, 2, seed=1)

    def forward(self, x):
        return self.later(self.first(x))


class Backwards(nn.Sequential):
    """Of a class whose wiring is known, with a forward of its own."""

    def forward(self, x):
        return self.layers[0](self.layers[1](x))


def test_the_wiring_of_an_unknown_module_is_not_drawn():
    """One box, and a line that says what shows it."""
    picture = draw_network(Own())
    assert wiring(picture) == [("input", "Own", "")]
    assert "draw(output) shows it" in picture.view.captions[0]
    assert wiring(draw_network(Backwards(nn.Layer(2, 2, seed=0), nn.LayerNorm(2)))) == [
        ("input", "Backwards", "")
    ]
    assert lines(draw_network(nn.Sequential(lambda x: x, nn.Layer(1, 1, seed=0))))["<lambda>"] == [
        "a function"
    ]


def test_every_module_that_has_parameters_is_counted_once():
    """The boxes' parameters are the model's."""
    model = nn.GPT(10, 8, 8, 2, 3, seed=0)
    texts = [text for box in draw_network(model).view.boxes for text in map(plain, box.lines)]
    counts = [int(text.split()[0].replace(",", "")) for text in texts if text.endswith(" parameters")]
    assert sum(counts) == len(model.parameters()) and len(counts) == 3 * 4 + 4
