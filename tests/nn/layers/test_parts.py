"""What modules hold: where it is looked for, by which path it is found, and that looking is linear."""

# ruff: noqa: E501

import enum
import warnings
from collections import OrderedDict, deque, namedtuple
from dataclasses import dataclass

import numpy as np
import pytest

import nn
from autograd import Value, compile, grad
from nn.layers import state
from nn.layers.module import modules_in
from tests.counting import calls
from viz import draw_dot


class Holder(nn.Module):
    """A module that holds one thing, as `held`."""

    def __init__(self, held):
        self.held = held

    def forward(self, x):
        return self.parameters()[0] * x


class Colour(enum.Enum):
    RED = 1


Pair = namedtuple("Pair", "left right")


@dataclass
class Scale(nn.Module):
    """A dataclass with eq=True has no hash."""

    w: Value

    def forward(self, x):
        return self.w * x


@dataclass(frozen=True)
class Frozen(nn.Module):
    w: Value
    inner: nn.Module

    def forward(self, x):
        return self.inner(self.w * x)


@dataclass(slots=True)
class Slots(nn.Module):
    w: Value
    b: Value

    def forward(self, x):
        return self.w * x + self.b


class Equal(nn.Module):
    """Equal to everything, and so without a hash."""

    __slots__ = ("w", "_hidden")

    def __init__(self, w):
        self.w, self._hidden = w, Value(0.0)
        self.late = Value(1.0)

    def __eq__(self, other):
        return True

    def forward(self, x):
        return self.w * x + self.late


class Odd(nn.Module):
    """Has attributes that other frameworks use as names of methods."""

    def __init__(self):
        self.modules, self.children, self.paths = [nn.Neuron(1, seed=0)], [Value(1.0)], "a"

    def forward(self, x):
        return self.modules[0]([x]) * self.children[0]


@dataclass
class Plain:
    """Not a Module."""

    w: Value
    name: str = "plain"


# ---- paths ----------------------------------------------------------------------------------------

# fmt: off
UNLIKE = [
    ({1: Value(1.0), "1": Value(2.0)},                r"held\[1\] and held\['1'\] have one path, 'held.1'"),
    ({"a.b": Value(1.0), "a": {"b": Value(2.0)}},     r"held\['a.b'\] and held\['a'\]\['b'\] have one path, 'held.a.b'"),
    ({None: Value(1.0), "None": Value(2.0)},          r"held\[None\] and held\['None'\] have one path"),
    ({True: Value(1.0), "True": Value(2.0)},          r"held\[True\] and held\['True'\] have one path"),
    ({0.5: Value(1.0), "0": {5: Value(2.0)}},         r"held\[0.5\] and held\['0'\]\[5\] have one path"),
    ({(1, 2): Value(1.0), "(1, 2)": Value(2.0)},      r"held\[\(1, 2\)\] and held\['\(1, 2\)'\] have one path"),
    ({Colour.RED: Value(1.0), "Colour": {"RED": Value(2.0)}}, r"held\[<Colour.RED: 1>\] and held\['Colour'\]\['RED'\]"),
    ({1: np.random.default_rng(0), "1": np.random.default_rng(0)}, r"held\[1\] and held\['1'\] have one path"),
    ({Value(1.0): Value(2.0)},                        "the key Value.* is a Value; use keys that are text"),
    ({print: Value(2.0)},                             "the key <built-in function print> is a builtin_function_or_method"),
    ({(1, object()): [Value(2.0)]},                   "the key .* is a tuple; use keys that are text"),
]
# fmt: on


@pytest.mark.parametrize(("held", "message"), UNLIKE)
def test_paths_are_unique_and_lasting_or_refused_where_they_are_asked_for(held, message, tmp_path):
    """With both places. Whoever only trains needs none: parameters, modes, steps and the repr work."""
    model = Holder(held)
    size = len(model.parameters())
    for asks in (model.state_dict, lambda: model.save(tmp_path / "m"), lambda: model.load_state_dict({})):
        with pytest.raises(nn.StateError, match=message):
            asks()
    if size:
        with pytest.raises(nn.StateError, match=message):
            dict(model.named_parameters())
        for parameter in model.parameters():
            parameter.grad = 1.0
        nn.SGD(model.parameters(), lr=0.1).step()
        model.train().eval().freeze().zero_grad()
    assert repr(model) == "Holder"
    assert list(tmp_path.iterdir()) == []


