"""Arguments, results, parameters: structures, shapes, dtypes, and which Values get gradients."""

import math
from typing import NamedTuple

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, compile, log, sqrt, where
from autograd.symbols import exp, total, x, z
from tests.autograd.compiler.reference import BACKENDS, assert_agrees, assert_close, gradients


class Point(NamedTuple):
    position: list
    weight: Value


def fast_of(f, **options):
    return compile(f, **{"backend": "numpy", **options})


# ---- structures ----------------------------------------------------------------------------------


def test_a_masked_array_is_refused():
    """Its mask would be ignored in silence; one that masks nothing is an array like others."""
    fast, numbers = fast_of(lambda x: 2.0 * x), np.arange(3.0)
    with pytest.raises(
        TypeError, match=r"a masked array with 2 entries masked.*the mask as an array of its own"
    ):
        fast(np.ma.masked_array(numbers, numbers > 0))
    assert fast(np.ma.masked_array(numbers)).tolist() == [0.0, 2.0, 4.0]


def test_a_named_tuple_of_lists_is_one():
    """Its entries keep their names, whatever they are; a plain tuple of lists is an array."""
    fast = fast_of(lambda point: 10.0 * point.position + point.weight)
    assert fast(Point([1.0, 2.0], [3.0, 4.0])).tolist() == [13.0, 24.0]
    assert fast_of(lambda pair: 10.0 * pair[0] + pair[1])(([1.0, 2.0], [3.0, 4.0])).tolist() == [12.0, 34.0]


def test_equal_keys_of_several_types_are_several_structures():
    """1, True and 1.0 are one key to a dict, and three to a function that looks at their types."""
    fast = fast_of(lambda entries: next(iter(entries.values())) * len(repr(*entries)))
    assert [fast({key: [1.0]}).tolist() for key in (1, True, 1.0)] == [[1.0], [4.0], [3.0]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_arguments_are_structures_of_arrays(backend):
    """Lists, tuples, named tuples and dicts of arrays: f sees the same structure for one sample."""
    w = [Value(0.5), Value(-1.5)]

    def loss(batch, scale):
        (first, second), point = batch["pair"], batch["point"]
        assert isinstance(point, Point)
        assert len(point.position) == 2
        assert len(point.position[0]) == 3
        inner = autograd.dot([*point.position[0], *point.position[1]], [w[0]] * 6)
        return (inner + first * w[1] - second) * scale * point.weight

    drawn = np.random.default_rng(0)
    batch = {
        "pair": (drawn.normal(size=4), drawn.normal(size=4)),
        "point": Point(drawn.normal(size=(4, 2, 3)), drawn.normal(size=4)),
    }
    assert_agrees(loss, [batch, drawn.normal(size=4)], w, backend=backend)


def test_results_keep_their_structure():
    """Each Value of the result becomes an array (batch,), numbers and parameters too."""
    w = Value(2.0)

    def f(x, y):
        return {"sum": x + y, "pair": (x * w, [y, 3.0]), "w": w, "point": Point([x], y)}

    found = fast_of(f)([1.0, 2.0], [10.0, 20.0])
    assert list(found) == ["sum", "pair", "w", "point"]
    assert found["sum"].tolist() == [11.0, 22.0]
    assert found["pair"][0].tolist() == [2.0, 4.0]
    assert found["pair"][1][0].tolist() == [10.0, 20.0]
    assert found["pair"][1][1].tolist() == [3.0, 3.0]
    assert found["w"].tolist() == [2.0, 2.0]
    assert isinstance(found["point"], Point)
    assert found["point"].position[0].tolist() == [1.0, 2.0]


def test_a_result_that_ignores_the_sample_is_repeated():
    """A loss of parameters alone, or a plain number, has one entry per sample."""
    w = Value(3.0)
    assert fast_of(lambda x: w * w)([1.0, 2.0]).tolist() == [9.0, 9.0]
    assert fast_of(lambda x: 4.0)([1.0, 2.0]).tolist() == [4.0, 4.0]
    assert fast_of(lambda x: w * w).backward([1.0, 2.0]) == 9.0
    assert w.grad == 6.0


def test_results_do_not_share_memory():
    """Changing one result changes neither another nor an argument."""
    samples = np.array([1.0, 2.0])
    first, second = fast_of(lambda x: [x, x])(samples)
    first[0] = 99.0
    assert second.tolist() == [1.0, 2.0]
    assert samples.tolist() == [1.0, 2.0]


def test_lists_of_numbers_are_arrays():
    """Nested lists are taken as one array; arguments of one sample keep their nesting."""
    w = Value(2.0)
    fast = fast_of(lambda x, y: x[0] * w + x[1] * y)
    assert fast([[1.0, 2.0], [3.0, 4.0]], [10, 100]).tolist() == [22.0, 406.0]
    assert fast(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([10, 100])).tolist() == [22.0, 406.0]


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "int8", "uint8", "bool"])
def test_arrays_of_any_real_dtype_are_taken(dtype):
    """Results are float64 whatever the argument's dtype."""
    found = fast_of(lambda x: x * 0.5)(np.array([0, 1, 1], dtype))
    assert found.dtype == np.float64
    assert found.tolist() == [0.0, 0.5, 0.5]


