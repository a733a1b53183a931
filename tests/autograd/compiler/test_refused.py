"""What cannot be compiled is refused where it happens, by a message that says what to do instead."""

import copy
import pickle
import re

import numpy as np
import pytest

import autograd
import nn
import viz
from autograd import Value, compile
from autograd.compiler.lowering.tape import Source, Tape
from autograd.errors import DomainError, TraceError
from autograd.rules.table import TABLE
from tests.autograd.compiler.reference import BACKENDS

X = np.array([1.0, 2.0])


def numpy_of(f, **options):
    return compile(f, **{"backend": "numpy", **options})


w = Value(2.0)


def branching(x):
    return x if x > 0 else -x


def looping(x):
    while x < 10:
        x = x * 2
    return x


def branching_on_a_parameter(x):
    return x * w if w > 0 else x


def branching_on_truth(x):
    return x if x else w


def equal_to_a_number(x):
    return x * w if x == 1 else -x


def unequal(x):
    return (x != np.float64(1.0)) * w


def among_numbers(x):
    return x * w if x in (1, 2) else -x


def reading_data(x):
    return w * x.data


def assigning_data(x):
    x.data = 3.0
    return x


def converting(x):
    return w * float(x)


def rounding(x):
    return w * round(x)


def truncating(x):
    return w * int(x)


def indexing(x):
    return [1.0, 2.0, 3.0][x] * w


def chained(x):
    return w * x if 0 < x < 3 else x


def largest(x):
    return max(x, w)


def sweeping(x):
    loss = w * x
    loss.backward()
    return loss


# fmt: off
REFUSED = {
    branching:                (r"branching on it .*where\(condition, a, b\), maximum, minimum or clamp", 1),
    looping:                  (r"branching on it .*where",                                               1),
    branching_on_a_parameter: (r"branching on it .*where",                                               1),
    branching_on_truth:       (r"branching on it .*where",                                               1),
    chained:                  (r"branching on it .*where",                                               1),
    largest:                  (r"branching on it .*maximum",                                             1),
    equal_to_a_number:        (r"comparing it by ==, != or in .*use <, <=, > or >=",                     1),
    unequal:                  (r"comparing it by ==, != or in",                                          1),
    among_numbers:            (r"comparing it by ==, != or in",                                          1),
    reading_data:             (r"reading \.data of it .*would freeze one sample",                        1),
    assigning_data:           (r"assigning \.data of it",                                                1),
    converting:               (r"float\(\) of it .*autograd\.exp\(v\) and its like",                     1),
    truncating:               (r"float\(\) of it",                                                       1),
    rounding:                 (r"round\(\) of it",                                                       1),
    indexing:                 (r"using it as a Python index .*select\(index, values\)",                  1),
    sweeping:                 (r"backward\(\) on it .*backward of the compiled function",                2),
}
# fmt: on


@pytest.mark.parametrize("f", REFUSED, ids=lambda f: f.__name__)
def test_what_needs_a_number_is_refused_with_its_line(f):
    """A TraceError names the line of the user's code, and the primitive to use instead."""
    wording, line = REFUSED[f]
    with pytest.raises(TraceError, match=wording) as caught:
        numpy_of(f)(X)
    assert f"{__file__}:{f.__code__.co_firstlineno + line}" in str(caught.value)


def test_a_branch_on_a_closed_over_value_names_the_line_in_any_backend():
    """Also when only backward is asked for."""
    with pytest.raises(TraceError, match="branching on it"):
        compile(branching_on_a_parameter).backward(X)


def test_reading_data_inside_a_module_names_the_users_call():
    """Where a module of nn would need a number, the line is the user's own."""
    norm = nn.BatchNorm(1)

    def loss(x):
        return norm.batch([[x], [x * 2.0]])[0][0]

    line = loss.__code__.co_firstlineno + 1
    with pytest.raises(TraceError, match=re.escape(f"{__file__}:{line}")):
        numpy_of(loss)(X)


def right_or_refused(f):
    """Whether f compiles to eager's mean and gradient; False when it is refused with this file's line."""
    w.zero_grad()
    refusal, mean = "", 0.0
    try:
        mean = numpy_of(f).backward(X)
    except TraceError as error:
        refusal = str(error)
    if refusal:
        assert __file__ in refusal
        return False
    found = w.grad
    w.zero_grad()
    expected = autograd.mean([f(Value(entry)) for entry in X.tolist()])
    expected.backward()
    assert mean == pytest.approx(expected.data, rel=1e-12)
    assert found == pytest.approx(w.grad, rel=1e-12)
    return True


