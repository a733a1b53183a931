"""detect_anomaly: the first NaN or infinity, with its operation, its operands, and the user's line."""

import inspect
import math
import re
import threading

import pytest

import autograd
from autograd import AnomalyError, Value, detect_anomaly, no_grad


def raises(words):
    return pytest.raises(AnomalyError, match=words)


def here(offset=0):
    """file:line of the caller, as an error should show it."""
    frame = inspect.currentframe().f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno + offset}"


def test_forward_anomaly_names_operation_operands_and_line():
    """Infinity minus infinity, two lines after the infinity came in."""
    x = Value(1e308, label="x")

    def program():
        y = x * 0.5
        lines.append(here(1))
        return y * 1e10

    lines = []
    with pytest.raises(AnomalyError) as caught, detect_anomaly():
        program()
    text = str(caught.value)
    assert text.startswith("forward: mul gave inf, from x = 5e+307, y = 10000000000.0, at ")
    assert text.endswith(lines[0])


def test_forward_anomaly_shows_labels():
    """An operand with a label is shown with it; NaN counts as infinity does."""
    x = Value(math.inf, label="logits/0")
    with (
        raises(r"^forward: sub gave nan, from x = inf at 'logits/0', y = inf at 'logits/0', at "),
        detect_anomaly(),
    ):
        x - x


def test_forward_anomaly_in_a_family_shows_the_strange_operands():
    """Of many operands, those that are not finite."""
    values = [Value(float(n)) for n in range(10)] + [Value(math.nan, label="bad")]
    with raises(r"^forward: sum gave nan, from 11 operands, among them nan at 'bad', at "), detect_anomaly():
        autograd.sum(values)


def test_backward_anomaly_names_operation_operand_and_the_line_that_made_it():
    """sqrt at 0: the forward pass is fine, the gradient is infinite."""
    x = Value(0.0, label="x")

    def program():
        lines.append(here(1))
        y = x.sqrt()
        z = y * 2.0
        z.backward()

    lines = []
    with pytest.raises(AnomalyError) as caught, detect_anomaly():
        program()
    text = str(caught.value)
    assert text.startswith("backward: the gradient inf flows from sqrt to x = 0.0 at 'x': ")
    assert "2.0 times the partial inf" in text and text.endswith(lines[0])


def test_backward_anomaly_leaves_leaves_as_they_were():
    """It is an exception in the middle of a pass like another."""
    x, w = Value(0.0), Value(1.0)
    w.grad = 5.0
    with pytest.raises(AnomalyError), detect_anomaly():
        (x.sqrt() * w + w).backward()
    assert (w.grad, x.grad, x.reached) == (5.0, 0.0, False)


def test_backward_anomaly_where_gradients_add_up_to_it():
    """Each part finite, the sum infinite: the leaf is named."""
    x = Value(1e-5, label="w")
    with raises(r"^backward: the gradients that flow to 1e-05 at 'w' add up to inf"), detect_anomaly():
        (x * 1e308 + x * 1e308).backward()


def test_graph_from_before_is_found_without_a_line():
    """Nodes made outside have no line: the error says so."""
    x = Value(0.0, label="x")
    y = x.sqrt()
    with (
        raises(r"flows from sqrt to x = 0.0 at 'x'.* at a line outside detect_anomaly\(\)"),
        detect_anomaly(),
    ):
        y.backward()


def test_line_is_the_users_not_the_engines():
    """Through methods, functions, composites, Python's sum and comprehensions: a line of this file."""
    calls = [
        lambda x: autograd.softmax([x, x * 1e308])[0],
        lambda x: autograd.mean([x, x]) * 1e308,
        lambda x: sum([x * 1e308, x]),
        lambda x: autograd.norm([x * 1e308, x]),
    ]
    for call in calls:
        with pytest.raises(AnomalyError) as caught, detect_anomaly():
            call(Value(1e10))
        assert __file__ in str(caught.value)


def test_values_and_gradients_are_the_same_inside():
    """Where nothing is wrong, nothing changes: bits of data and gradients, errors, records."""

    def run():
        xs = [Value(0.1 * n) for n in range(1, 5)]
        y = autograd.logsumexp(xs) * xs[0].tanh() + autograd.dot(xs, xs)
        y.backward()
        return [y.data, *(x.grad for x in xs)]

    with detect_anomaly():
        inside = run()
        with pytest.raises(autograd.DomainError, match="log needs x > 0"):
            Value(-1.0).log()
    assert inside == run()


def test_ends_with_its_block():
    """Also after an anomaly; and it is local to the thread."""
    with pytest.raises(AnomalyError), detect_anomaly():
        Value(math.inf) - math.inf
    assert math.isnan((Value(math.inf) - math.inf).data)
    results = []
    with detect_anomaly():
        thread = threading.Thread(target=lambda: results.append(Value(math.inf) * 1.0))
        thread.start()
        thread.join()
    assert results[0].data == math.inf


def test_works_with_no_grad_in_either_order():
    """Inside no_grad nothing is recorded, and anomalies are found."""
    for outer, inner in [(no_grad, detect_anomaly), (detect_anomaly, no_grad)]:
        with outer(), inner():
            assert (Value(1.0) * 2.0).parents == ()
            with pytest.raises(AnomalyError, match="forward: mul gave inf"):
                Value(1e308) * 10.0


def test_works_through_checkpoint_and_grad():
    """An anomaly inside a checkpointed part or a transform is found where it is made."""
    with pytest.raises(AnomalyError, match="forward: mul gave inf"), detect_anomaly():
        autograd.checkpoint(lambda x: x * 1e308 * 10.0, Value(1.0))
    with pytest.raises(AnomalyError, match="forward: mul gave inf"), detect_anomaly():
        autograd.grad(lambda x: x * 1e308 * 10.0)(1.0)
    x = Value(0.0, label="x")
    with pytest.raises(AnomalyError, match=r"backward: .*inf"), detect_anomaly():
        autograd.checkpoint(lambda x: x.sqrt(), x).backward()


def test_backward_anomaly_inside_a_checkpoint_names_the_operation_there():
    """The replay is part of the backward pass: its operation and its line are named."""
    x = Value(0.0, label="x")
    with raises(rf"^backward: the gradient inf flows from sqrt to .*{re.escape(__file__)}"), detect_anomaly():
        autograd.checkpoint(lambda x: x.sqrt() * 2.0, x).backward()


def test_backward_pass_of_a_transform_is_watched():
    """grad and jacobian have a backward pass, too."""
    for transform in (autograd.grad, autograd.jacobian, autograd.value_and_grad):
        with raises(r"^backward: the gradient inf flows from sqrt to "), detect_anomaly():
            transform(autograd.sqrt)(0.0)


def test_plain_exponent_of_a_negative_base_is_no_anomaly_in_second_order():
    """The exponent 3 is a number: no logarithm of the base is ever taken, in any order."""
    x = Value(-3.0)
    with detect_anomaly():
        autograd.grad(lambda a: a**3)(x).backward()
        assert autograd.grad(autograd.grad(lambda a: a**3))(-3.0) == -18.0
    assert x.grad == -18.0


def test_line_of_a_second_derivative_is_the_users():
    """An operation of a rule, read on Values, stands at the line that asked for the derivative."""
    with raises(rf"^forward: .* at {re.escape(__file__)}:\d+$"), detect_anomaly():
        autograd.grad(autograd.grad(autograd.sqrt))(0.0)


def test_anomaly_is_an_arithmetic_error():
    """As a user would expect of an overflow."""
    assert issubclass(AnomalyError, ArithmeticError)
