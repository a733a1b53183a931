"""primitive(): a user's row gets all that the built-in ones get; a wrong one is refused in words."""

import copy
import math
import pickle

import numpy as np
import pytest

import autograd
from autograd import Value, check_gradients, checkpoint, detect_anomaly, grad, hvp, jvp, no_grad, primitive
from autograd.engine.operands import gather
from autograd.engine.recording import record
from autograd.rules.notation import TEXT
from autograd.rules.table import TABLE
from autograd.symbols import exp, log, sqrt, total, x, y, z
from tests.autograd.rules.arrays import on_arrays

softsign = primitive("softsign", x / (1 + abs(x)), (1 - abs(z)) ** 2, says="A cheap tanh.")
tanh_, sigmoid_, softplus_ = (TABLE[name] for name in ("tanh", "sigmoid", "softplus"))
mish = primitive(
    "mish",
    x * tanh_(softplus_(x)),
    tanh_(softplus_(x)) + x * sigmoid_(x) * (1 - tanh_(softplus_(x)) ** 2),
)
root = primitive(
    "root",
    sqrt(x - 1),
    0.5 / z,
    domain=x >= 1,
    needs="x at least 1",
    hint="shift the input",
    samples=[(2.0,), (5.0,)],
)
mixed = primitive("mixed", x * exp(y), exp(y), z)
power_sum = primitive("power_sum", total(x * x), 2 * x)
weighted = primitive("weighted", total(x * log(y)), log(y), x / y, samples=[(0.5, 2.0, 3.0, 0.7)])


def test_value_and_gradient():
    """On numbers, on Values, through backward."""
    assert softsign(3.0) == 0.75 and type(softsign(3)) is float
    v = Value(-3.0)
    node = softsign(v) * 2.0
    node.backward()
    assert (node.data, v.grad) == (-1.5, 0.125)
    assert (softsign(v)._op, softsign(v).primitive) == ("softsign", softsign)


@pytest.mark.parametrize("at", [-1.3, 0.4, 2.0])
def test_every_order_and_mode(at):
    """grad to third order, jvp and hvp, against closed forms of softsign for both signs."""
    s = math.copysign(1.0, at)
    first, second, third = (1 + abs(at)) ** -2, -2 * s * (1 + abs(at)) ** -3, 6 * (1 + abs(at)) ** -4
    assert grad(softsign)(at) == pytest.approx(first, rel=1e-13)
    assert grad(grad(softsign))(at) == pytest.approx(second, rel=1e-13)
    assert grad(grad(grad(softsign)))(at) == pytest.approx(third, rel=1e-13)
    assert jvp(softsign, (at,), (2.0,))[1] == pytest.approx(2 * first, rel=1e-13)
    assert hvp(softsign, (at,), (1.0,)) == pytest.approx(second, rel=1e-13)


@pytest.mark.parametrize(
    ("f", "xs"),
    [
        (softsign, (0.7,)),
        (mish, (0.7,)),
        (root, (2.5,)),
        (mixed, (0.7, -0.4)),
        (power_sum, ([0.5, -1.0, 2.0],)),
        (weighted, ([0.5, 2.0], [3.0, 0.7])),
    ],
)
def test_declared_primitive_passes_the_gradient_check(f, xs):
    """First and second order, of one operand, two, a family, two families; rules built from other rows."""
    assert check_gradients(f, *xs)


def test_rule_built_from_other_rows_has_their_value():
    """mish(x) = x tanh(softplus(x))."""
    expected = 0.7 * math.tanh(math.log1p(math.exp(0.7)))
    assert mish(0.7) == pytest.approx(expected, rel=1e-15)


def test_arrays():
    """The numpy reading agrees with the scalars, over a batch."""
    batch = np.array([-1.5, 0.25, 3.0])
    assert on_arrays(softsign).value(batch).tolist() == [softsign(float(number)) for number in batch]
    assert on_arrays(power_sum).value(np.stack([batch, batch])).tolist() == (2 * batch**2).tolist()


def test_domain():
    """Outside it the error is a DomainError in the declared words."""
    with pytest.raises(
        autograd.DomainError, match=r"^root needs x at least 1, got x = 0.5 at 'a'; shift the input$"
    ):
        root(Value(0.5, label="a"))
    assert root(1.0) == 0.0
    assert root(Value(1.0)).partials == (math.inf,)


def test_domain_of_a_family():
    """A condition on all of its elements holds for numbers and Values, with or without a Value among them."""
    mean_root = primitive("mean_root", sqrt(total(x)), 0.5 / z, domain=total(x) >= 0, hint="shift the input")
    assert mean_root([Value(2.0), -1.0]).data == mean_root([2.0, -1.0]) == 1.0
    for family in ([-1.0, 0.5], [Value(-1.0), 0.5]):
        with pytest.raises(
            autograd.DomainError, match=r"mean_root needs total\(x\) >= 0, got -1.0, 0.5; shift"
        ):
            mean_root(family)


