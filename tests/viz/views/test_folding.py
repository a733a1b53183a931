"""Large graphs: what shares a box, what the picture says about it, and how long it takes."""

import functools
import itertools
import random

import pytest

import nn
from autograd import Value, mean, topological_order
from autograd import sum as sum_values
from tests.counting import calls
from viz import draw
from viz.views.folding import folds
from viz.views.graphs import view_of
from viz.views.reading import read


def loss(samples=30, seed=1):
    model = nn.MLP(2, [16, 16, 1], seed=seed)
    generator = random.Random(seed)
    root = mean([model([generator.gauss(0, 1), 1.0]).relu() for _ in range(samples)])
    root.backward()
    return model, root


def chain(length):
    x = Value(1.0, label="x")
    y = x
    for _ in range(length):
        y = y + 0.5
    return y


def titles(picture):
    return ["".join(span.text for span in box.lines[0]) for box in picture.view.boxes]


def members(picture):
    return sorted(at for box in picture.view.boxes for at in box.members)


def test_what_can_be_read_is_drawn_in_full():
    """One box per Value, and no caption about folding."""
    picture = draw(chain(5))
    assert len(picture.view.boxes) == 6
    assert not any("folded" in caption for caption in picture.view.captions)


def test_sums_are_merged_before_anything_else_is():
    """A chain of additions is one box; everything else is in full; a line says how to see it all."""
    x = [Value(float(at), label=f"x{at}") for at in range(12)]
    root = sum([value * value for value in x]).tanh()
    picture = draw(root)
    assert titles(picture).count("×") == 12 and "11 additions" in titles(picture)
    assert "collapse='none' draws them all" in picture.view.captions[0]
    assert len(draw(root, collapse="none").view.boxes) == 36


def test_a_net_folds_to_a_box_per_neuron():
    """The boxes are the modules that ran, with their paths, operations, outputs and gradient norms."""
    model = nn.MLP(2, [16, 16, 1], seed=1)
    root = model([1.0, -2.0])
    root.backward()
    picture = draw(root, collapse="modules")
    assert set(titles(picture)) == {
        path for path, part in model.named_modules() if isinstance(part, nn.Neuron)
    }
    box = next(box for box in picture.view.boxes if box.lines[0][0].text == "layers.1.neurons.3")
    neuron = model.layers[1].neurons[3]
    inside = [read(root, model=model).nodes[at] for at in box.members]
    assert {node.name for node in inside if node.kind == "parameter"} == {
        f"layers.1.neurons.3.{path}" for path, _ in neuron.named_parameters()
    }
    assert "".join(span.text for span in box.lines[1]) == "2 operations"


def test_many_calls_of_a_module_share_its_box():
    """Thirty samples: one box per neuron, which says that it stands for thirty calls."""
    model, root = loss()
    picture = draw(root, model=model, collapse="modules")
    box = next(box for box in picture.view.boxes if box.lines[0][0].text == "layers.0.neurons.3")
    assert "".join(span.text for span in box.lines[2]) == "30 calls, 60 operations"
    assert len(picture.view.boxes) <= 60
    assert members(picture) == list(range(len(topological_order(root))))


def test_layers_and_expand_override():
    """collapse="layers" gives a box per layer; expand opens one module in it."""
    model, root = loss(1)
    folded = draw(root, model=model, collapse="layers")
    assert {"layers.0", "layers.1", "layers.2"} <= set(titles(folded))
    opened = draw(root, model=model, collapse="layers", expand="layers.2")
    assert "layers.2" not in titles(opened)
    assert any(title.startswith("layers.2.neurons.0.w") for title in titles(opened))


def test_a_module_is_opened_and_not_one_whose_path_only_begins_alike():
    """layers.1 is not layers.10."""
    model = nn.MLP(1, [1] * 12, seed=1)
    opened = titles(draw(model([0.5]), collapse="layers", expand="layers.1"))
    assert "layers.1" not in opened and "layers.10" in opened