@pytest.mark.parametrize("layout", ["transposed", "strided", "reversed", "read-only"])
def test_arrays_of_any_layout_are_taken(layout):
    """Views count as what they show, and are left as they are."""
    base = np.arange(12.0).reshape(3, 4)
    array = {"transposed": base.T, "strided": base[:, ::2], "reversed": base[::-1], "read-only": base.copy()}[
        layout
    ]
    if layout == "read-only":
        array.flags.writeable = False
    before = array.copy()
    w = [Value(1.0 + at) for at in range(array.shape[1])]
    fast = fast_of(lambda row: autograd.dot(w, row) ** 2)
    assert_close(fast(array), (before @ np.array([v.data for v in w])) ** 2)
    fast.backward(array)
    assert array.tolist() == before.tolist()


# ---- specializations -----------------------------------------------------------------------------


def test_f_is_specialized_once_per_shape_and_structure():
    """f runs once per shape, whatever the batch and its size; each specialization is kept."""
    runs = []
    w = Value(2.0)

    def f(x):
        runs.append(len(x))
        return autograd.sum(x) * w

    fast = fast_of(f)
    for length in (3, 2, 3, 2, 5):
        for batch in (1, 4):
            found = fast(np.ones((batch, length)))
            assert found.tolist() == [2.0 * length] * batch
    assert runs == [3, 2, 5]
    assert "3 recordings" in repr(fast)


def test_lists_and_tuples_are_structures_of_their_own():
    """f may look at the structure, so another structure is another specialization."""
    fast = fast_of(lambda pair: pair["a"] if isinstance(pair, dict) else pair[0] * 2)
    a, b = np.array([1.0, 2.0]), np.array([[1.0], [2.0]])
    assert fast({"a": a}).tolist() == [1.0, 2.0]
    assert fast((a, b)).tolist() == [2.0, 4.0]
    assert fast([a, b]).tolist() == [2.0, 4.0]
    assert "3 recordings" in repr(fast)


def test_parameters_are_read_at_each_call():
    """A parameter's new .data counts at once; a closed-over plain number stays as recorded."""
    w, plain = Value(1.0), [10.0]
    fast = fast_of(lambda x: w * x + plain[0])
    assert fast([2.0]).tolist() == [12.0]
    w.data, plain[0] = 5.0, 1000.0
    assert fast([2.0]).tolist() == [20.0]


def test_a_later_recording_may_meet_new_parameters():
    """Parameters first used by a second shape get their gradients, and those of the first theirs."""
    w = [Value(float(at + 1)) for at in range(3)]
    fast = fast_of(lambda row: autograd.dot(w[: len(row)], row))
    fast.backward(np.ones((2, 2)))
    assert gradients(w).tolist() == [1.0, 1.0, 0.0]
    fast.backward(np.ones((2, 3)))
    assert gradients(w).tolist() == [2.0, 2.0, 1.0]
    fast.backward(np.ones((2, 1)))
    assert gradients(w).tolist() == [3.0, 2.0, 1.0]


# ---- gradients -----------------------------------------------------------------------------------


def test_gradients_accumulate_as_eager_ones_do():
    """backward adds to .grad, also to what an eager pass left there."""
    w = Value(3.0)
    (w * 2.0).backward()
    fast = fast_of(lambda x: w * x)
    assert fast.backward([1.0, 3.0]) == 6.0
    assert w.grad == 4.0
    fast.backward([1.0, 3.0])
    assert w.grad == 6.0
    w.zero_grad()
    fast.backward([5.0])
    assert w.grad == 5.0


def test_closed_over_interior_values_pass_gradients_to_their_leaves():
    """A result of eager operations, used inside: its number counts, its leaves get the gradients."""
    a, b = Value(2.0), Value(-0.5)
    inner = a * b + a.tanh()

    fast = fast_of(lambda x: (inner * x + a) ** 2)
    samples = np.array([1.0, -2.0, 0.5])
    mean = fast.backward(samples)
    found = gradients([a, b])
    a.zero_grad(), b.zero_grad()
    loss = autograd.mean([(inner * entry + a) ** 2 for entry in samples.tolist()])
    loss.backward()
    assert_close(mean, loss.data)
    assert_close(found, gradients([a, b]))