def test_modules_with_one_path_are_refused_by_name_and_can_be_trained():
    """`named_modules` cannot tell them apart; modes, training and the repr can."""
    model = Holder({1: nn.Neuron(1), "1": nn.Neuron(1)})
    with pytest.raises(nn.StateError, match=r"held\[1\] and held\['1'\] have one path"):
        list(model.named_modules())
    model.eval()
    assert [module.training for module in modules_in(model)] == [False] * 3
    assert "held.1 Neuron" in repr(model)


def test_a_drawing_asks_paths_only_of_modules_that_are_drawn():
    """Another module in the same scope may have none."""
    other = Holder({1: nn.Neuron(1), "1": nn.Neuron(1)})
    neuron = nn.Neuron(1, seed=0)
    assert "digraph" in draw_dot(neuron([0.5])).source
    with pytest.raises(nn.StateError, match="have one path"):
        draw_dot(other.held[1]([0.5]))


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("w", "held.w"), (3, "held.3"), ("", "held."), ("a\tb\0", "held.a\tb\0"), ((1, "a"), "held.(1, 'a')"),
        (None, "held.None"), (0.5, "held.0.5"), (Colour.RED, "held.Colour.RED"), (np.int64(3), "held.3"),
        ("\ud800", "held.\ud800"), (b"x", "held.b'x'"), ("é🙂", "held.é🙂"),
    ],
)  # fmt: skip
def test_a_key_is_its_text_and_goes_through_files(key, path, tmp_path):
    """Whatever the text is."""
    model = Holder({key: Value(0.1)})
    assert list(model.state_dict()) == [path]
    model.save(tmp_path / "m")
    assert Holder({key: Value(0.0)}).load(tmp_path / "m").parameters()[0].data == 0.1


# ---- what is searched -----------------------------------------------------------------------------

# fmt: off
SEARCHED = [
    ([Value(1.0), (Value(2.0),)],                                 ["held.0", "held.1.0"]),
    ({"a": Value(1.0), "b": [Value(2.0)]},                        ["held.a", "held.b.0"]),
    (OrderedDict(b=Value(1.0), a=Value(2.0)),                     ["held.b", "held.a"]),
    (deque([Value(1.0), Value(2.0)]),                             ["held.0", "held.1"]),
    (Pair(Value(1.0), Value(2.0)),                                ["held.0", "held.1"]),
    (Plain(Value(1.0)),                                           ["held.w"]),
    (np.array([[Value(1.0), Value(2.0)], [Value(3.0), 0.0]]),     ["held.0.0", "held.0.1", "held.1.0"]),
    (np.array(Value(1.0), dtype=object),                          ["held"]),
    (Frozen(Value(1.0), Scale(Value(2.0))),                       ["held.w", "held.inner.w"]),
    (Slots(Value(1.0), Value(2.0)),                               ["held.w", "held.b"]),
    (Equal(Value(1.0)),                                           ["held.w", "held.late"]),
    ([Equal(Value(1.0)), Equal(Value(2.0))],                      ["held.0.w", "held.0.late", "held.1.w", "held.1.late"]),
    ([{Value(1.0)}, lambda: 0, np.zeros(3), range(3), "text", 7], []),
    (Plain,                                                       []),
]
# fmt: on


