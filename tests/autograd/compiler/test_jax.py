"""The JAX backend: what is its own beside the laws that all backends keep."""

# ruff: noqa: E501 (a table)

import re

import jax
import numpy as np
import pytest

import autograd
import nn
from autograd import Value, compile
from autograd.compiler.arguments import Arguments
from autograd.compiler.backends.jax import views
from tests.autograd.compiler.interrupting import interrupted_after
from tests.autograd.compiler.reference import assert_close

pytestmark = pytest.mark.slow

# fmt: off
ROWS = {
    "one":                   np.array([7]),
    "a slice":               np.arange(3, 9),
    "strides":               np.arange(1, 17, 5),
    "strides to the end":    np.arange(3, 18, 4),
    "a grid":                np.arange(2, 14).reshape(3, 4),
    "columns of a grid":     np.arange(12).reshape(3, 4).T,
    "a block":               (1 + 5 * np.arange(3)[:, None] + np.arange(2)),
    "a block of a block":    (9 * np.arange(2)[:, None, None] + 3 * np.arange(3)[:, None] + np.arange(2)),
    "the same again":        np.full((2, 3), 4),
    "rows again and again":  np.tile(np.arange(4), (3, 1)),
    "each row three times":  np.arange(4).repeat(3),
    "a block twice":         np.tile(np.arange(12).reshape(3, 4), 2),
    "some rows in turn":     np.stack([np.arange(1, 4), np.arange(6, 9)]).repeat(2, 1),
    "columns in turn":       np.tile(np.arange(12).reshape(3, 4).T.ravel(), 2),
    "backwards":             np.arange(9, 2, -1),
    "far apart":             np.array([70, 1, 3, 0, 75, 3, 72, 117]),
    "at random":             np.random.default_rng(0).permutation(18),
    "some often":            np.array([5, 5, 5, 5, 5, 2, 9, 9, 2, 0]),
    "a matrix at random":    np.random.default_rng(1).integers(0, 18, (4, 5)),
}
# fmt: on


def parts_added(rows):
    """The function from the cotangents of entries to what they add to those of the rows, in parts."""
    return lambda cotangent: [part.cotangent for part in views.transposed(rows, cotangent)]


@pytest.mark.parametrize("name", ROWS)
def test_reading_and_its_transpose_are_those_of_an_index(name):
    """Whatever the rows are a view of: what `array[rows]` reads, and what `np.add.at` adds."""
    rows, drawn = ROWS[name], np.random.default_rng(2)
    size = max(18, int(rows.max()) + 1)
    array, cotangent = drawn.normal(size=(size, 2)), drawn.normal(size=(*rows.shape, 2))
    expected = np.zeros((size, 2))
    np.add.at(expected, rows, cotangent)
    with jax.enable_x64(True):
        found = jax.jit(lambda array: views.read(array, rows))(array)
        added = jax.jit(lambda d: views.added_up(views.transposed(rows, d), size, 2, d.dtype))(cotangent)
        text = jax.jit(parts_added(rows)).lower(cotangent).as_text()
    assert np.array_equal(found, array[rows])
    assert_close(added, expected, 1e-15)
    assert "scatter" not in text


@pytest.mark.parametrize("name", ROWS)
def test_rows_that_lie_in_a_grid_are_read_and_added_to_without_an_index(name):
    """However often they come, and in whatever order of the axes: by slices, reshapes and sums."""
    rows = ROWS[name]
    with jax.enable_x64(True):
        read = jax.jit(lambda array: views.read(array, rows)).lower(np.zeros((rows.max() + 1, 2))).as_text()
        added = jax.jit(parts_added(rows)).lower(np.zeros((*rows.shape, 2))).as_text()
    irregular = name in ("backwards", "far apart", "at random", "some often", "a matrix at random")
    assert ["gather" in text for text in (read, added)] == [irregular] * 2


def test_rows_between_which_none_is_read_for_long_are_added_to_by_themselves():
    """No zeros are gathered for what lies between."""
    rows = ROWS["far apart"]
    parts = jax.eval_shape(parts_added(rows), np.zeros((*rows.shape, 2)))
    assert [len(part) for part in parts] == [4, 6, 1]


def test_a_float32_program_has_no_array_of_float64():
    """Values and cotangents are of its type; only single numbers, as the count of steps, are longer."""
    from autograd.compiler.backends.jax.functions import results_and_gradient
    from tests.autograd.compiler.test_special_values import ROWS, size

    w = [[Value(0.4 + 0.1 * at) for at in range(size(row))] for row in ROWS]

    def loss(x):
        given = [row(*row.arrange([p + x for p in own])) for row, own in zip(ROWS, w)]
        return autograd.sum([*given, autograd.clamp(w[0][0] * x, 0.1, 0.2), 2.0 ** (w[0][0] + x)])

    fast = compile(loss, backend="jax", dtype="float32")
    fast.backward(np.array([0.0, 0.2]))
    program = fast.latest().program
    with jax.enable_x64(True):
        given = np.zeros(program.parameters, np.float32), np.zeros((program.inputs, 2), np.float32)
        found = jax.make_jaxpr(lambda p, x: results_and_gradient(program, p, x))(*given)
    arrays = [variable.aval for equation in found.eqns for variable in equation.outvars]
    assert len(arrays) > 300
    assert {str(array) for array in arrays if array.dtype == np.float64 and array.size > 1} == set()


