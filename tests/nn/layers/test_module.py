"""Modules as trees of parameters: what is found, switched, frozen, copied."""

import copy
import pickle

import pytest

import nn
from autograd import Value
from tests.nn.helpers import inputs


class Tied(nn.Module):
    """Two layers that share the weights of their neurons."""

    def __init__(self):
        self.first = nn.Layer(2, 2, seed=0)
        self.second = nn.Layer(2, 2, seed=1)
        self._private = Value(1.0)
        self.more = {"scale": (Value(2.0), Value(3.0) * 1.0)}
        for a, b in zip(self.first.neurons, self.second.neurons):
            b.w = a.w

    def forward(self, x):
        return self.second(self.first(x))


def test_parameters_are_the_leaves_in_attributes_lists_and_dicts():
    """Not private ones, nor results of operations."""
    names = [name for name, _ in Tied().named_parameters()]
    assert names[-1] == "more.scale.0"
    assert not any("_private" in name or "scale.1" in name for name in names)


def test_tied_parameters_are_listed_once_and_stepped_once():
    """Also in the state, and by an optimiser that is given them twice."""
    model = Tied()
    assert len(model.parameters()) == len(set(model.parameters())) == 9
    assert len(model.state_dict()) == 9
    w = model.first.neurons[0].w[0]
    before, w.grad = w.data, 1.0
    optimizer = nn.SGD([*model.first.parameters(), *model.second.parameters()], lr=0.5)
    optimizer.step()
    assert w.data == before - 0.5
    assert model.second.neurons[0].w[0] is w


def test_named_modules_begin_with_the_module_itself():
    """Each with its path."""
    names = dict(nn.MLP(2, [2, 1]).named_modules())
    assert list(names) == [
        "",
        "layers.0",
        "layers.0.neurons.0",
        "layers.0.neurons.1",
        "layers.1",
        "layers.1.neurons.0",
    ]


def test_train_and_eval_reach_every_module():
    """And give the module back."""
    model = nn.Sequential(nn.Layer(2, 2), nn.Residual(nn.Dropout(0.5)))
    assert model.training
    assert model.eval() is model
    assert not any(module.training for _, module in model.named_modules())
    assert all(module.training for _, module in model.train().named_modules())


def test_frozen_parameters_are_named_and_not_stepped():
    """Until they are unfrozen."""
    model = nn.MLP(2, [2, 1], seed=0)
    model.layers[0].freeze()
    optimizer = nn.Adam(model.parameters(), lr=0.1)
    before = [p.data for p in model.parameters()]
    model([0.5, -1.0]).backward()
    optimizer.step()
    after = [p.data for p in model.parameters()]
    assert len(list(model.named_parameters())) == len(before)
    assert after[:6] == before[:6]
    assert after[6:] != before[6:]
    model.unfreeze()
    assert not any(map(nn.is_frozen, model.parameters()))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copied_model_is_independent_and_gives_the_same_numbers(copied):
    """Tied parameters stay tied, frozen ones frozen."""
    model = Tied()
    model.first.freeze()
    other = copied(model)
    x = inputs(2)
    assert [y.data for y in other(x)] == [y.data for y in model(x)]
    assert other.second.neurons[0].w[0] is other.first.neurons[0].w[0] is not model.first.neurons[0].w[0]
    assert list(map(nn.is_frozen, other.parameters())) == list(map(nn.is_frozen, model.parameters()))


def test_zero_grad_forgets_all_gradients():
    """They read 0, as not reached."""
    model = nn.MLP(2, [2, 1], seed=0)
    model([0.5, -1.0]).backward()
    assert any(p.reached for p in model.parameters())
    model.zero_grad()
    assert not any(p.reached for p in model.parameters())