@pytest.mark.parametrize(("held", "names"), SEARCHED)
def test_what_is_searched_for_parameters(held, names):
    """Lists, tuples, dicts, deques, dataclasses, slots and object arrays; not sets, nor other objects."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert [name for name, _ in Holder(held).named_parameters()] == names


def cycles():
    tree = {"w": Value(1.0), "kids": []}
    tree["kids"].append({"w": Value(2.0), "parent": tree})
    ring = [Value(1.0)]
    ring.append((ring, Value(2.0)))
    outer, inner = Holder([Value(1.0)]), Holder([Value(2.0)])
    outer.inner, inner.parent = inner, outer
    array = np.array([Value(1.0), None, Value(2.0)])
    array[1] = [array]
    chain = [Value(2.0)]
    for _ in range(10_000):
        chain = [chain]
    return {"dict": tree, "list": ring, "modules": outer, "array": array, "deep": [Value(1.0), chain]}


@pytest.mark.parametrize("kind", list(cycles()))
def test_containers_may_be_cyclic_and_deep(kind, tmp_path):
    """Everything that looks for parameters ends, and finds each once."""
    model, other = Holder(cycles()[kind]), Holder(cycles()[kind])
    assert [parameter.data for parameter in model.parameters()] == [1.0, 2.0]
    other.zero_grad()
    for parameter in other.freeze().unfreeze().train().eval().parameters():
        parameter.data = 0.0
    model.save(tmp_path / "m")
    assert [parameter.data for parameter in other.load(tmp_path / "m").parameters()] == [1.0, 2.0]
    assert len(repr(model).splitlines()) == len(list(modules_in(model)))


def test_a_summary_lists_each_module_once():
    """Where it is met first: modules that share parts do not multiply their lines."""
    model = nn.Neuron(1, seed=0)
    for _ in range(40):
        model = Holder([Holder(model), Holder(model)])
    assert len(model.summary().splitlines()) == len(list(modules_in(model))) == 121


@pytest.mark.parametrize("depth", [2, 10_000])
def test_structures_of_arguments_end_or_are_refused(depth):
    """What contains itself, or is nested deeper than Python's stack, has no leaves."""
    ring = [1.0]
    ring.append({"again": ring} if depth == 2 else (ring,))
    deep = 1.0
    for _ in range(depth):
        deep = [deep]
    for tree in [ring] if depth == 2 else [ring, deep]:
        with pytest.raises(ValueError, match="this list contains itself, or is nested too deeply"):
            compile(lambda x: x[0])(tree)
        with pytest.raises(ValueError, match="this list contains itself, or is nested too deeply"):
            grad(lambda x: x[0])(tree)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Scale(Value(2.0)),
        lambda: Frozen(Value(2.0), Scale(Value(3.0))),
        lambda: Slots(Value(2.0), Value(1.0)),
        lambda: Equal(Value(2.0)),
        Odd,
    ],
)
def test_modules_need_no_hash_no_dict_and_no_assignment(make, tmp_path):
    """Dataclasses, frozen and slotted ones, modules with an `__eq__`: trained, saved, compiled, told by mode."""
    model, other = make(), make()
    nn.fit(
        model,
        ([1.0, 2.0], [0.0, 1.0]),
        loss=nn.squared_error,
        optimizer=nn.SGD(model.parameters(), lr=0.01),
        epochs=2,
        seed=0,
        progress=False,
    )
    assert [p.data for p in model.parameters()] != [p.data for p in other.parameters()]
    model.save(tmp_path / "m")
    assert [p.data for p in other.load(tmp_path / "m").parameters()] == [p.data for p in model.parameters()]
    assert compile(lambda x: model(x), backend="numpy")(np.array([2.0]))[0] == model(2.0).data
    assert not any(module.training for module in modules_in(model.eval()))


def test_a_compiled_function_records_anew_when_the_mode_of_an_unhashable_module_changes():
    """Modules are told apart by identity, not by equality."""

    @dataclass
    class Doubles(nn.Module):
        w: Value

        def forward(self, x):
            return self.w * x * (2.0 if self.training else 1.0)

    first, second = Doubles(Value(3.0)), Doubles(Value(3.0))
    fast = compile(lambda x: first(x) + second(x), backend="numpy")
    assert fast(np.array([1.0]))[0] == 12.0
    second.eval()
    assert fast(np.array([1.0]))[0] == 9.0


# ---- each once ------------------------------------------------------------------------------------

TWICE = {
    "clip_gradient_norm": lambda ps: nn.clip_gradient_norm(ps, 2.0),
    "clip_gradient_value": lambda ps: nn.clip_gradient_value(ps, 1.0),
    "gradient_noise": lambda ps: nn.gradient_noise(ps, 1.0, seed=0),
    "l1_penalty": lambda ps: nn.l1_penalty(ps, 0.5).data,
    "l2_penalty": lambda ps: nn.l2_penalty(ps, 0.5).data,
    "SGD": lambda ps: nn.SGD(ps, lr=0.5).step(),
}