def test_matrices_are_multiplied_in_the_programs_type():
    """All products of matrices, forward and in reverse, are asked for in full precision, on any device."""
    from autograd.compiler.backends.jax.functions import results_and_gradient

    _, fast, _ = moons_block("float32", sizes=[16, 16, 1])
    fast(X, Y)
    program = fast.latest().program
    given = np.zeros(program.parameters, np.float32), np.zeros((program.inputs, 2), np.float32)
    text = jax.jit(lambda p, x: results_and_gradient(program, p, x)).lower(*given).as_text()
    products = [line for line in text.splitlines() if "dot_general" in line]
    assert len(products) >= 5
    assert all("precision = [HIGHEST, HIGHEST]" in line for line in products)


def moons_block(dtype="float64", sizes=(4, 1)):
    """A model, its loss compiled, and a training block."""
    model = nn.MLP(2, [*sizes], activation="tanh", seed=0)
    fast = compile(lambda x, y: (model(x) - y) ** 2, backend="jax", dtype=dtype)
    return model, fast, nn.Adam(model.parameters(), lr=0.05)


DRAWN = np.random.default_rng(0)
X, Y = DRAWN.normal(size=(12, 2)), DRAWN.choice([-1.0, 1.0], size=12)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_jax_is_left_as_it_was(dtype):
    """Programs of either type run whatever JAX's switch for 64 bits says, and leave it alone."""
    before = jax.config.jax_enable_x64
    for switch in (False, True):
        _, fast, optimizer = moons_block(dtype)
        with jax.enable_x64(switch):
            assert fast(X, Y).dtype == dtype
            with fast.training(optimizer) as step:
                step(X, Y)
            assert jax.numpy.ones(1, float).dtype == (np.float64 if switch else np.float32)
    assert jax.config.jax_enable_x64 == before


@pytest.mark.parametrize("call", ["step", "many", "over"])
def test_the_same_seed_gives_the_same_bits_run_after_run(call):
    """Losses and parameters on one device, with dropout drawn in eager's order."""
    ends = []
    for _ in range(2):
        model, drop = nn.MLP(2, [4, 1], activation="tanh", seed=0), nn.Dropout(0.4, seed=1)
        fast = compile(lambda x, y, m=model, d=drop: (m([d(e) for e in x]) - y) ** 2, backend="jax")
        with fast.training(nn.Adam(model.parameters(), lr=0.05)) as step:
            if call == "step":
                losses = [step(X, Y) for _ in range(5)]
            elif call == "many":
                losses = list(step.many(X[None].repeat(5, 0), Y[None].repeat(5, 0)))
            else:
                losses = list(step.over(X, Y, np.arange(60).reshape(5, 12) % 12))
        ends.append((losses, [p.data for p in model.parameters()]))
    assert ends[0] == ends[1]


def test_arrays_on_a_device_stay_there(monkeypatch):
    """They train as numpy arrays do, to the bit, and are not brought back to be sent again."""
    from autograd.compiler.backends.jax import inputs, trainer

    ends, sent = [], []
    monkeypatch.setattr(trainer, "typed", lambda *given: sent.append(given[0]) or inputs.typed(*given))
    for put, kind in ((np.asarray, np.ndarray), (jax.numpy.asarray, jax.Array)):
        model, fast, optimizer = moons_block()
        with jax.enable_x64(True):
            data = put(X), put(Y)
        del sent[:]
        with fast.training(optimizer) as step:
            losses = [step(*data), *step.over(*data, [[0, 1, 2], [5, 4, 3]])]
            losses += list(step.many(*[array.reshape(4, 3, *array.shape[1:]) for array in data]))
        assert len(sent) == 6
        assert all(isinstance(array, kind) for array in sent)
        ends.append((losses, [p.data for p in model.parameters()]))
    assert ends[0] == ends[1]


def test_steps_on_arrays_of_a_device_are_prepared_once(monkeypatch):
    """As those on numpy arrays: their arguments are not looked through again, nor all of the parameters."""
    from autograd.compiler import training_block

    seen = []
    monkeypatch.setattr(training_block, "Arguments", lambda *given: seen.append(given) or Arguments(*given))
    for put in (np.asarray, jax.numpy.asarray):
        _, fast, optimizer = moons_block()
        with fast.training(optimizer) as step:
            data = put(X), put(Y)
            step(*data)
            del seen[:]
            step(*data)
        assert seen == []


