"""Reading: a description of a graph that stands by itself."""

import pytest

import nn
from autograd import Value, checkpoint, topological_order
from viz import draw
from viz.views.reading import position_of, read


def test_what_was_read_stays_as_it_was():
    """A description holds numbers and names: a later pass, or other data, does not show in it."""
    x = Value(2.0, label="x")
    root = x * x
    graph = read(root)
    before = repr(graph)
    root.backward()
    x.data, x.label = 5.0, "y"
    assert repr(graph) == before != repr(read(root))


def test_nodes_are_in_topological_order_and_found_by_identity():
    """Each at its own position, its operands at theirs; a Value of another graph has none."""
    a, b = Value(2.0), Value(-3.0)
    root = a * b + a
    graph = read(root)
    for position, value in enumerate(topological_order(root)):
        node = graph.nodes[position]
        assert node.position == position == position_of(value, root) and node.data == value.data
        sources = [operand.node for operand in node.operands]
        assert sources == [position_of(operand, root) for operand in value.operands]
    assert position_of(Value(2.0), root) is None


def test_a_graph_knows_whether_a_checkpoint_hides_a_part_of_it():
    """The node of the checkpoint has no gradient of one number."""
    x = Value(3.0, label="x")
    root = checkpoint(lambda v: v * v, x)
    root.backward()
    graph = read(root)
    hidden = next(node for node in graph.nodes if node.opaque)
    assert graph.has_checkpoint and hidden.gradient is None
    assert not read(x * x).has_checkpoint


def test_each_node_knows_which_call_of_which_module_made_it():
    """Two calls of one neuron are told apart; leaves, and what no module made, have no call."""
    neuron = nn.Neuron(1, seed=0)
    root = neuron([1.0]) + neuron([2.0])
    graph = read(root, model=neuron)
    made = [(node, call) for node, call in zip(graph.nodes, graph.calls, strict=True) if call]
    assert {call.number for _, call in made} == {1, 2}
    assert {(call.path, call.class_name) for _, call in made} == {("", "Neuron")}
    assert all(node.primitive is not None and node is not graph.root for node, _ in made)


def test_a_module_that_cannot_be_saved_does_not_prevent_a_drawing():
    """Two modules in it have one path; it stands among the caller's variables, and is not what was run."""

    class Twins(nn.Module):
        def __init__(self):
            self.twins = {1: nn.Neuron(1, seed=0), "1": nn.Neuron(1, seed=1)}

    twins = Twins()
    model = nn.MLP(1, [2, 1], seed=0)
    root = model([1.0])
    with pytest.raises(nn.StateError):
        twins.state_dict()
    assert "layers.1.neurons.0" in draw(root).text