def test_error_in_a_family_names_the_operand():
    """Python's own error becomes one with the primitive's name and the numbers it received."""
    with pytest.raises(autograd.DomainError, match=r"weighted .*got .*-0.7"):
        weighted([Value(0.5), 2.0], [3.0, Value(-0.7, label="p")])


def test_samples_outside_the_domain_are_left_out_unless_given():
    """The usual points are tried where the rule is defined; points of one's own must be."""
    assert primitive("positive", log(x), 1 / x, domain=x > 0)(1.0) == 0.0
    assert primitive("undeclared", log(x), 1 / x)(1.0) == 0.0
    with pytest.raises(autograd.DomainError):
        primitive("undeclared", log(x), 1 / x, samples=[(-1.0,)])


def test_copy_and_pickle():
    """Graphs with declared primitives copy and pickle, and the primitive stays one object."""
    v = Value(2.0)
    node = power_sum([softsign(v), 3.0, v])
    for other in (copy.deepcopy(node), pickle.loads(pickle.dumps(node))):
        other.backward()
        assert other.primitive is power_sum and other.data == node.data
    assert pickle.loads(pickle.dumps(softsign)) is softsign


def test_pickle_of_a_primitive_that_is_not_at_top_level():
    """Loading says what to do: declare it where it can be found."""
    hidden = primitive("hidden", 2 * x, 2)
    data = pickle.dumps(hidden(Value(1.0)))
    with pytest.raises(
        LookupError,
        match=r"uses the primitive 'hidden', which .*test_declaring does not define at its top level",
    ):
        pickle.loads(data)


def test_recorders():
    """no_grad, detect_anomaly and checkpoint treat it as any row."""
    v = Value(3.0)
    with no_grad():
        assert softsign(v).parents == ()
    with pytest.raises(autograd.AnomalyError, match="forward: mixed gave inf"), detect_anomaly():
        mixed(Value(1e308), 3.0)
    checkpoint(lambda a: softsign(a), v).backward()
    assert v.grad == 0.0625


@pytest.mark.parametrize("row", [softsign, mish, root, mixed, power_sum, weighted])
def test_its_printed_operator_equals_the_reference(row):
    """Same data and partials as the generic `record`, in every mix of Values and numbers."""
    point = row.samples[0]
    for places in range(1 << len(point)):
        operands = [Value(n) if places >> at & 1 else n for at, n in enumerate(point)]
        arguments = row.arrange(operands)
        found = row(*arguments)
        expected = record(row, *(gather(row, *arguments) if row.families else arguments))
        if places:
            assert (found.data, found.partials, found.operands) == (
                expected.data,
                expected.partials,
                expected.operands,
            )
        else:
            assert found == expected


@pytest.mark.parametrize("name", ["SWISH", "_", "record", "new", "graph", "recorder", "gather", "numbers_of"])
def test_its_name_is_free(name):
    """Also one in capitals, as constants are written, and those that operators call on their way."""
    root = primitive(name, sqrt(x), 0.5 / z, domain=x >= 0)
    node = root(Value(4.0))
    assert (node.primitive, node.data, node.partials) == (root, 2.0, (0.25,))
    assert root(4) == 2.0 and grad(grad(root))(4.0) == -1 / 32
    with pytest.raises(ValueError, match=f"^{name} needs x >= 0, got x = -4.0"):
        root(Value(-4.0))


def test_text_and_help():
    """It prints as the table's rows do, and its operator documents itself."""
    assert TEXT.write(softsign.value) == "x / (1 + abs(x))"
    assert (
        "A cheap tanh." in softsign.operator.__doc__ and "z = x / (1 + abs(x))" in softsign.operator.__doc__
    )
    assert repr(softsign) == "<primitive softsign>"


def test_rule_may_use_the_public_functions():
    """autograd.softplus(x) on a symbol is an expression: rules read as the code of users does."""
    softplus_twice = primitive(
        "softplus_twice",
        autograd.softplus(autograd.softplus(x)),
        autograd.sigmoid(autograd.softplus(x)) * autograd.sigmoid(x),
    )
    assert softplus_twice(0.5) == autograd.softplus(autograd.softplus(0.5))
    assert check_gradients(softplus_twice, 0.5)


def test_declared_primitive_in_the_rule_of_another():
    """A row may use a row of the user's."""
    double_softsign = primitive("double_softsign", 2 * softsign(x), 2 * (1 - abs(softsign(x))) ** 2)
    assert double_softsign(3.0) == 1.5
    assert check_gradients(double_softsign, 0.7)


