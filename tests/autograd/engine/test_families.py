"""Sums, dot products and what else takes many operands; the composites; and the choices."""

import builtins
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, topological_order
from autograd.engine import operators
from autograd.engine.operands import gather
from autograd.engine.recorders import Recorder
from autograd.engine.recording import record, using
from autograd.rules.table import TABLE


@pytest.mark.parametrize("start", [(), (0,), (0.0,)], ids=["no start", "0", "0.0"])
def test_sum_adds_no_node_for_the_leading_zero(start):
    """Python's sum of n Values makes n - 1 nodes: 0 + v is v."""
    values = [Value(float(number)) for number in range(1, 6)]
    total = builtins.sum(values, *start)
    assert total.data == 15.0
    assert len(topological_order(total)) == 5 + 4
    assert builtins.sum(values[:1], *start) is values[0]


def test_sum_from_a_value_adds_one_node_per_term():
    """sum(terms, bias), as a neuron is written in micrograd: n additions, the bias first."""
    bias, terms = Value(0.5), [Value(1.0), Value(2.0)]
    total = builtins.sum(terms, bias)
    assert total.data == 3.5
    assert topological_order(total)[:2] == [bias, terms[0]]
    assert len(topological_order(total)) == 3 + 2


@pytest.mark.parametrize("numbers", [[0.1] * 10, [1e16, 1.0, -1e16], [1.0, 1e100, 1.0, -1e100]])
def test_sum_and_dot_add_left_to_right(numbers):
    """Not Python's compensated sum: the bits of a loop, on every version of Python."""
    expected = numbers[0]
    for number in numbers[1:]:
        expected += number
    ones = [1.0] * len(numbers)
    values = list(map(Value, numbers))
    assert autograd.sum(values).data == autograd.sum(numbers) == expected
    assert autograd.dot(values, ones).data == autograd.dot(ones, numbers) == expected
    assert builtins.sum(values).data == expected


@pytest.mark.parametrize("family", [tuple, list, iter, lambda values: (v for v in values)])
def test_family_may_be_any_iterable(family):
    """Generators are consumed once, whatever the mix of Values and numbers."""
    values = [Value(1.0), 2.0, 3, Value(4.0)]
    node = autograd.sum(family(values))
    assert (node.data, node.partials) == (10.0, (1.0, None, None, 1.0))
    assert autograd.dot(family(values), family(values)).data == 30.0


def test_family_of_plain_numbers_gives_a_number():
    """sum, dot, logsumexp, select and the composites of numbers are floats."""
    numbers = [1.0, 2]
    for result in (autograd.sum(numbers), autograd.dot(numbers, numbers), autograd.logsumexp(numbers)):
        assert type(result) is float
    assert (
        type(autograd.select(1, numbers))
        is type(autograd.mean(numbers))
        is type(autograd.norm(numbers))
        is float
    )
    assert all(type(p) is float for p in autograd.softmax(numbers) + autograd.log_softmax(numbers))


def test_composites_agree_with_their_definitions():
    """mean, softmax, log_softmax and norm, of Values and of numbers mixed."""
    values = [Value(1.0), 2.0, Value(-0.5)]
    total = math.exp(1) + math.exp(2) + math.exp(-0.5)
    assert autograd.mean(values).data == pytest.approx(2.5 / 3, rel=1e-15)
    assert autograd.norm(values).data == pytest.approx(math.sqrt(5.25), rel=1e-15)
    assert [p.data for p in autograd.softmax(values)] == pytest.approx(
        [math.exp(x) / total for x in (1, 2, -0.5)]
    )
    assert [p.data for p in autograd.log_softmax(values)] == pytest.approx(
        [x - math.log(total) for x in (1, 2, -0.5)]
    )


def test_norm_does_not_overflow():
    """norm([3e200, 4e200]) is 5e200, where the sum of squares is infinite."""
    assert autograd.norm([3e200, 4e200]) == pytest.approx(5e200)


def test_where_and_select_choose_and_pass_gradients_to_what_they_chose():
    """The condition and the index are constants; the value not chosen has gradient 0."""
    a, b, condition = Value(2.0), Value(3.0), Value(1.0)
    (
        autograd.where(condition, a, b) * 5.0 + autograd.where(a > b, a, b) + autograd.select(1, [a, b])
    ).backward()
    assert (a.grad, b.grad, condition.grad) == (5.0, 2.0, 0.0)


families = st.lists(st.tuples(st.booleans(), st.floats(-5.0, 5.0)), min_size=1, max_size=6)


def node_of(result):
    """What a node holds, bit for bit, its operands by identity."""
    if not isinstance(result, Value):
        return result
    return result.data, [*map(id, result.parents)], result.partials, result.primitive


@given(families, st.data())
def test_any_mixture_of_values_and_numbers_is_the_same_node_as_recorded_and_stays_fast(family, data):
    """sum, norm, logsumexp, dot and matvec: as `record` makes it, which is never asked."""
    mixed = [Value(number) if is_value else number for is_value, number in family]
    other = data.draw(st.permutations(mixed))
    rows = [[Value(0.5 * at - row) for at in range(len(mixed))] for row in range(2)]
    calls = dict.fromkeys(("sum", "norm", "logsumexp"), (mixed,)) | {"dot": (mixed, other)}
    expected = {
        name: node_of(record(TABLE[name], *gather(TABLE[name], *given))) for name, given in calls.items()
    }
    products = [node_of(record(TABLE["dot"], *row, *mixed)) for row in rows]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operators, "record", lambda *_: pytest.fail("left the fast path"))
        assert {name: node_of(getattr(operators, name)(*given)) for name, given in calls.items()} == expected
        assert list(map(node_of, autograd.matvec(rows, mixed))) == products


@given(families)
def test_products_with_rows_that_nothing_records_are_the_same_numbers_and_stay_fast(family):
    """Leaves, without operands; what watches operations still sees each of them."""
    mixed = [Value(number) if is_value else number for is_value, number in family]
    rows = [[Value(0.5 * at - row) for at in range(len(mixed))] for row in range(2)]
    expected = [product.data for product in autograd.matvec(rows, mixed)]
    with pytest.MonkeyPatch.context() as patch, autograd.no_grad():
        patch.setattr(operators, "record", lambda *_: pytest.fail("left the fast path"))
        products = autograd.matvec(rows, mixed)
    assert [(product.data, product.parents) for product in products] == [(data, ()) for data in expected]
    seen = []

    class Seeing(Recorder):
        def record(self, primitive, operands):
            seen.append(primitive.name)
            return self.inner.record(primitive, operands)

    with autograd.no_grad(), using(Seeing()):
        autograd.matvec(rows, mixed)
    assert seen == ["dot"] * 2