def detaching(x):
    return x.detach() * w


def detaching_a_result(x):
    return (x * w).detach() * w


def checkpointing(x):
    return autograd.checkpoint(lambda a: (a * w).tanh(), x)


def without_gradients(x):
    with autograd.no_grad():
        y = w * x
    return y * w


def differentiating(x):
    return autograd.grad(lambda t: (w * t) ** 3)(x) ** 2


def forward_mode(x):
    return autograd.jvp(lambda t: (w * t) ** 3, (x,), (1.0,))[1]


def copying(x):
    return copy.copy(x) * w


def formatting(x):
    return w * float(f"{x:.1f}")


@pytest.mark.parametrize(
    "f", [detaching, detaching_a_result, checkpointing, without_gradients], ids=lambda f: f.__name__
)
def test_what_stops_or_saves_gradients_eagerly_does_so_in_a_program(f):
    """Eager's result and gradient."""
    assert right_or_refused(f)


@pytest.mark.parametrize("f", [differentiating, forward_mode, copying], ids=lambda f: f.__name__)
def test_what_leaves_the_recording_is_right_or_refused(f):
    """Never a wrong number in silence: eager's result, or a TraceError."""
    right_or_refused(f)


@pytest.mark.parametrize(
    "context",
    [lambda: nn.simulate_precision("float16"), autograd.detect_anomaly],
    ids=["precision", "anomaly"],
)
def test_contexts_that_look_at_numbers_are_refused_inside_a_function(context):
    """They would see none; around the call they have their say."""

    def watched(x):
        with context():
            return (w * x).tanh()

    with pytest.raises(TraceError, match=r"simulate_precision or detect_anomaly of it at .* around the call"):
        numpy_of(watched)(X)


def test_derivatives_inside_a_function_are_refused_by_that_name():
    """The message says what to write instead."""
    with pytest.raises(TraceError, match=r"taking a derivative of it at .* use the derivative, written out"):
        numpy_of(differentiating)(X)


def test_text_of_a_placeholder_is_no_number():
    """Formatting with digits would give one sample's number: refused."""
    assert not right_or_refused(formatting)


def test_a_detached_parameter_is_read_at_each_call_or_refused():
    """w.detach() inside f must not freeze the number that w had while recording."""
    p = Value(2.0)
    fast = numpy_of(lambda x: p.detach() * x)
    try:
        assert fast(X).tolist() == [2.0, 4.0]
    except TraceError:
        return
    p.data = 10.0
    assert fast(X).tolist() == [10.0, 20.0]


@pytest.mark.parametrize(
    ("given", "error", "wording"),
    [
        ((np.array(["a", "b"]),), TypeError, r"arrays of real numbers, got ndarray of dtype <U1"),
        ((np.array([1j, 2j]),), TypeError, r"arrays of real numbers, got ndarray of dtype complex128"),
        ((np.array([None, 1.0]),), TypeError, r"arrays of real numbers, got ndarray of dtype object"),
        (("ab",), TypeError, r"arrays of real numbers, got str"),
        ((None,), TypeError, r"arrays of real numbers, got NoneType"),
        (([Value(1.0)],), TypeError, r"takes arrays, got Values .*use the function itself"),
        ((Value(1.0),), TypeError, r"takes arrays, got Values"),
        ((np.array([Value(1.0)]),), TypeError, r"arrays of real numbers, got ndarray of dtype object"),
        ((np.empty(0),), ValueError, r"the batch is empty: .*at least one sample"),
        ((np.empty((0, 3)),), ValueError, r"the batch is empty"),
        (([],), ValueError, r"the batch is empty"),
        ((3.0,), ValueError, r"leading batch axis, got a single number; .*batched=False"),
        ((np.float64(3.0),), ValueError, r"leading batch axis, got a single number"),
        ((np.array(3.0),), ValueError, r"leading batch axis, got a single number"),
        ((), TypeError, r"at least one array, to know the batch; or batched=False"),
    ],
    ids=lambda given: str(given)[:40],
)
def test_wrong_arguments_are_named(given, error, wording):
    """What came, what is allowed."""
    with pytest.raises(error, match=wording):
        numpy_of(lambda *x: x[0] if x else w)(*given)