def test_inputs_are_seen_whatever_is_folded():
    """Named or not, a leaf that is no parameter never joins a module; those without a name share a box."""
    model = nn.MLP(4, [16, 16, 1], seed=1)
    x = [Value(0.5, label="mine"), Value(-2.0), Value(1.0), Value(2.0)]
    boxes = titles(draw(model(x), collapse="layers"))
    assert [title for title in boxes if "layers" not in title] == ["mine", "3 × constant"]


def test_a_model_is_known_by_its_calls():
    """Nobody holds it: paths begin at the outermost module that ran."""
    _, root = loss(1)
    picture = draw(root, names=False, collapse="modules")
    assert {"layers.0.neurons.0", "layers.1.neurons.15"} <= set(titles(picture))


def test_the_filters_of_a_convolution_are_called_by_their_place():
    """Also where nobody holds it, and only its neurons touch each number."""
    image = [[[0.5] * 4] * 4]
    root = sum_values([x for rows in nn.Conv2d(1, 2, 3, seed=1)(image) for row in rows for x in row])
    boxes = titles(draw(root, names=False, collapse="modules"))
    assert {"filters.0.w, b", "filters.0, call 1", "filters.1, call 4"} <= set(boxes)


def test_modules_whose_model_did_not_run_are_told_apart():
    """Each layer is known by itself: its class, which one it is, and what it consists of."""
    one, two = nn.Layer(2, 30, seed=0), nn.Layer(30, 1, seed=1)
    (root,) = two(one([1.0, 2.0]))
    folded = titles(draw(root, names=False, collapse="modules"))
    assert {"Layer#1.neurons.0", "Layer#2.neurons.0"} <= set(folded)


def test_parameters_are_called_by_their_path():
    """Also where the model is found through a variable of the caller, or given."""
    model = nn.MLP(2, [2, 1], seed=0)
    expected = {name for name, _ in model.named_parameters()}
    root = model([1.0, 2.0])
    assert expected <= set(titles(draw(root)))
    assert expected <= set(titles(draw(root, names=False, model=model)))


def test_two_models_in_one_graph_are_told_apart():
    """Each path begins with the variable that holds the model."""
    one, two = nn.MLP(1, [1], seed=0), nn.MLP(1, [1], seed=1)
    assert {"one.layers.0.neurons.0.b", "two.layers.0.neurons.0.b"} <= set(
        titles(draw(one([1.0]) + two([2.0])))
    )


@pytest.mark.parametrize("length", [301, pytest.param(50_000, marks=pytest.mark.slow)])
def test_runs_of_one_operation_share_a_box(length):
    """Where no module is known: `50,000 additions`."""
    assert titles(draw(chain(length))) == ["x", f"{length:,} additions"]


def test_repeated_edges_are_drawn_once_with_their_count():
    """Five hundred products feed one sum: an arrow says ×500."""
    x = Value(2.0, label="x")
    root = sum_values([x * float(at) for at in range(500)])
    picture = draw(root)
    assert titles(picture)[:2] == ["x", "500 products"]
    assert [arrow.label for arrow in picture.view.arrows] == ["×500", "×500"]
    assert "drawn once for 50 uses" in picture.svg and "least and largest data" in picture.svg
    assert "drawn once" not in draw(chain(3)).svg and "least and largest" not in draw(chain(3)).svg


@pytest.mark.parametrize(("length", "slow"), [(1999, False), (2000, True)])
def test_the_caption_warns_of_what_takes_minutes(length, slow):
    """Only where the graph is that large."""
    assert ("(slow above 2,000)" in draw(chain(length)).view.captions[0]) == slow


def test_what_is_far_from_the_root_shares_a_box():
    """Alternating operations have no runs: all but the nearest boxes fold into one."""
    y = Value(1.0, label="y")
    for _ in range(1500):
        y = (y * 0.5).tanh()
    picture = draw(y, names=False)
    assert len(picture.view.boxes) <= 60 and "Values further back" in titles(picture)[0]
    assert members(picture) == list(range(3_001))


