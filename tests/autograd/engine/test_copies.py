"""copy, deepcopy and pickle: independent, correct graphs, with every identity that matters."""

import copy
import io
import pickle

import pytest

import autograd
from autograd import Value, topological_order


def by_pickle(graph):
    return pickle.loads(pickle.dumps(graph))


duplicates = pytest.mark.parametrize("duplicate", [copy.deepcopy, by_pickle], ids=["deepcopy", "pickle"])


def example():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    c.label = "c"
    return (
        a,
        b,
        c,
        autograd.dot([c, a, 2.0], [c, b, a]) + autograd.clamp(a, 0.0, 1.0) + autograd.select(1, [a, c]),
    )


@duplicates
def test_copy_holds_what_the_original_holds(duplicate):
    """Data, gradients, labels, operations, operands' order, partials: node by node."""
    *_, root = example()
    root.backward()
    for mine, theirs in zip(topological_order(root), topological_order(duplicate(root)), strict=True):
        assert mine is not theirs
        assert (mine.data, mine.grad, mine.reached, mine.label) == (
            theirs.data,
            theirs.grad,
            theirs.reached,
            theirs.label,
        )
        assert mine.primitive is theirs.primitive and mine.partials == theirs.partials
        assert [o for o in mine.operands if type(o) is float] == [
            o for o in theirs.operands if type(o) is float
        ]


@duplicates
def test_copy_is_independent(duplicate):
    """A pass, or new data, on the copy changes nothing in the original, and the other way round."""
    a, _, _, root = example()
    other = duplicate(root)
    other.backward()
    assert not any(node.reached for node in topological_order(root))
    copied_a = topological_order(other)[0]
    expected = copied_a.grad
    copied_a.data = 100.0
    root.backward()
    assert (a.data, a.grad, copied_a.grad) == (2.0, expected, expected)


@duplicates
def test_gradient_not_reached_stays_so(duplicate):
    """A fresh leaf's copy is fresh, and a true zero is a true zero."""
    zero = Value(1.0)
    zero.grad = 0.0
    fresh, zero = duplicate(Value(1.0)), duplicate(zero)
    assert (fresh.reached, zero.reached) == (False, True)


def test_deepcopy_keeps_every_identity():
    """In a list, a dict, and between roots: one Value has one copy."""
    a, b, c, root = example()
    other = copy.deepcopy({"leaves": [a, b, a], "roots": (root, c, c * 2.0)})
    a2, b2, again = other["leaves"]
    root2, c2, double = other["roots"]
    assert again is a2
    assert {a2, b2, c2} <= set(topological_order(root2))
    assert double.parents == (c2,)
    root2.backward()
    root.backward()
    assert (a2.grad, b2.grad) == (a.grad, b.grad)


def test_pickle_keeps_shared_leaves_shared():
    """Leaves named twice, and leaves of two roots, are one leaf each after loading."""
    a, b, c, root = example()
    a2, b2, again, root2, c2 = by_pickle([a, b, a, root, c * 1.0])
    assert again is a2
    root2.backward()
    c2.backward()
    root.backward()
    (c * 1.0).backward()
    assert (a2.grad, b2.grad) == (a.grad, b.grad)


def test_deepcopy_of_a_structure_that_holds_values():
    """Users' own objects copy as they would with floats."""

    class Model:
        def __init__(self):
            self.w = [Value(1.0), Value(2.0)]
            self.tied = self.w[0]

    model = copy.deepcopy(Model())
    assert model.tied is model.w[0]


def test_shallow_copy_is_a_node_on_the_same_operands():
    """copy.copy gives a node of its own, with the same parents."""
    a, b, c, _ = example()
    other = copy.copy(c)
    assert other is not c and other.parents == (a, b) and other.label == "c"
    other.backward()
    assert (a.grad, c.reached) == (-3.0, False)


@duplicates
def test_duplicates_of_operands_stay_one(duplicate):
    """x * x has one leaf, and its copy, too."""
    x = Value(3.0)
    other = duplicate(x * x)
    assert other.parents[0] is other.parents[1]
    other.backward()
    assert other.parents[0].grad == 6.0


@duplicates
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_works(duplicate, protocol):
    """Protocols 2 and up."""
    *_, root = example()
    assert pickle.loads(pickle.dumps(root, protocol)).data == duplicate(root).data


def test_notes_with_values_lead_into_the_copy():
    """A note that holds Values of the graph (a module's call) holds their copies in the copy."""
    x = Value(2.0)
    y = x.tanh()
    y.note("module", ("a call", (x,)))
    other = copy.deepcopy(y)
    name, (noted,) = other.notes["module"]
    assert (name, noted) == ("a call", other.parents[0])
    assert y.notes["module"][1][0] is x


def test_notes_cost_a_pickle_no_more_than_their_length():
    """A pickle of nodes that each note their input grows in proportion to the graph."""

    def size(length):
        y = Value(1.0)
        for _ in range(length):
            x, y = y, y.tanh()
            y.note("module", ("call", (x,)))
        return len(pickle.dumps(y))

    assert size(2000) < 2.5 * size(1000)


def test_what_a_pickle_names_is_pinned():
    """Two places that are to stay where they are: a move would leave stored graphs unreadable."""
    named = set()

    class Naming(pickle.Unpickler):
        def find_class(self, module, name):
            named.add(f"{module}.{name}")
            return super().find_class(module, name)

    Naming(io.BytesIO(pickle.dumps(example()))).load()
    assert named == {
        "autograd.engine.copying.restore_graph",
        "autograd.engine.copying.restore_leaf",
        "autograd.rules.primitives.find",
    }
    assert Value(2.0).tanh().primitive.__reduce__()[1] == ("autograd.rules.table", "tanh")