def test_unequal_lengths_are_named():
    """Arrays of one batch agree on its length, also deep in a structure."""
    fast = numpy_of(lambda x, y: x["a"] * y)
    with pytest.raises(ValueError, match=r"one length along their first axis, got 3, 2"):
        fast({"a": np.ones(3)}, np.ones(2))


def test_ragged_lists_are_refused():
    """Rows of several lengths are no array."""
    with pytest.raises(ValueError, match=r"inhomogeneous|length"):
        numpy_of(lambda x: x[0])([[1.0, 2.0], [3.0]])


def test_backward_of_several_results_is_refused():
    """A reverse pass starts at one number."""
    fast = numpy_of(lambda x: [x * w, x])
    with pytest.raises(TypeError, match=r"backward needs one result per sample, got 2; return their sum"):
        fast.backward(X)
    with (
        pytest.raises(TypeError, match=r"one result per sample, got 2"),
        fast.training(nn.SGD([w], lr=0.1)) as step,
    ):
        step(X)


@pytest.mark.parametrize(
    "returned", ["a string", None, object()], ids=lambda returned: type(returned).__name__
)
def test_results_that_are_no_numbers_are_refused(returned):
    """Values, numbers, structures of them; nothing else."""
    with pytest.raises(TraceError, match=rf"returns Values, numbers .*got {type(returned).__name__}"):
        numpy_of(lambda x: [x, returned])(X)


def test_derivatives_of_a_compiled_function_are_refused():
    """grad, hessian and jacobian of a compiled function: use the function itself."""
    fast = numpy_of(lambda x: x * x)
    with pytest.raises(TypeError, match=r"takes arrays, got Values .*grad"):
        autograd.grad(fast)([1.0, 2.0])
    with pytest.raises(TypeError, match=r"takes arrays, got Values"):
        autograd.hessian(fast)([1.0, 2.0])
    with pytest.raises(TypeError, match=r"takes arrays, got Values .* use the function itself"):
        autograd.jacobian(fast)([1.0, 2.0])


def test_wrong_options_are_named():
    """Backend, dtype, and what to compile."""
    with pytest.raises(ValueError, match=r"backend is 'auto' or 'numpy' or 'llvm' or 'jax', got 'torch'"):
        compile(branching, backend="torch")
    with pytest.raises(ValueError, match=r'dtype is "float64" or "float32", got \'float16\''):
        compile(branching, dtype="float16")
    with pytest.raises(TypeError, match=r"compile takes a function of one sample, got int"):
        compile(3)


def test_source_and_report_need_a_recording():
    """There is no program before the first batch."""
    fast = numpy_of(lambda x: x * w)
    with pytest.raises(RuntimeError, match=r"source needs a recording: call the compiled function once"):
        fast.source
    with pytest.raises(RuntimeError, match=r"report\(\) needs a recording"):
        fast.report()


def test_placeholders_that_escape_are_refused_in_another_recording():
    """A placeholder kept from one recording means nothing in the next."""
    kept = []

    def leaking(x):
        kept.append(x)
        return x * w

    numpy_of(leaking)(X)
    with pytest.raises(TraceError, match=r"using it in another recording"):
        numpy_of(lambda x: x * kept[0])(X)


def kept_from_a_recording():
    """An element of the sample, a result and a condition, from inside of a compiled function."""
    kept = []

    def keeping(x):
        kept[:] = [x, (w * x).tanh(), x > 0]
        return kept[1] * w

    fast = numpy_of(keeping)
    fast(X)
    return fast, kept