def test_a_loop_on_the_device_knows_its_length():
    """So that an accelerator asks the host at no step whether to go on; a step by itself is no loop at all."""
    _, fast, optimizer = moons_block()
    with fast.training(optimizer) as step:
        step(X, Y)
        step.over(X, Y, [[0, 1, 2], [5, 4, 3]])
        step.over(X, Y, [[0, 1, 2]] * 3)
        ready = step.state.prepared.values()
        single, *loops = [compiled.as_text() for each in ready for compiled in each.stepper.compiled]
    assert " while(" not in single
    lengths = [re.findall(r' while\(.*"known_trip_count":{"n":"(\d+)"}', text) for text in loops]
    assert lengths == [["2"], ["3"]]


def test_loops_of_many_lengths_are_few(monkeypatch):
    """The first lengths have loops of their own; others are taken as powers of two, and no step is lost."""
    from autograd.compiler.backends.jax import trainer

    monkeypatch.setattr(trainer, "LENGTHS_OF_THEIR_OWN", 2)
    w, other = Value(1.0), Value(1.0)
    block = compile(lambda x: (w - x) ** 2, backend="jax").training(nn.SGD([w], lr=0.1))
    with block as step, compile(lambda x: (other - x) ** 2).training(nn.SGD([other], lr=0.1)) as single:
        for count in (5, 7, 3, 6, 5, 7, 2, 10, 11, 12):
            losses = step.over(X[:, 0], np.arange(count)[:, None])
            assert_close(losses, [single(X[at : at + 1, 0]) for at in range(count)])
        (ready,) = step.state.prepared.values()
    assert_close(w.data, other.data)
    assert len(ready.stepper.compiled) == len({5, 7, 1, 2, 4, 8})


def test_the_report_says_on_which_devices():
    """How many, and of what kind."""
    _, fast, _ = moons_block()
    fast(X, Y)
    kind = jax.devices()[0].device_kind
    assert fast.report().splitlines()[-1] == f"backend                         jax  on 1 device: {kind}"


def test_ctrl_c_at_any_moment_leaves_whole_steps():
    """The numbers that a step has taken over are never lost: it is done, or it is not."""
    from autograd.compiler.backends.jax import devices, inputs, trainer

    w = Value(1.0)
    fast = compile(lambda x: w * x, backend="jax")
    with fast.training(nn.SGD([w], lr=1.0)) as step:
        step(np.ones(2))
        step.many(np.ones((2, 2)))
        before, lines, interrupted = w.data, 0, True
        while interrupted:
            interrupted = interrupted_after(
                lines, (devices, inputs, trainer), lambda: step.many(np.ones((2, 2)))
            )
            lines, taken = lines + 1, before - w.data
            assert taken in ((0.0, 2.0) if interrupted else (2.0,)), f"after {lines} lines"
            before = w.data
    assert lines > 30


def test_another_optimiser_of_the_users_own_runs_beside():
    """A formula that JAX cannot trace is computed in this process, on gradients of the device."""

    class Own(nn.Optimizer):
        def update(self, parameter, gradient, state, lr, step):
            return parameter - lr * np.sign(gradient), state

    model, fast, _ = moons_block()
    before = [p.data for p in model.parameters()]
    with fast.training(Own(model.parameters(), lr=0.25)) as step:
        step(X, Y)
        step.over(X, Y, [[0, 1], [2, 3]])
    moves = [abs(p.data - old) / 0.25 for p, old in zip(model.parameters(), before)]
    assert {round(move, 12) for move in moves} <= {1.0, 3.0}
    with (
        pytest.raises(TypeError, match=r"devices run an update that is pure .* and that of Own is not"),
        fast.training(Own(model.parameters(), lr=0.25), devices="all"),
    ):
        pass


@pytest.mark.parametrize("option", [{"devices": "all"}, {"shard": True}])
@pytest.mark.parametrize("backend", ["numpy", "auto"])
def test_devices_are_those_of_jax_alone(backend, option):
    """Another backend says so."""
    w = Value(1.0)
    fast = compile(lambda x: w * x, backend=backend)
    with (
        pytest.raises(ValueError, match=r'devices= and shard= are for compile\(f, backend="jax"\)'),
        fast.training(nn.SGD([w], lr=0.1), **option),
    ):
        pass


# fmt: off
REFUSED = {
    "text":    (lambda: "gpu",                 TypeError,  r"devices is None, \"all\" or a list of JAX's devices, got"),
    "none":    (list,                    TypeError,  r"devices is None, \"all\" or a list"),
    "numbers": (lambda: [0, 1],                TypeError,  r"devices lists JAX's devices, as jax.devices\(\)\[:2\], got"),
    "twice":   (lambda: jax.devices()[:1] * 2, ValueError, r"devices lists each device once"),
}
# fmt: on


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_device_is_refused(name):
    """By name, before anything is trained."""
    given, error, wording = REFUSED[name]
    _, fast, optimizer = moons_block()
    with pytest.raises(error, match=wording), fast.training(optimizer, devices=given()):
        pass