def test_labels_survive_a_pickle():
    """The label of a leaf and of an interior node."""
    a, _, c, _ = example()
    other = by_pickle(c)
    assert (other.label, other.parents[0].label) == ("c", "a")
    assert by_pickle(a).label == "a"


# ---- attributes of the user's own -----------------------------------------------------------------


def with_attributes():
    """A leaf with a moment, and a result with a colour, and with a list that holds the leaf."""
    p = Value(0.5, label="p")
    p.m = 0.25
    y = p.tanh() * 2.0
    y.colour, y.seen = "red", [p]
    return p, y


@pytest.mark.parametrize(
    "make_copy", [copy.copy, copy.deepcopy, by_pickle], ids=["copy", "deepcopy", "pickle"]
)
def test_copies_of_a_leaf_keep_its_attributes(make_copy):
    """`p.m = 0.25` is a plain attribute, beside the label; a copy has it, and is independent."""
    p, _ = with_attributes()
    q = make_copy(p)
    assert (type(q), q.m, q.label, q.data) == (Value, 0.25, "p", 0.5)
    q.m, q.label = 1.0, "q"
    assert (p.m, p.label) == (0.25, "p")


@duplicates
def test_copies_of_a_graph_keep_the_attributes_of_every_node(duplicate):
    """Those of leaves and of results; what they hold of the graph is the copy's."""
    _, y = with_attributes()
    other = duplicate(y)
    leaf = topological_order(other)[0]
    assert (other.colour, leaf.m) == ("red", 0.25)
    assert other.seen == [leaf]


def test_attributes_have_no_part_in_results():
    """What an operation makes of a Value has none of them; one that was never set is an AttributeError."""
    p, y = with_attributes()
    with pytest.raises(AttributeError, match="m"):
        y.m
    del p.m
    assert not hasattr(p, "m")


# ---- subclasses ----------------------------------------------------------------------------------


class Parameter(Value):
    """A subclass with a dict, and with an `__init__` of its own."""

    def __init__(self, data, group, twin=None):
        super().__init__(data, label=f"of {group}")
        self.group, self.twin = group, twin


class Slotted(Value):
    """A subclass with slots, one of them private and one of them empty."""

    __slots__ = ("__secret", "kind", "missing")

    def __init__(self, data, kind):
        super().__init__(data)
        self.kind, self.__secret = kind, [data]

    @property
    def secret(self):
        return self.__secret


COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda x: pickle.loads(pickle.dumps(x)),
    "oldest pickle": lambda x: pickle.loads(pickle.dumps(x, 0)),
}


@pytest.mark.parametrize("make_copy", COPIES.values(), ids=COPIES)
def test_copies_of_a_subclass_keep_class_and_attributes(make_copy):
    """Its dict and its slots, private ones too; what was never set is not set."""
    p = Parameter(1.5, "decay")
    p.grad, p.tags = 0.25, ["a"]
    q = make_copy(p)
    assert type(q) is Parameter and q is not p
    assert (q.data, q.grad, q.label, q.group, q.tags, q.twin) == (1.5, 0.25, "of decay", "decay", ["a"], None)
    s = make_copy(Slotted(2.0, "bias"))
    assert (type(s), s.data, s.kind, s.secret, hasattr(s, "missing")) == (Slotted, 2.0, "bias", [2.0], False)
    assert (q.tags is p.tags) == (make_copy is copy.copy)


class Cached(Value):
    """A subclass that says itself what of it is kept."""

    def __init__(self, data):
        super().__init__(data)
        self.kind, self.cache = "decay", (line for line in ())

    def __getstate__(self):
        attributes, slots = super().__getstate__()
        return {name: held for name, held in attributes.items() if name != "cache"} | slots


class Restored(Cached):
    """And what becomes of it."""

    def __setstate__(self, state):
        self.kind, self.cache = state["kind"].upper(), []


@pytest.mark.parametrize("make_copy", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize(("kind", "word"), [(Cached, "decay"), (Restored, "DECAY")])
def test_a_class_may_say_itself_what_of_it_is_kept(make_copy, kind, word):
    """Its `__getstate__` and `__setstate__` are asked, as for any object; data and gradient stay."""
    p = kind(1.5)
    p.grad = 0.25
    q = make_copy(p)
    assert (type(q), q.data, q.grad, q.kind) == (kind, 1.5, 0.25, word)
    assert hasattr(q, "cache") == (kind is Restored)


@pytest.mark.parametrize("make_copy", [c for c in COPIES.values() if c is not copy.copy])
def test_copied_graphs_keep_their_subclasses_at_any_depth(make_copy):
    """Leaves of a long graph, once each; attributes that name nodes of the graph name the copies."""
    p = Parameter(0.5, "first")
    p.twin = Parameter(0.25, "second", twin=p)
    y = p
    for _ in range(3000):
        y = y * 0.999 + p.twin * 1e-4
    p.root = y
    copied = make_copy(y)
    leaves = [node for node in topological_order(copied) if node.primitive is None]
    assert [type(leaf) for leaf in leaves] == [Parameter, Parameter]
    first, second = sorted(leaves, key=lambda leaf: leaf.group)
    assert (first.twin is second, second.twin is first, first.root is copied) == (True, True, True)
    assert type(copied) is Value and copied.data == y.data
    y.backward()
    copied.backward()
    assert (first.grad, second.grad) == (p.grad, p.twin.grad)


def test_results_of_operators_on_subclasses_are_plain_values():
    """What is computed from a Parameter is not one."""
    p = Parameter(0.5, "decay")
    assert {type(result) for result in (p + 1, -p, p * p, p.tanh(), p.detach())} == {Value}
