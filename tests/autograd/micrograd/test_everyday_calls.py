"""What else people do with Values and networks: Python's tools, arrays of Values, weights put in by hand."""

import functools
import itertools
import json
import math
import operator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

FOLDS = {
    "reduce": lambda vs: functools.reduce(operator.mul, vs),
    "math.prod": math.prod,
    "accumulate": lambda vs: [*itertools.accumulate(vs, operator.mul)][-1],
    "numpy": lambda vs: np.prod(np.array(vs)),
    "loop": lambda vs: vs[0] * vs[1] * vs[2],
}


def numbered(model):
    """The network, with 0.1, 0.2, 0.3 and so on as its parameters."""
    for i, p in enumerate(model.parameters()):
        p.data = 0.1 * (i + 1)
    return model


@pytest.mark.parametrize("fold", FOLDS)
def test_products_by_pythons_tools_have_their_gradients(engine, fold):
    """However three Values are multiplied, each gets the product of the other two."""
    vs = [engine.Value(x) for x in (2.0, -3.0, 5.0)]
    y = FOLDS[fold](vs)
    y.backward()
    assert (y.data, [v.grad for v in vs]) == (-30.0, [-15.0, 10.0, -6.0])


def test_arrays_of_values_compute_elementwise(engine):
    """W @ x, sums, squares and numbers of numpy on object arrays: every entry gets its gradient."""
    W = np.array([[engine.Value(1.0), engine.Value(2.0)], [engine.Value(-1.0), engine.Value(0.5)]])
    x = np.array([3.0, -1.0])
    y = ((W @ x - np.float64(0.5)) ** 2).sum() / 2
    y.backward()
    residual = np.array([[1.0, 2.0], [-1.0, 0.5]]) @ x - 0.5
    assert y.data == (residual**2).sum() / 2
    assert [[v.grad for v in row] for row in W] == (residual[:, None] * x).tolist()


def test_rows_of_numpy_lists_and_generators_are_inputs(package):
    """A neuron takes what gives it numbers or Values, one after another."""
    neuron = package.nn.Neuron(2)
    neuron.w[0].data, neuron.w[1].data, neuron.b.data = 1.0, -2.0, 0.5
    rows = (np.array([3.0, 1.0]), [3, 1], (package.engine.Value(3.0), 1), (x for x in (3.0, 1.0)))
    assert [neuron(row).data for row in rows] == [1.5] * 4


def test_weights_put_in_by_hand_are_the_weights(package):
    """neuron.w[0] = Value(...), neuron.b = Value(...): used from then on, and listed in place of the old."""
    Value = package.engine.Value
    neuron = package.nn.Neuron(2)
    neuron.w[0], neuron.w[1], neuron.b = Value(0.25), Value(4.0), Value(-1.0)
    assert neuron([4.0, 0.5]).data == 2.0
    assert neuron.parameters() == [*neuron.w, neuron.b]


def test_neuron_appended_to_a_layer_is_one_of_its_neurons(package):
    """layer.neurons is a list: what is appended computes and is trained."""
    layer = package.nn.Layer(2, 2)
    layer.neurons.append(package.nn.Neuron(2))
    assert (len(layer([1.0, 2.0])), len(layer.parameters())) == (3, 9)


def test_own_module_of_layers_and_a_lone_value(package):
    """A subclass of Module with its own parameters(): each gets a gradient, and zero_grad clears it."""

    class Scaled(package.nn.Module):
        def __init__(self):
            self.below, self.above = package.nn.Layer(2, 3), package.nn.Layer(3, 2)
            self.scale = package.engine.Value(0.5)

        def __call__(self, x):
            return [out * self.scale for out in self.above(self.below(x))]

        def parameters(self):
            return [*self.below.parameters(), *self.above.parameters(), self.scale]

    net = numbered(Scaled())
    y = sum(net([1.0, 2.0]))
    y.backward()
    hidden = [0.1 * ((3 * k + 1) + 2 * (3 * k + 2) + (3 * k + 3)) for k in range(3)]
    outer = [0.1 * (sum((10 + 4 * k + j) * h for j, h in enumerate(hidden)) + 13 + 4 * k) for k in range(2)]
    assert y.data == pytest.approx(net.scale.data * sum(outer), rel=1e-12)
    assert net.scale.grad == pytest.approx(sum(outer), rel=1e-12)
    assert net.above.parameters()[0].grad == pytest.approx(net.scale.data * hidden[0], rel=1e-12)
    assert all(p.grad for p in net.parameters())
    net.zero_grad()
    assert {p.grad for p in net.parameters()} == {0}


def test_weights_go_through_json_and_back(package):
    """[p.data for p in parameters] saved and put into another network gives the same outputs."""
    one, two = numbered(package.nn.MLP(2, [3, 1])), package.nn.MLP(2, [3, 1])
    saved = json.dumps([p.data for p in one.parameters()])
    for p, number in zip(two.parameters(), json.loads(saved), strict=True):
        p.data = number
    assert two([0.5, 2.0]).data == one([0.5, 2.0]).data != 0.0


def test_threads_may_share_a_network(package):
    """Outputs computed in threads are those computed one after another."""
    model = numbered(package.nn.MLP(2, [4, 1]))
    rows = [[0.1 * k, 1.0 - k] for k in range(12)]
    with ThreadPoolExecutor(3) as pool:
        assert [v.data for v in pool.map(model, rows)] == [model(row).data for row in rows]


def test_numbers_of_numpy_are_taken_and_given_as_numbers(engine):
    """np.float64, np.int64 and np.float32 in data and operands: numbers come out, and gradients."""
    x = engine.Value(np.int64(2))
    y = np.float64(3.0) * x + np.float32(0.5)
    y.backward()
    x.data -= np.float64(0.25) * x.grad
    assert (y.data, x.grad, x.data) == (6.5, 3.0, 1.25)