def test_wrong_folds_say_what_there_is():
    """Unknown levels and unknown modules."""
    with pytest.raises(
        ValueError, match=r"collapse is 'none', 'compact', 'modules', 'layers', 'runs' or None, got 'all'"
    ):
        draw(chain(3), collapse="all")
    with pytest.raises(
        ValueError, match=r"expand got 'layers.9', which is no module of this graph; there are none"
    ):
        draw(chain(3), expand="layers.9")


def tangled(steps):
    """The root of a random graph, of three operations for each step."""
    generator = random.Random(0)
    values = [Value(generator.random()) for _ in range(100)]
    for _ in range(steps):
        values.append((generator.choice(values[-300:]) * 0.5 + generator.choice(values[-50:])) * 0.5)
    root = sum_values(values[-100:])
    root.backward()
    return root


@pytest.mark.slow
def test_tens_of_thousands_of_nodes_are_drawn():
    """No recursion, no exhaustion: a random graph, folded, as SVG."""
    root = tangled(5_000)
    picture = draw(root)
    assert picture.svg.startswith("<svg") and len(picture.view.boxes) <= 60
    assert len(topological_order(root)) > 10_000


@pytest.mark.slow
def test_the_work_of_a_picture_grows_as_the_graph():
    """Twice the nodes take twice the calls; sorting, and the boxes, which are few, may add a tenth."""
    small, large = tangled(400), tangled(800)
    draw(small).svg  # what the first picture loads
    assert calls(lambda: draw(large).svg) < 2.2 * calls(lambda: draw(small).svg)


@functools.cache
def transformer():
    model = nn.GPT(10, 8, 4, 2, 2, seed=0)
    root = sum_values([nn.cross_entropy(scores, 2) for scores in model([1, 2, 3])])
    root.backward()
    return model, root


def test_a_transformer_is_named_as_it_is_built():
    """The rows of its embeddings, its blocks, each called once, what runs at every position, and its head."""
    model, root = transformer()
    boxes = titles(draw(root, model=model, collapse="layers"))
    wanted = [
        "tokens.rows.1, 2, 3",
        "positions.rows.0, 1, 2",
        "GPT: 12 additions",
        "blocks.0",
        "blocks.1",
        "norm, call 1",
    ]
    assert [title for title in boxes if title in wanted] == wanted


def test_a_block_opens_into_norms_attention_sums_and_mlp():
    """In that order, the residual sums by themselves: what a block adds is not what its attention does."""
    wanted = ["blocks.1.first_norm", "blocks.1.attention", "blocks.1: residual sum",
              "blocks.1.second_norm", "blocks.1.mlp", "blocks.1: residual sum"]  # fmt: skip
    ways = [[group.title for group in groups] for groups in ways_of("transformer")]
    assert any([title for title in way if title.startswith("blocks.1")] == wanted for way in ways)


def test_attention_opens_into_its_heads():
    """Between what makes queries, keys and values and what joins them, in each of its calls."""
    root = sum_values(
        [y for row in nn.SelfAttention(4, heads=2, seed=0)([[0.1, 0.2, 0.3, 0.4]] * 3) for y in row]
    )
    wanted = ["query", "key", "value", "heads.0", "heads.1", "out"]
    graph = read(root)
    names = [[group.title.partition(",")[0] for group in groups] for groups in folds(graph)]
    assert any([name for name in way if name in wanted] == wanted for way in names)
    heads = {call.path for call in graph.calls if call and call.class_name == "Head"}
    assert heads == {"heads.0", "heads.1"}
    opened = draw(root, names=False, collapse="layers", expand="heads.1")
    assert "heads.0" in titles(opened) and "heads.1" not in titles(opened)


@pytest.mark.slow
def test_at_first_sight_a_transformer_shows_its_residual_sums():
    """Two for each block, and an arrow around what each of them adds."""
    _, root = transformer()
    picture = draw(root, names=False)
    title = dict(zip([box.key for box in picture.view.boxes], titles(picture)))
    into = [
        [title[arrow.source] for arrow in picture.view.arrows if arrow.target == key]
        for key, words in title.items()
        if words.startswith("blocks") and words.endswith("residual sum")
    ]
    assert into == [
        ["GPT: 12 additions", "blocks.0.attention"],
        ["blocks.0: residual sum", "blocks.0.mlp"],
        ["blocks.0: residual sum", "blocks.1.attention"],
        ["blocks.1: residual sum", "blocks.1.mlp"],
    ]