def test_interior_values_that_share_leaves_do_not_count_twice():
    """Two interior Values, one made of the other: each leaf gets the sum of its paths, once."""
    a = Value(1.5)
    first = a * a
    second = first * 3.0 + a
    fast = fast_of(lambda x: first * x + second * x * x)
    samples = np.array([1.0, 2.0])
    fast.backward(samples)
    found = a.grad
    expected = autograd.grad(lambda a: sum(a * a * s + (3.0 * a * a + a) * s * s for s in (1.0, 2.0)) * 0.5)(
        1.5
    )
    assert_close(found, expected)


def test_unused_parameters_have_no_gradient():
    """A leaf that the result does not depend on keeps what it had."""
    used, unused = Value(1.0), Value(2.0)

    def loss(x):
        unused * x  # recorded, and no part of the result
        return used * x

    fast_of(loss).backward([1.0])
    assert used.grad == 1.0
    assert used.reached
    assert unused.grad == 0.0
    assert not unused.reached


def test_the_result_may_be_a_parameter_or_an_argument():
    """backward of the identity: gradient 1 on a parameter, none on an argument."""
    w = Value(4.0)
    assert fast_of(lambda x: w).backward([1.0, 2.0]) == 4.0
    assert w.grad == 1.0
    assert fast_of(lambda x: x).backward([1.0, 2.0]) == 1.5
    assert fast_of(lambda x: 7.0).backward([1.0, 2.0]) == 7.0


# ---- the whole batch -----------------------------------------------------------------------------


def test_unbatched_functions_take_the_whole_batch():
    """batched=False: f sees every sample, and returns what it likes, as plain numbers."""
    w = [Value(0.5), Value(-1.0)]

    def loss(rows, targets):
        errors = [(autograd.dot(w, row) - target) ** 2 for row, target in zip(rows, targets)]
        return autograd.mean(errors)

    drawn = np.random.default_rng(0)
    X, y = drawn.normal(size=(6, 2)), drawn.normal(size=6)
    expected = loss(X.tolist(), y.tolist())
    expected.backward()
    eager = gradients(w)
    for value in w:
        value.zero_grad()
    fast = fast_of(loss, batched=False)
    assert_close(fast(X, y), expected.data)
    assert isinstance(fast(X, y), float)
    assert_close(fast.backward(X, y), expected.data)
    assert_close(gradients(w), eager)


def test_unbatched_functions_take_scalars():
    """Without a batch axis a plain number is an argument like any other."""
    w = Value(3.0)
    fast = fast_of(lambda x: [w * x, x], batched=False)
    assert fast(2.0) == [6.0, 2.0]
    assert fast(5.0) == [15.0, 5.0]


def test_unbatched_functions_may_have_no_arguments():
    """A function of parameters alone."""
    w = Value(3.0)
    fast = fast_of(lambda: w * w, batched=False)
    assert fast() == 9.0
    assert fast.backward() == 9.0
    assert w.grad == 6.0


def test_batch_normalisation_compiles_over_the_whole_batch():
    """Training mode by batched=False: statistics of the batch, differentiated through."""
    layer = nn.Layer(2, 3, "linear", seed=0)
    scale = [Value(1.0 + 0.1 * at) for at in range(3)]
    parameters = [*layer.parameters(), *scale]

    def loss(rows):
        columns = list(zip(*[layer(row) for row in rows]))
        total = 0.0
        for factor, column in zip(scale, columns):
            middle = autograd.mean(column)
            variance = autograd.mean([(value - middle) ** 2 for value in column])
            total = total + autograd.sum(
                [(factor * (v - middle) / sqrt(variance + 1e-5)) ** 3 for v in column]
            )
        return total

    X = np.random.default_rng(1).normal(size=(5, 2))
    expected = loss(X.tolist())
    expected.backward()
    eager = gradients(parameters)
    for value in parameters:
        value.zero_grad()
    assert_close(fast_of(loss, batched=False).backward(X), expected.data)
    assert_close(gradients(parameters), eager)


# ---- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", BACKENDS)
def test_float32_programs_agree_to_single_precision(backend):
    """dtype="float32": arrays of that dtype, results within single precision of eager."""
    model = nn.MLP(2, [8, 1], activation="tanh", seed=0)
    X = np.random.default_rng(0).normal(size=(20, 2))
    fast = assert_agrees(
        lambda x: model(x) ** 2, [X], model.parameters(), tolerance=1e-5, dtype="float32", backend=backend
    )
    assert fast(X).dtype == np.float32
    double = compile(lambda x: model(x) ** 2, backend="numpy")(X)
    assert np.abs(fast(X) - double).max() > 0, "single precision must show"


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_check_against_eager_allows_for_the_precision_of_the_program(dtype):
    """check=True: single precision is no fault of a float32 program."""
    w = Value(0.1)
    found = fast_of(lambda x: (w * x).tanh() / 3.0, dtype=dtype, check=True)([0.3, 0.7])
    assert found == pytest.approx([math.tanh(0.03) / 3.0, math.tanh(0.07) / 3.0], rel=1e-6)


