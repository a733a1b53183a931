"""A parameter that is replaced by a new Value is noticed, wherever the function finds it."""

# ruff: noqa: E501 (tables)

import functools
from collections import deque
from dataclasses import dataclass

import numpy as np
import pytest

import nn
from autograd import Value, compile, no_grad
from tests.compiler.reference import BACKENDS

X = np.array([1.0, 2.0])
shared = Value(3.0)


def by_name(x):
    return shared * x


def through_another(x):
    return by_name(x) + 0.0


class Model:
    def __init__(self):
        self.w, self.seen = Value(3.0), []

    def method(self, x):
        self.last = x * 2.0
        return self.w * x

    def __call__(self, x):
        return self.w * x


@dataclass
class Pair:
    w: Value


class Net(nn.Module):
    def __init__(self):
        self.layers = [nn.Neuron(1, "linear", seed=0)]
        self.layers[0].w[0], self.layers[0].b = Value(3.0), Value(0.0)

    def forward(self, x):
        return self.layers[0]([x])


def rebind_global(w):
    global shared
    shared = w


def closure():
    w = Value(3.0)

    def f(x):
        return (lambda y: w * y)(x)

    def rebind(new):
        nonlocal w
        w = new

    return f, rebind


def in_global_function(f):
    rebind_global(Value(3.0))
    return f, rebind_global


def default():
    def f(x, w=[Value(3.0)]):  # noqa: B006, B008
        return w[0] * x

    return f, lambda new: f.__defaults__[0].__setitem__(0, new)


def in_structure(structure, read, put):
    return (lambda x: read(structure) * x), (lambda new: put(structure, new))


def method():
    model = Model()
    return model.method, lambda new: setattr(model, "w", new)


def instance():
    model = Model()
    return model, lambda new: setattr(model, "w", new)


def module():
    net = Net()
    return net, lambda new: net.layers[0].w.__setitem__(0, new)


def layer_replaced():
    net = Net()

    def put(new):
        net.layers[0] = nn.Neuron(1, "linear", seed=0)
        net.layers[0].w[0], net.layers[0].b = new, Value(0.0)

    return net, put


def partial():
    pair = Pair(Value(3.0))
    return functools.partial(lambda p, x: p.w * x, pair), lambda new: setattr(pair, "w", new)


def decorated():
    f, rebind = closure()
    return no_grad()(f), rebind


# fmt: off
PLACES = {
    "a closure":                closure,
    "a decorated function":     decorated,
    "a global":                 lambda: in_global_function(by_name),
    "a global of another":      lambda: in_global_function(through_another),
    "a default":                default,
    "an attribute of self":     method,
    "an object that is called": instance,
    "a module":                 module,
    "a layer of a module":      layer_replaced,
    "an argument of partial":   partial,
    "a list":                   lambda: in_structure([Value(3.0)], lambda s: s[0], lambda s, new: s.__setitem__(0, new)),
    "a list in a dict":         lambda: in_structure({"a": [1.0, Value(3.0)]}, lambda s: s["a"][1], lambda s, new: s["a"].__setitem__(1, new)),
    "a new list in a dict":     lambda: in_structure({"a": [Value(3.0)]}, lambda s: s["a"][0], lambda s, new: s.update(a=[new])),
    "a deque":                  lambda: in_structure(deque([Value(3.0)]), lambda s: s[0], lambda s, new: s.__setitem__(0, new)),
    "an object array":          lambda: in_structure(np.array([[Value(3.0), 1.0]]), lambda s: s[0, 0], lambda s, new: s.__setitem__((0, 0), new)),
    "a longer list":            lambda: in_structure([Value(3.0)], lambda s: s[-1], lambda s, new: s.append(new)),
    "a dataclass in a tuple":   lambda: in_structure((Pair(Value(3.0)), 1.0), lambda s: s[0].w, lambda s, new: setattr(s[0], "w", new)),
}
# fmt: on


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("place", PLACES)
def test_a_parameter_replaced_by_a_new_value_is_noticed(place, backend):
    """The next call has the new one's number, and its gradient goes to the new one."""
    f, rebind = PLACES[place]()
    fast = compile(f, backend=backend)
    assert fast(X).tolist() == [3.0, 6.0]
    for number in (5.0, 7.0):
        new = Value(number)
        rebind(new)
        assert fast(X).tolist() == [number, 2.0 * number]
        fast.backward(X)
        assert new.grad == (0.0 if place == "a decorated function" else 1.5)


@pytest.mark.parametrize("place", ["a closure", "a global", "an attribute of self"])
def test_a_training_step_notices_what_the_function_names(place):
    """Names are looked at in each step; the deeper ways at the first."""
    f, rebind = PLACES[place]()
    fast = compile(f, backend="numpy")
    other = Value(0.0)
    with fast.training(nn.SGD([other], lr=0.1)) as step:
        assert step(X) == 4.5
        rebind(Value(5.0))
        if place != "an attribute of self":
            assert step(X) == 7.5
    with fast.training(nn.SGD([other], lr=0.1)) as step:
        assert step(X) == 7.5


def recordings(fast):
    return sum(map(len, fast._recordings.values()))


def test_what_leads_to_no_parameter_may_change():
    """Attributes that a run assigns, counters, other globals: nothing is recorded anew."""
    model, count = Model(), [0]

    def f(x):
        model.seen.append(count[0])
        return model.method(x)

    fast = compile(f, backend="numpy")
    for at in range(5):
        fast(X)
        count[0] = at
        model.last, model.seen = Value(1.0), [at]
    assert recordings(fast) == 1


def test_what_was_before_is_found_again():
    """Two parameters in turn: two recordings, whichever way they take turns."""
    w, other = Value(3.0), Value(5.0)
    pair = Pair(w)
    fast = compile(lambda x: pair.w * x, backend="numpy")
    for _ in range(5):
        pair.w = w
        assert fast(X).tolist() == [3.0, 6.0]
        pair.w = other
        assert fast(X).tolist() == [5.0, 10.0]
    assert recordings(fast) == 2


def test_recordings_of_what_is_gone_do_not_pile_up():
    """A parameter rebound at each step, as by w = Value(w.data - lr * w.grad): bounded room."""
    pair = Pair(Value(0.0))
    fast = compile(lambda x: pair.w * x, backend="numpy")
    for at in range(300):
        pair.w = Value(float(at))
        assert fast(X).tolist() == [at, 2.0 * at]
    assert recordings(fast) <= 8
    assert len(fast.order) <= 100