@pytest.mark.parametrize("name", TWICE)
def test_a_parameter_given_twice_counts_once(name):
    """Wherever parameters are given: the same results, data and gradients as when each is given once."""

    def run(places):
        values = [Value(3.0), Value(-4.0)]
        for value, gradient in zip(values, (8.0, -6.0), strict=True):
            value.grad = gradient
        result = TWICE[name]([values[place] for place in places])
        return result, [(value.data, value.grad) for value in values]

    assert run([0, 1, 0, 0, 1]) == run([0, 1])


@pytest.mark.parametrize("name", TWICE)
def test_what_takes_parameters_refuses_what_is_none(name):
    """By type name, as for the pairs of `named_parameters()`."""
    with pytest.raises(TypeError, match=rf"{name} takes Values as parameters, got tuple"):
        TWICE[name](list(nn.Neuron(1).named_parameters()))


def test_clipping_by_norm_does_not_overflow():
    """A norm beyond floats scales finite gradients to the limit all the same."""
    values = [Value(0.0) for _ in range(4)]
    for value in values:
        value.grad = 1.5e308
    assert nn.clip_gradient_norm(values, 1.0) == float("inf")
    assert [value.grad for value in values] == pytest.approx([0.5] * 4, rel=1e-15)  # one division, one root
    values[0].grad = float("inf")
    with pytest.raises(ArithmeticError, match="cannot scale gradients of norm inf"):
        nn.clip_gradient_norm(values, 1.0)


# ---- linear ---------------------------------------------------------------------------------------


class Counted(dict):
    """A dict that counts what is asked of it, entry by entry; C's own loops over a dict would not show."""

    count = 0

    def __iter__(self):
        for key in super().__iter__():
            Counted.count += 1
            yield key

    def __contains__(self, key):
        Counted.count += 1
        return super().__contains__(key)

    def __getitem__(self, key):
        Counted.count += 1
        return super().__getitem__(key)


def operations(run):
    """Calls of functions, of Python's and of C's, and accesses to counted dicts, while `run` runs."""
    Counted.count = 0
    return calls(run) + Counted.count


LINEAR = {
    "parameters": lambda model, optimizer, folder: model.parameters(),
    "named_parameters": lambda model, optimizer, folder: list(model.named_parameters()),
    "named_modules": lambda model, optimizer, folder: list(model.named_modules()),
    "zero_grad": lambda model, optimizer, folder: model.zero_grad(),
    "freeze": lambda model, optimizer, folder: model.freeze().unfreeze(),
    "train": lambda model, optimizer, folder: model.train(),
    "summary": lambda model, optimizer, folder: model.summary(),
    "state": lambda model, optimizer, folder: model.load_state_dict(Counted(model.state_dict())),
    "file": lambda model, optimizer, folder: (model.save(folder / "m"), model.load(folder / "m")),
    "optimizer": lambda model, optimizer, folder: optimizer.load_state_dict(optimizer.state_dict()),
    "clip": lambda model, optimizer, folder: nn.clip_gradient_norm(model.parameters(), 1.0),
    "penalty": lambda model, optimizer, folder: nn.l1_penalty(model.parameters(), 1.0),
    "deep": lambda model, optimizer, folder: nested(len(model.parameters())).parameters(),
}


def nested(depth):
    held = []
    for _ in range(depth):
        held = [Value(1.0), held]
    return Holder(held)


@pytest.mark.parametrize("name", LINEAR)
def test_what_is_done_to_parameters_is_linear_in_their_number(name, tmp_path, monkeypatch):
    """Four times as many modules and parameters, four times as many operations; counted, not timed."""
    if name == "state":
        monkeypatch.setattr(state, "dict", Counted, raising=False)

    def count(size):
        model = nn.Sequential(*(nn.Neuron(3, seed=0) for _ in range(size)))
        optimizer = nn.Adam(model.parameters())
        LINEAR[name](model, optimizer, tmp_path)
        return operations(lambda: LINEAR[name](model, optimizer, tmp_path))

    assert count(400) < 4.4 * count(100)  # quadratic would be 16