# fmt: off
USES = {
    "an operator":          lambda v, fast: v + 1,
    "beside a Value":       lambda v, fast: w * v,
    "a function":           lambda v, fast: autograd.exp(v),
    "numpy's function":     lambda v, fast: np.exp(v),
    "in an object array":   lambda v, fast: np.array([w, v]) * 2,
    "times an array":       lambda v, fast: np.ones(2) * v,
    "a comparison":         lambda v, fast: v < 1,
    "max":                  lambda v, fast: max(w, v),
    "truth":                lambda v, fast: bool(v),
    "sum":                  lambda v, fast: autograd.sum([w, v]),
    "dot":                  lambda v, fast: autograd.dot([w, 1.0], [v, v]),
    "matvec, as a weight":  lambda v, fast: autograd.matvec([[v, w]], [w, 1.0]),
    "matvec, as a sample":  lambda v, fast: autograd.matvec([[w, w]], [v, 1.0]),
    "softmax":              lambda v, fast: autograd.softmax([w, v]),
    "select":               lambda v, fast: autograd.select(0, [v, w]),
    "a model":              lambda v, fast: nn.MLP(2, [1], seed=0)([v, 1.0]),
    "data":                 lambda v, fast: v.data,
    "grad":                 lambda v, fast: v.grad,
    "assigning data":       lambda v, fast: setattr(v, "data", 1.0),
    "assigning grad":       lambda v, fast: setattr(v, "grad", 1.0),
    "backward":             lambda v, fast: v.backward(),
    "micrograd's backward": lambda v, fast: v._backward(),
    "detach":               lambda v, fast: v.detach(),
    "no_grad":              lambda v, fast: autograd.no_grad()(lambda: v * 2)(),
    "detect_anomaly":       lambda v, fast: autograd.detect_anomaly()(lambda: v * 2)(),
    "checkpoint":           lambda v, fast: autograd.checkpoint(lambda a: a * w, v),
    "closed over by it":    lambda v, fast: autograd.checkpoint(lambda a: a * v, w),
    "grad of it":           lambda v, fast: autograd.grad(lambda a: a * a)(v),
    "closed over by grad":  lambda v, fast: autograd.grad(lambda a: a * v)(1.0),
    "jvp":                  lambda v, fast: autograd.jvp(lambda a: a * w, (v,), (1.0,)),
    "a tangent":            lambda v, fast: autograd.jvp(lambda a: a * w, (w,), (v,)),
    "an argument":          lambda v, fast: fast([v]),
    "another recording":    lambda v, fast: numpy_of(lambda x: x * v)(X),
    "its result":           lambda v, fast: numpy_of(lambda x: [x, v])(X),
    "copy":                 lambda v, fast: copy.copy(v),
    "deepcopy":             lambda v, fast: copy.deepcopy([v]),
    "pickle":               lambda v, fast: pickle.dumps(v),
    "format":               lambda v, fast: f"{v:.2f}",
    "float":                lambda v, fast: float(v),
    "round":                lambda v, fast: round(v),
    "a drawing":            lambda v, fast: viz.draw_dot(v),
    "a formula":            lambda v, fast: viz.expression(v),
}
# fmt: on


@pytest.mark.parametrize("use", USES)
def test_a_value_of_a_recording_is_refused_outside_of_it(use):
    """Kept in an attribute or a list, and used later: a TraceError that says what to do, never a number."""
    fast, kept = kept_from_a_recording()
    for value in kept:
        with pytest.raises(TraceError, match=r"outside of the recording .* return it|in another recording"):
            USES[use](value, fast)


def test_a_value_of_a_recording_is_no_parameter():
    """What a module keeps of a recorded run is a result, as eagerly: not listed, stepped or saved."""

    class Net(nn.Module):
        def __init__(self):
            self.w = Value(2.0)

        def forward(self, x):
            self.hidden = (self.w * x).tanh()
            return self.hidden * 3.0

    net = Net()
    numpy_of(net)(X)
    assert net.parameters() == [net.w]
    assert repr(net.hidden) == "<traced <primitive tanh>>"
    with pytest.raises(ValueError, match="SGD steps leaves, got a result of tanh"):
        nn.SGD([net.hidden], lr=0.1).step()
    assert net(Value(1.0)).data == 3.0 * np.tanh(2.0)
    assert net.hidden.data == np.tanh(2.0)


def test_a_failed_recording_leaves_the_compiled_function_usable():
    """An error while recording one shape keeps other shapes, gradients and the recorder as they were."""
    w.zero_grad()
    fast = numpy_of(lambda x: autograd.sum(x) * w if len(x) < 3 else (x[0] if x[0] > 0 else w))
    fast(np.ones((2, 2)))
    with pytest.raises(TraceError):
        fast(np.ones((2, 3)))
    assert fast(np.ones((2, 2))).tolist() == [4.0, 4.0]
    assert w.grad == 0.0
    assert (w * 3.0).data == 6.0, "the eager engine records again"


def test_unhandled_errors_of_the_function_pass_through():
    """What f itself raises is not dressed up."""

    def failing(x):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        numpy_of(failing)(X)


# ---- check=True ----------------------------------------------------------------------------------