# fmt: off
# ruff: noqa: E501 (one case a line)
WRONG = [
    (lambda: primitive("no name", x, 1),             ValueError, r"a primitive's name is a Python identifier, got 'no name'"),
    (lambda: primitive("lambda", x, 1),              ValueError, r"a primitive's name is a Python identifier, got 'lambda'"),
    (lambda: primitive(3, x, 1),                     ValueError, r"a primitive's name is a Python identifier, got 3"),
    (lambda: primitive("total", 2 * x, 2),           ValueError, r"'total' has a meaning of its own in rules: choose another name"),
    (lambda: primitive("equal", 2 * x, 2),           ValueError, r"'equal' has a meaning of its own in rules: choose another name"),
    (lambda: primitive("f", total(x) + x, 1),        ValueError, r"primitive\('f'\) takes a family for x, which stands inside total\(...\) or largest\(...\); got total\(x\) \+ x"),
    (lambda: primitive("f", total(x), 1, domain=x > 0), ValueError, r"primitive\('f'\) takes a family for x, which stands inside total\(...\) or largest\(...\); got x > 0"),
    (lambda: primitive("f", 2.0, 1),                 TypeError,  r"primitive\('f'\) needs an expression of symbols, got float"),
    (lambda: primitive("f", lambda x: x, 1),         TypeError,  r"primitive\('f'\) needs an expression of symbols, got function"),
    (lambda: primitive("f", x * 1.0),                ValueError, r"primitive\('f'\) needs one partial or two, got 0"),
    (lambda: primitive("f", x * y, y, x, 1),         ValueError, r"primitive\('f'\) needs one partial or two, got 3"),
    (lambda: primitive("f", x * y, y),               ValueError, r"primitive\('f'\) has 1 partials, so its rule may use x; got y"),
    (lambda: primitive("f", x * z, z),               ValueError, r"its rule may use x; got z"),
    (lambda: primitive("f", x * x, x),               ValueError, r"f: the partial dz/dx is 0.3 at \(0.3,\), but a central difference gives 0.6; correct the partial"),
    (lambda: primitive("f", x * y, y, y),            ValueError, r"f: the partial dz/dy is .* but a central difference gives"),
    (lambda: primitive("f", x * 1.0, math.inf),      ValueError, r"f: the partial dz/dx is inf at \(0.3,\), but a central difference gives 1"),
    (lambda: primitive("f", x * 1.0, None),          TypeError,  r"primitive\('f'\) needs an expression of symbols or a number for each partial, got NoneType"),
    (lambda: primitive("f", x * 1.0, "1"),           TypeError,  r"needs an expression of symbols or a number for each partial, got str"),
    (lambda: primitive("f", x * 1.0, 1, domain=True), TypeError, r"primitive\('f'\) needs a condition on symbols as domain, such as x > 0, got bool"),
    (lambda: primitive("f", x * 1.0, 1, domain=y > 0), ValueError, r"its rule may use x; got y"),
    (lambda: primitive("f", x * 1.0, 1, samples=[1.0]), ValueError, r"primitive\('f'\) needs samples that are tuples of 1 number, got 1.0"),
    (lambda: primitive("f", x * 1.0, 1, samples=[(1.0, 2.0)]), ValueError, r"needs samples that are tuples of 1 number, got \(1.0, 2.0\)"),
    (lambda: primitive("f", total(x * y), y, x, samples=[(1.0,)]), ValueError, r"needs samples that are tuples of 2 numbers for each element, got \(1.0,\)"),
    (lambda: primitive("f", total(x * x), x),        ValueError, r"f: the partial dz/dx is .* but a central difference gives"),
    (lambda: primitive("f", log(x), 1 / x, domain=x > 0, samples=[(-1.0,)]), ValueError, r"f: the sample \(-1.0,\) lies outside the domain x > 0"),
]
# fmt: on


# fmt: off
STEEP = {
    "beside an edge": (log(x), 1 / x, (1e-7,)),
    "tiny":           (x * x, 2 * x, (1e-9,)),
    "huge":           (x * x, 2 * x, (1e150,)),
    "steep":          (exp(1e6 * x), 1e6 * z, (1e-5,)),
}
# fmt: on


@pytest.mark.parametrize("kind", STEEP)
def test_partials_are_compared_with_steps_that_fit_the_sample(kind):
    """A right one passes at tiny and huge numbers, beside edges and where the rule is steep; a wrong one fails."""
    value, partial, sample = STEEP[kind]
    primitive("f", value, partial, samples=[sample])
    with pytest.raises(ValueError, match=r"f: the partial dz/dx is .* but a central difference gives"):
        primitive("f", value, partial * 1.001 + 1e-3, samples=[sample])


@pytest.mark.parametrize(("declare", "error", "words"), WRONG)
def test_declaration_that_is_wrong_is_refused_in_words(declare, error, words):
    """The name, the rule, the partials: each wrong partial is compared when it is declared."""
    with pytest.raises(error, match=words):
        declare()
