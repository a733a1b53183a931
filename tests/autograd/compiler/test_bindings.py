"""A parameter that is replaced by a new Value is noticed, wherever the function finds it."""

# ruff: noqa: E501 (tables)

import functools
import gc
import linecache
import sys
import types
from collections import ChainMap, UserDict, deque
from dataclasses import dataclass

import numpy as np
import pytest

import nn
from autograd import Value, compile, no_grad
from autograd import sum as ag_sum
from tests.autograd.compiler.reference import BACKENDS

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


@dataclass(slots=True)
class Slotted:
    w: Value


class Tagged(list):
    pass


class Asked:
    shared = Value(3.0)

    def __init__(self, w):
        self.kept = w

    @property
    def asked(self):
        return self.kept


parts = types.ModuleType("parts")
sys.modules["parts"] = parts


def put_in_module(new):
    parts.w = new


def in_module(x):
    return parts.w * x


def imported_inside(x):
    import parts as renamed

    return renamed.w * x


def of_module(f):
    put_in_module(Value(3.0))
    return f, put_in_module


def module_of_closure():
    put_in_module(Value(3.0))
    near = parts
    return (lambda x: near.w * x), put_in_module


def attribute_of_function():
    def f(x):
        return f.w * x

    f.w = Value(3.0)
    return f, lambda new: setattr(f, "w", new)


def new_defaults():
    def f(x, w=Value(3.0)):  # noqa: B008
        return w * x

    return f, lambda new: setattr(f, "__defaults__", (new,))


def hidden_by_instance():
    asked = Asked(None)
    return (lambda x: asked.shared * x), lambda new: setattr(asked, "shared", new)


def hidden_by_subclass():
    kind = type("Kind", (Asked,), {})
    return (lambda x: kind.shared * x), lambda new: setattr(kind, "shared", new)


def method_of_instance():
    model = Model()
    return (lambda x: model.method(x)), lambda new: setattr(model, "method", lambda x: new * x)


def method_of_class():
    kind = type("Kind", (Model,), {})
    model = kind()
    return (lambda x: model.method(x)), lambda new: setattr(kind, "method", lambda self, x: new * x)


def tag():
    tagged = Tagged()
    tagged.w = Value(3.0)
    return (lambda x: tagged.w * x), lambda new: setattr(tagged, "w", new)


def set_of_one():
    held = {Value(3.0)}

    def put(new):
        held.clear()
        held.add(new)

    return (lambda x: ag_sum(held) * x), put


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
    "a global of a module":     lambda: of_module(in_module),
    "an import inside":         lambda: of_module(imported_inside),
    "a module in a closure":    module_of_closure,
    "an attribute of f":        attribute_of_function,
    "other defaults":           new_defaults,
    "what an instance hides":   hidden_by_instance,
    "what a subclass hides":    hidden_by_subclass,
    "a method of an instance":  method_of_instance,
    "a method of a class":      method_of_class,
    "an attribute of a list":   tag,
    "a set":                    set_of_one,
    "slots":                    lambda: in_structure(Slotted(Value(3.0)), lambda s: s.w, lambda s, new: setattr(s, "w", new)),
    "a property":               lambda: in_structure(Asked(Value(3.0)), lambda s: s.asked, lambda s, new: setattr(s, "kept", new)),
    "a UserDict":               lambda: in_structure(UserDict(w=Value(3.0)), lambda s: s["w"], lambda s, new: s.update(w=new)),
    "a ChainMap":               lambda: in_structure(ChainMap({}, {"w": Value(3.0)}), lambda s: s["w"], lambda s, new: s.update(w=new)),
    "a view of a dict":         lambda: in_structure({"w": Value(3.0)}, lambda s: types.MappingProxyType(s)["w"], lambda s, new: s.update(w=new)),
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


def none_yet():
    w = None

    def f(x):
        return x if w is None else w * x

    def rebind(new):
        nonlocal w
        w = new

    return f, rebind