def test_check_raises_what_eager_raises_and_names_the_sample():
    """log of a negative number: the eager DomainError, with the sample's place in the batch."""
    fast = numpy_of(lambda x: autograd.log(x * w), check=True)
    with pytest.raises(DomainError, match="log needs x > 0") as caught:
        fast([1.0, 2.0, -3.0])
    assert any("sample 2" in note for note in caught.value.__notes__)


def test_check_passes_a_sound_function():
    """Where both agree, check changes nothing, gradients and random draws included."""
    w.zero_grad()
    checked, plain = (numpy_of(lambda x: (x * w).tanh(), check=check) for check in (True, False))
    assert checked(X).tolist() == plain(X).tolist()
    assert checked.backward(X) == plain.backward(X)
    drops = [nn.Dropout(0.5, seed=3) for _ in range(2)]
    a, b = (numpy_of(lambda x, drop=drop: drop(x), check=check) for drop, check in zip(drops, (True, False)))
    many = np.ones(50)
    assert a(many).tolist() == b(many).tolist()


def gpt_loss():
    gpt = nn.GPT(5, 4, 4, heads=1, seed=0)
    return lambda tokens: nn.cross_entropy(gpt(tokens[:2])[-1], tokens[2])


def test_check_hands_integers_to_the_function_as_integers():
    """Tokens are whole numbers in the eager run, too."""
    tokens = np.array([[0, 1, 2], [3, 4, 1]])
    loss = gpt_loss()
    assert numpy_of(loss, check=True)(tokens).tolist() == numpy_of(loss)(tokens).tolist()
    fast = numpy_of(loss)
    expected = fast(tokens).tolist()
    with autograd.detect_anomaly():
        assert fast(tokens).tolist() == expected


def test_check_finds_what_was_frozen():
    """A counter read while recording, and gone on since: program and function disagree."""
    count = [0]

    def impure(x):
        count[0] += 1
        return x * float(count[0])

    with pytest.raises(
        TraceError, match=r"disagrees with f in sample \d, result 0: .*frozen when it was recorded"
    ):
        numpy_of(impure, check=True)(X)


@pytest.mark.parametrize("backend", BACKENDS)
def test_check_names_our_own_fault_as_ours(backend, monkeypatch):
    """Where the recorded operations give f's number and the program another, f froze nothing."""
    kinds = {"numpy": "backend.Functions", "llvm": "backend.MachineCode", "jax": "backend.JaxFunctions"}
    results = f"autograd.compiler.backends.{backend}.{kinds[backend]}.results"
    monkeypatch.setattr(results, lambda self, p, x: np.full((1, 2), 7.0))
    fast = compile(lambda x: autograd.sum([w, x, x * x]), backend=backend, check=True)
    with pytest.raises(
        TraceError, match=rf"sample 0, result 0: .*the fault is seegrad's {backend} backend's, .*report it"
    ):
        fast(X)


def test_a_tape_is_evaluated_by_the_rules():
    """Numbers, parameters and inputs, one operation after another."""
    tape = Tape()
    number, parameter, sample = (
        tape.number(2.0),
        tape.add(Source("parameter", 1)),
        tape.add(Source("input", 0)),
    )
    product = tape.add(TABLE["mul"], (parameter, sample))
    tape.add(TABLE["sum"], (product, number, number))
    assert tape.evaluate([0.0, 3.0], [5.0]) == [2.0, 3.0, 5.0, 15.0, 19.0]


def test_detect_anomaly_reaches_into_compiled_functions():
    """Under detect_anomaly a batch is run eagerly, and the sample is named."""
    fast = numpy_of(lambda x: autograd.log(x * w))
    fast([1.0])
    with autograd.detect_anomaly(), pytest.raises((DomainError, autograd.AnomalyError)) as caught:
        fast([1.0, -3.0])
    assert any("sample 1" in note for note in caught.value.__notes__)


def test_a_function_without_results_is_named():
    """There is nothing to compute."""
    with pytest.raises(TraceError, match=r"returns a Value or a structure of them, got \[\]: no Value"):
        numpy_of(lambda x: [])(X)


def test_lists_of_several_lengths_are_named():
    """One shape in a batch."""
    with pytest.raises(
        ValueError, match=r"takes arrays, got lists of several lengths; give samples of one shape"
    ):
        numpy_of(lambda x: x[0])([[1.0, 2.0], [3.0]])