def recurrent():
    model = nn.RNN(nn.LSTMCell(3, 4, seed=0), last=True)
    return sum_values(model([[0.0, 1.0, 0.0]] * 4))


MODELS = {
    "moons": lambda: loss(2)[1],
    "transformer": lambda: transformer()[1],
    "recurrent": recurrent,
    "residual": lambda: nn.Sequential(
        nn.Layer(2, 4, seed=0), nn.Residual(nn.Layer(4, 4, "tanh", seed=1)), nn.Layer(4, 1, seed=2)
    )([1.0, 2.0]),
    "images": lambda: sum_values(nn.Flatten()(nn.Conv2d(1, 2, 3, seed=0)([[[0.5] * 8] * 8]))),
    "alternating": lambda: functools.reduce(lambda y, _: (y * 0.5).tanh(), range(400), Value(1.0)),
    "tangled": lambda: tangled(60),
}


@functools.cache
def graph_of(name):
    """The graph of a model, with its gradients, read once."""
    root = MODELS[name]()
    root.backward()
    return read(root)


@functools.cache
def ways_of(name):
    """All the ways to fold it."""
    return list(folds(graph_of(name)))


TRANSFORMER = pytest.param("transformer", marks=pytest.mark.slow)


@pytest.mark.parametrize("name", [TRANSFORMER if name == "transformer" else name for name in MODELS])
def test_no_way_to_fold_draws_a_circle(name):
    """However coarse: every Value is in one box, and every arrow leads to a later one."""
    graph = graph_of(name)
    for groups in ways_of(name):
        box = {member: at for at, group in enumerate(groups) for member in group.members}
        assert sorted(box) == list(range(len(graph.nodes)))
        assert all(box[edge.source] <= box[edge.target] for edge in graph.edges)


def test_a_folded_box_says_which_numbers_came_in():
    """They are no nodes, and have no box: a sample, the tokens of a text, the letter that a cell reads."""
    given = {group.given for groups in ways_of("transformer") for group in groups}
    assert given == {"", "1, 2, 3"}
    net = nn.MLP(2, [3, 1], seed=0)
    (first, *_), *_ = [list(groups) for groups in folds(read(net([0.5, -1.0])), collapse="layers")]
    assert first.title == "layers.0" and first.given == "0.5, -1"
    picture = draw(net([0.5, -1.0]), model=net, collapse="layers")
    assert "".join(span.text for span in picture.view.boxes[0].lines[1]) == "in 0.5, -1"
    letters = [[float(at == letter) for at in range(4)] for letter in (2, 0, 3)]
    cell = nn.RNN(nn.LSTMCell(4, 2, seed=0))
    root = sum_values([h for state in cell(letters) for h in state])
    given = [group.given for groups in folds(read(root)) for group in groups if group.title == "cell, call 2"]
    assert set(given) == {"one-hot 0"}


@pytest.mark.parametrize("name", ["moons", TRANSFORMER, "recurrent", "residual"])
def test_a_highlight_runs_to_where_no_arrow_leads(name):
    """From the root's box, along arrows of the picture, however it is folded."""
    graph = graph_of(name)
    for groups in ways_of(name):
        view = view_of(graph, groups, highlight="max-gradient")
        arrows = {arrow.key: arrow for arrow in view.arrows}
        boxes, taken = view.path[::2], [arrows[key] for key in view.path[1::2]]
        assert boxes[0] == next(box.key for box in view.boxes if box.is_root)
        assert [(arrow.target, arrow.source) for arrow in taken] == list(itertools.pairwise(boxes))
        assert boxes[-1] not in {arrow.target for arrow in view.arrows}


def test_the_last_ways_to_fold_suit_any_graph():
    """Pieces of the topological order, so that what has no structure opens in a few steps."""
    assert [len(groups) for groups in folds(read(tangled(400)))][-3:] == [24, 12, 6]