def of_optional(put, holder, read):
    bias = Value(0.0)

    def f(x):
        w = read(holder)
        return bias + x if w is None else bias + w * x

    return f, lambda new: put(holder, new)


# fmt: off
EMPTY = {
    "a name":       none_yet,
    "an attribute": lambda: of_optional(lambda h, new: setattr(h, "w", new), Pair(None), lambda h: h.w),
    "a list":       lambda: of_optional(lambda h, new: h.append(new), [], lambda h: h[0] if h else None),
    "a dict":       lambda: of_optional(lambda h, new: h.update(w=new), {}, lambda h: h.get("w")),
}
# fmt: on


@pytest.mark.parametrize("place", EMPTY)
def test_a_parameter_where_none_was_is_noticed(place):
    """A layer that is made later: None, an empty list, an empty dict, and then a Value."""
    f, put = EMPTY[place]()
    fast = compile(f, backend="numpy")
    assert fast(X).tolist() == [1.0, 2.0]
    put(Value(5.0))
    assert fast(X).tolist() == [5.0, 10.0]


def test_code_that_is_replaced_is_noticed():
    """A helper defined anew, as when a notebook's cell runs again, and one that a reloader gives new code."""
    w = Value(3.0)

    def helper(x):
        return w * x

    def other(x):
        return w * x * x

    fast = compile(lambda x: helper(x), backend="numpy")
    assert fast(X).tolist() == [3.0, 6.0]
    helper.__code__ = other.__code__
    assert fast(X).tolist() == [3.0, 12.0]
    helper = by_name
    assert fast(X).tolist() == [shared.data, 2.0 * shared.data]


def test_the_order_of_a_dict_counts():
    """The same parameters under the same keys, met in another order."""
    w = {"a": Value(3.0), "b": Value(5.0)}
    fast = compile(lambda x: ag_sum((at + 1.0) * v for at, v in enumerate(w.values())) * x, backend="numpy")
    assert fast(X).tolist() == [13.0, 26.0]
    w["a"] = w.pop("a")
    assert fast(X).tolist() == [11.0, 22.0]


def test_modules_that_import_each_other_are_searched_once():
    """Two modules with each other's names: the search ends."""
    one, two = types.ModuleType("one"), types.ModuleType("two")
    one.two, two.one, two.w = two, one, Value(3.0)
    fast = compile(lambda x: one.two.one.two.w * x, backend="numpy")
    assert fast(X).tolist() == [3.0, 6.0]
    two.w = Value(5.0)
    assert fast(X).tolist() == [5.0, 10.0]


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


def specializations(fast):
    return len(fast.specializations)


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
    assert specializations(fast) == 1


def test_what_was_before_is_found_again():
    """Two parameters in turn: two specializations, whichever way they take turns."""
    w, other = Value(3.0), Value(5.0)
    pair = Pair(w)
    fast = compile(lambda x: pair.w * x, backend="numpy")
    for _ in range(5):
        pair.w = w
        assert fast(X).tolist() == [3.0, 6.0]
        pair.w = other
        assert fast(X).tolist() == [5.0, 10.0]
    assert specializations(fast) == 2


def test_specializations_of_what_is_gone_do_not_pile_up():
    """A parameter rebound at each step, as by w = Value(w.data - lr * w.grad): bounded room."""
    pair = Pair(Value(0.0))
    fast = compile(lambda x: pair.w * x, backend="numpy")
    for at in range(300):
        pair.w = Value(float(at))
        assert fast(X).tolist() == [at, 2.0 * at]
    assert specializations(fast) <= 8
    assert len(fast.specializations.rows) <= 100


def test_the_text_of_a_program_goes_with_it():
    """Tracebacks find the lines of a program as long as it is there, and what is gone leaves nothing."""
    gc.collect()
    before = set(linecache.cache)
    fast = compile(lambda x: 2.0 * x, backend="numpy")
    fast(X)
    (name,) = set(linecache.cache) - before
    assert "def results" in "".join(linecache.getlines(name))
    del fast
    gc.collect()
    assert set(linecache.cache) <= before