def test_what_is_beyond_float32_is_infinite_in_a_float32_program():
    """Without a warning, as every number of a program."""
    fast = fast_of(lambda x: x * 2.0, dtype="float32")
    assert fast(np.array([1e300, -1e300, 1.0])).tolist() == [np.inf, -np.inf, 2.0]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_undefined_numbers_follow_ieee_without_warnings(dtype):
    """Where eager raises, a program gives NaN or inf, in that sample alone (warnings are errors here)."""
    w = Value(1.0)
    fast = fast_of(lambda x: log(x * w) + 0.0 * w, dtype=dtype)
    found = fast([-1.0, 0.0, 1.0])
    assert np.isnan(found[0])
    assert found[1] == -np.inf
    assert found[2] == 0.0
    assert fast_of(lambda x: 1.0 / x, dtype=dtype)([0.0, -0.0, 2.0]).tolist() == [np.inf, -np.inf, 0.5]
    assert fast_of(lambda x: (x * 1000.0).exp(), dtype=dtype)([1.0, -1.0]).tolist() == [np.inf, 0.0]
    assert np.isnan(fast_of(lambda x: sqrt(x))([-1.0])).all()
    assert np.isnan(fast_of(lambda x: x - x)([np.inf, np.nan])).all()


def test_zeros_of_both_signs_are_two_numbers():
    """0.0 and -0.0 as plain numbers of one function stay apart."""
    above, below = fast_of(lambda x: [x / 0.0, x / -0.0])([1.0])
    assert (above[0], below[0]) == (np.inf, -np.inf)


def test_undefined_gradients_follow_ieee_without_warnings():
    """backward through inf and NaN raises nothing; they arrive at the leaves."""
    w = Value(0.0)
    assert fast_of(lambda x: sqrt(w * x)).backward([1.0]) == 0.0
    assert w.grad == np.inf
    w.zero_grad()
    assert np.isnan(fast_of(lambda x: log(w - x)).backward([1.0]))
    assert w.grad == -1.0


def test_constants_that_overflow_when_folded_become_inf():
    """Operations on plain numbers, carried out while recording, follow IEEE as well."""
    assert fast_of(lambda x: x * 0.0 + where(x > 0, x, autograd.mul(1e308, Value(10.0))))([1.0]).tolist() == [
        1.0
    ]


def test_nan_passes_the_maximum_as_in_eager():
    """maximum, relu and logsumexp hand a NaN on."""
    from autograd import logsumexp, maximum

    w = Value(1.0)
    samples = [np.nan, 2.0]
    for f in (lambda x: maximum(x, w), lambda x: logsumexp([x, w]), lambda x: (x * w).relu()):
        found = fast_of(f)(samples)
        assert np.isnan(found[0]), f
        assert found[1] >= 2.0


@pytest.mark.parametrize("backend", BACKENDS)
def test_saturated_functions_stay_finite(backend):
    """Far out, softplus, sigmoid, tanh and logsumexp neither overflow nor warn, as in eager."""
    from autograd import logsumexp, sigmoid, softplus

    w = Value(1.0)

    def loss(x):
        return softplus(w * x) + sigmoid(w * x) + (w * x).tanh() + logsumexp([w * x, -x * w])

    assert_agrees(loss, [np.array([-1e4, -800.0, 0.0, 800.0, 1e4])], [w], backend=backend)


# ---- primitives of one's own ---------------------------------------------------------------------


@pytest.mark.parametrize("backend", BACKENDS)
def test_declared_primitives_compile(backend):
    """A user's rule, in either form, is emitted like those of the table."""
    softsign = autograd.primitive("softsign", x / (1 + abs(x)), (1 - abs(z)) ** 2)
    power_sum = autograd.primitive("power_sum", total(x * x), 2 * x)
    bump = autograd.primitive("bump", exp(-x * x), -2 * x * z)
    w = [Value(0.5), Value(-2.0)]

    def loss(s):
        return power_sum([softsign(w[0] * s), bump(w[1] - s), w[0]]) + bump(s) * w[1]

    assert_agrees(loss, [np.array([-1.0, 0.3, 2.0])], w, backend=backend)
