"""Optimisers, schedules, penalties, and what is done to gradients."""

# ruff: noqa: E501

import warnings
from math import cos, inf, nan, pi

import numpy as np
import pytest

import nn
from autograd import Value, check_gradients, compile
from nn.optimizers import schedules
from tests.nn.helpers import numbers

# fmt: off
OPTIMIZERS = {
    "SGD":      (nn.SGD,     {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    "momentum": (nn.SGD,     {"momentum": 0.9, "weight_decay": 0.1}),
    "plain":    (nn.SGD,     {"weight_decay": 0.1}),
    "RMSProp":  (nn.RMSProp, {"decay": 0.9, "eps": 0.01, "weight_decay": 0.1}),
    "Adam":     (nn.Adam,    {"beta1": 0.8, "beta2": 0.9, "eps": 0.01, "weight_decay": 0.1}),
    "AdamW":    (nn.AdamW,   {"beta1": 0.8, "beta2": 0.9, "eps": 0.01, "weight_decay": 0.1}),
}
# fmt: on
EVERY = pytest.mark.parametrize("name", OPTIMIZERS)


def descended(make, options, steps=3, lr=0.1):
    """A parameter after some steps on w^2 / 2 + w."""
    w = Value(1.5)
    optimizer = make([w], lr=lr, **options)
    for _ in range(steps):
        optimizer.zero_grad()
        (0.5 * w * w + w).backward()
        optimizer.step()
    return w.data


@pytest.mark.parametrize(
    ("name", "option"), [(name, option) for name, (_, options) in OPTIMIZERS.items() for option in options]
)
def test_every_option_of_every_optimizer_changes_the_numbers(name, option):
    """Left at its default, it gives another end."""
    make, options = OPTIMIZERS[name]
    rest = {key: value for key, value in options.items() if key != option}
    if option == "momentum":
        rest.pop("nesterov", None)
    assert descended(make, options) != descended(make, rest)
    assert descended(make, options, lr=0.2) != descended(make, options)


@pytest.mark.parametrize("name", ["Adam", "AdamW"])
def test_betas_are_beta1_and_beta2(name):
    """PyTorch's word for both: the same options, saved alike, and the same steps, eagerly and compiled."""
    make, options = OPTIMIZERS[name]
    rest = {option: given for option, given in options.items() if not option.startswith("beta")}
    together = {"betas": (options["beta1"], options["beta2"]), **rest}
    assert repr(make([], lr=0.1, **together)) == repr(make([], lr=0.1, **options))
    assert make([], **together).state_dict() == make([], **options).state_dict()
    assert descended(make, together) == descended(make, options)
    ends = []
    for given in (together, options):
        w = Value(1.5)
        with compile(lambda x, w=w: 0.5 * w * w + w * x, backend="numpy").training(
            make([w], **given)
        ) as step:
            step.many(np.ones((3, 2)))
        ends.append(w.data)
    assert ends[0] == ends[1] != 1.5


@EVERY
def test_the_formula_reads_on_arrays_as_on_floats(name):
    """One update of a flat array of parameters is the update of each."""
    make, options = OPTIMIZERS[name]
    optimizer = make([], lr=0.1, **options)
    p, g = np.array(numbers(5)), np.array(numbers(5, 20))
    state = {entry: np.zeros(5) for entry in optimizer.entries}
    each = [(float(a), float(b), dict.fromkeys(optimizer.entries, 0.0)) for a, b in zip(p, g)]
    for step in (1, 2, 3):
        p, state = optimizer.update(p, g, state, 0.1, step)
        each = [
            (*optimizer.update(a, b, s, 0.1, step)[:1], b, optimizer.update(a, b, s, 0.1, step)[1])
            for a, b, s in each
        ]
    assert p.tolist() == pytest.approx([a for a, _, _ in each], rel=1e-15)
    for entry in optimizer.entries:
        assert state[entry].tolist() == pytest.approx([s[entry] for _, _, s in each], rel=1e-15)


@EVERY
def test_update_is_pure(name):
    """It gives a new state and leaves the one it was given; and it is marked so."""
    make, options = OPTIMIZERS[name]
    optimizer = make([], lr=0.1, **options)
    state = dict.fromkeys(optimizer.entries, 0.5)
    optimizer.update(1.0, 2.0, state, 0.1, 1)
    assert state == dict.fromkeys(optimizer.entries, 0.5)
    assert optimizer.is_pure


class InPlace(nn.SGD):
    """Overrides a pure update with one that changes the state it is given."""

    def update(self, parameter, gradient, state, lr, step):
        state["velocity"] = self.momentum * state["velocity"] + gradient
        return parameter - lr * state["velocity"], state


class Renamed(nn.SGD):
    """Overrides nothing."""


def test_what_overrides_a_pure_update_is_impure_until_it_says_otherwise():
    """It works on a copy of the state, so that a step is whole or not at all; what overrides nothing is pure."""
    optimizer = InPlace([Value(1.0), Value(1.0)], lr=0.1, momentum=0.5)
    assert not optimizer.is_pure
    assert Renamed([], lr=0.1).is_pure
    for parameter in optimizer.parameters:
        parameter.grad = 1.0
    before = optimizer.state[0]
    optimizer.step()
    assert before == {"velocity": 0.0}
    assert optimizer.state[0] == {"velocity": 1.0}


def test_the_schedule_is_asked_with_the_count_of_steps():
    """From 0; `lr` is the rate of the next step, and may be assigned."""
    asked = []
    w = Value(0.0)
    optimizer = nn.SGD([w], lr=lambda step: asked.append(step) or 1.0 / (step + 1))
    for _ in range(3):
        w.grad = 1.0
        optimizer.step()
    assert asked == [0, 1, 2]
    assert w.data == -(1.0 + 1.0 / 2 + 1.0 / 3)
    assert optimizer.lr == 0.25
    optimizer.lr = 0.5
    assert optimizer.lr == 0.5


# fmt: off
SCHEDULES = [
    (schedules.constant(0.3),                              lambda t: 0.3),
    (schedules.linear(1.0, 0.1, 10),                       lambda t: 1.0 - 0.9 * min(t, 10) / 10),
    (schedules.step(1.0, 4, factor=0.3),                   lambda t: 0.3 ** (t // 4)),
    (schedules.step(1.0, 4),                               lambda t: 0.1 ** (t // 4)),
    (schedules.exponential(2.0, 0.9),                      lambda t: 2.0 * 0.9 ** t),
    (schedules.cosine(1.0, 8, end=0.2),                    lambda t: 0.6 + 0.4 * cos(pi * min(t, 8) / 8)),
    (schedules.linear_warmup(0.5, 4),                      lambda t: 0.5 * min(t + 1, 4) / 4),
    (schedules.linear_warmup(schedules.cosine(1.0, 8), 4), lambda t: (t + 1) / 4 if t < 4 else 0.5 + 0.5 * cos(pi * min(t - 4, 8) / 8)),
    (schedules.join([0.5, schedules.exponential(1.0, 0.5), 0.1], [3, 6]), lambda t: 0.5 if t < 3 else 0.5 ** (t - 3) if t < 6 else 0.1),
]
# fmt: on


@pytest.mark.parametrize(("schedule", "formula"), SCHEDULES, ids=[repr(s) for s, _ in SCHEDULES])
def test_schedule_is_its_formula(schedule, formula):
    """At every step; and so after its way through a file."""
    again = schedules.from_data(schedules.as_data(schedule))
    assert again == schedule
    for step in range(15):
        assert schedule(step) == again(step) == pytest.approx(formula(step), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize(("schedule", "_"), SCHEDULES, ids=[s.name for s, _ in SCHEDULES])
def test_every_setting_of_every_schedule_changes_the_numbers(schedule, _):
    """Each setting, moved, gives other rates."""
    for setting, given in schedule.settings.items():
        if setting == "schedules":
            moved = [0.7, *given[1:]]
        elif setting == "boundaries":
            moved = [given[0] + 1, *given[1:]]
        else:
            moved = 0.9 if callable(given) else given + 1 if isinstance(given, int) else given * 0.7 + 0.01
        other = schedules.Schedule(schedule.name, {**schedule.settings, setting: moved})
        assert [other(t) for t in range(15)] != [schedule(t) for t in range(15)]


def test_clip_gradient_norm_scales_to_the_limit_and_keeps_the_direction():
    """And leaves what is shorter alone. Unreached parameters stay so."""
    a, b, c = Value(0.0), Value(0.0), Value(0.0)
    a.grad, b.grad = 3.0, -4.0
    assert nn.clip_gradient_norm([a, b, c], 10.0) == 5.0
    assert (a.grad, b.grad) == (3.0, -4.0)
    assert nn.clip_gradient_norm([a, b, c], 1.0) == 5.0
    assert (a.grad, b.grad) == pytest.approx((0.6, -0.8), rel=1e-15)
    assert not c.reached


@pytest.mark.parametrize("bad", [inf, nan])
def test_clip_gradient_norm_refuses_what_is_not_finite(bad):
    """A scaled NaN is a NaN: say so."""
    a = Value(0.0)
    a.grad = bad
    with pytest.raises(ArithmeticError, match=r"gradients of norm (inf|nan); detect_anomaly"):
        nn.clip_gradient_norm([a], 1.0)


def test_clip_gradient_value_keeps_each_between_the_limits():
    """On both sides."""
    ws = [Value(0.0) for _ in range(3)]
    for w, g in zip(ws, (-5.0, 0.5, 5.0)):
        w.grad = g
    nn.clip_gradient_value(ws, 1.0)
    assert [w.grad for w in ws] == [-1.0, 0.5, 1.0]


def test_gradient_noise_has_the_deviation_asked_for():
    """Mean 0, seeded."""
    ws = [Value(0.0) for _ in range(2000)]
    for w in ws:
        w.grad = 1.0
    nn.gradient_noise(ws, 0.5, seed=0)
    noise = np.array([w.grad for w in ws]) - 1.0
    assert abs(noise.mean()) < 0.05
    assert noise.std() == pytest.approx(0.5, abs=0.03)
    first = ws[0].grad
    ws[0].grad = 1.0
    nn.gradient_noise(ws[:1], 0.5, seed=0)
    assert ws[0].grad == first


def test_noise_leaves_a_saddle_point_where_plain_descent_stays():
    """x^2 - y^2 at (0, 0)."""

    def end(noise):
        w, source = [Value(0.0), Value(0.0)], np.random.default_rng(0)
        optimizer = nn.SGD(w, lr=0.1)
        for _ in range(30):
            optimizer.zero_grad()
            (w[0] * w[0] - w[1] * w[1]).backward()
            nn.gradient_noise(w, noise, source)
            optimizer.step()
        return abs(w[1].data)

    assert end(0.0) == 0.0
    assert end(0.01) > 0.01


def test_penalties_are_their_formulas():
    """strength times the sum of squares, in one dot, or of absolute values."""
    values = numbers(4)
    assert nn.l2_penalty([Value(v) for v in values], 0.3).data == pytest.approx(
        0.3 * sum(v * v for v in values)
    )
    assert nn.l1_penalty([Value(v) for v in values], 0.3).data == pytest.approx(0.3 * sum(map(abs, values)))
    assert check_gradients(lambda w: nn.l2_penalty(w, 0.3) + nn.l1_penalty(w, 0.2), values)


def test_weight_decay_of_sgd_is_the_gradient_of_the_l2_penalty():
    """weight_decay / 2 times the sum of squares."""

    def end(decay, penalty):
        w = Value(1.5)
        optimizer = nn.SGD([w], lr=0.1, weight_decay=decay)
        for _ in range(5):
            optimizer.zero_grad()
            (w.sin() + nn.l2_penalty([w], penalty)).backward()
            optimizer.step()
        return w.data

    assert end(0.2, 0.0) == pytest.approx(end(0.0, 0.1), rel=1e-14)


def stepped(optimizer, loss=None):
    if loss is not None:
        loss.backward()
    optimizer.step()


def test_a_second_step_on_the_same_gradients_warns_once():
    """Nothing zeroed, no pass since."""
    w = Value(1.0)
    optimizer = nn.SGD([w], lr=0.1)
    stepped(optimizer, w * w)
    with pytest.warns(nn.TrainingWarning, match="no backward pass since, and none zeroed; call zero_grad"):
        stepped(optimizer)
    stepped(optimizer)


def test_steps_with_equal_gradients_of_new_passes_do_not_warn():
    """The gradient of a line is the same each time; accumulating is legal too."""
    w = Value(1.0)
    optimizer = nn.SGD([w], lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        stepped(optimizer, 3.0 * w)
    stepped(optimizer, 3.0 * w)
    w.grad = 3.0
    stepped(optimizer)


def test_an_optimizer_that_no_pass_has_reached_warns_once():
    """As when the loss was computed with another model."""
    optimizer = nn.Adam(nn.MLP(2, [1]).parameters())
    with pytest.warns(
        nn.TrainingWarning, match="no parameter of this optimiser has a gradient: call loss.backward"
    ):
        optimizer.step()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.step()


@pytest.mark.parametrize("kind", [nn.RMSProp, nn.Adam, nn.AdamW])
def test_a_square_beyond_floats_that_stops_a_parameter_warns_once(kind):
    """An infinite mean of squares stays infinite, and every later step of that parameter is 0."""
    w, other = Value(1.0), Value(1.0)
    optimizer = kind([w, other], lr=0.1)
    w.grad, other.grad = 1e200, 1.0
    with pytest.warns(
        nn.TrainingWarning, match=r"mean_square of a parameter is infinite.*clip_gradient_norm"
    ):
        optimizer.step()
    w.grad, other.grad = 1.0, 1.0
    optimizer.step()
    assert optimizer.state[0]["mean_square"] == float("inf") > optimizer.state[1]["mean_square"]


@pytest.mark.parametrize("kind", [nn.RMSProp, nn.Adam, nn.AdamW])
def test_an_infinite_gradient_speaks_for_itself(kind):
    """The parameter is NaN, which a loss shows: no warning of one that stands still."""
    w = Value(1.0)
    optimizer = kind([w], lr=0.1)
    w.grad = float("inf")
    optimizer.step()
    assert w.data != w.data


# fmt: off
WRONG = [
    (lambda: nn.SGD([Value(1.0)], lr=-1.0),                            ValueError, "SGD needs lr of at least 0, got -1.0"),
    (lambda: nn.SGD([Value(1.0)], lr="fast"),                          TypeError,  "SGD needs a number for lr, got 'fast'"),
    (lambda: nn.SGD([Value(1.0)], lr=nan),                             ValueError, "got nan"),
    (lambda: nn.SGD([Value(1.0)], lr=float("inf")),                    ValueError, "SGD needs a finite lr, got inf"),
    (lambda: setattr(nn.SGD([Value(1.0)], lr=0.1), "lr", -1.0),        ValueError, "SGD needs lr of at least 0, got -1.0"),
    (lambda: setattr(nn.SGD([Value(1.0)], lr=0.1), "momentum", "up"),  TypeError,  "SGD needs a number for momentum, got 'up'"),
    (lambda: setattr(nn.Adam([Value(1.0)]), "beta2", 1.0),             ValueError, "Adam needs beta2 below 1, got 1: nothing would be learned"),
    (lambda: setattr(nn.SGD([Value(1.0)], lr=0.1), "state", []),       ValueError, "SGD has 1 parameters, got 0 states"),
    (lambda: nn.SGD([Value(1.0)], 0.1, momentum=0.9, nesterov="yes"),  TypeError,  "SGD needs True or False for nesterov, got 'yes'"),
    (lambda: nn.SGD([Value(1.0)], 0.1, weight_decay=float("inf")),     ValueError, "SGD needs a finite weight_decay, got inf"),
    (lambda: nn.RMSProp([Value(1.0)], decay=1.0),                      ValueError, "RMSProp needs decay below 1, got 1: nothing would be learned"),
    (lambda: nn.RMSProp([Value(1.0)], eps=0.0),                        ValueError, "RMSProp needs eps above 0, got 0.0"),
    (lambda: nn.Adam([Value(1.0)], eps=0),                             ValueError, "Adam needs eps above 0, got 0"),
    (lambda: nn.AdamW([Value(1.0)], eps=-1e-8),                        ValueError, "AdamW needs eps of at least 0, got -1e-08"),
    (lambda: nn.SGD([Value(1.0)], lr=0.1, momentum=2.0),               ValueError, "momentum from 0 to 1, got 2.0"),
    (lambda: nn.SGD([Value(1.0)], lr=0.1, nesterov=True),              ValueError, "nesterov=True needs a momentum above 0"),
    (lambda: nn.Adam([Value(1.0)], betas=(0.9, 1.5)),                  ValueError, "Adam needs beta2 from 0 to 1, got 1.5"),
    (lambda: nn.AdamW([Value(1.0)], betas=(1.0, 0.9)),                 ValueError, "AdamW needs beta1 below 1, got 1"),
    (lambda: nn.AdamW([Value(1.0)], betas=(nan, 0.9)),                 ValueError, "AdamW needs beta1 from 0 to 1, got nan"),
    (lambda: nn.Adam([Value(1.0)], 0.1, (0.9, 0.99)),                  TypeError,  "Adam needs a number for beta1, got .0.9, 0.99.; for both write betas=.0.9, 0.99."),
    (lambda: nn.Adam([Value(1.0)], betas=(0.9,)),                      TypeError,  "Adam needs two numbers for betas, as .0.9, 0.999., got .0.9,."),
    (lambda: nn.Adam([Value(1.0)], betas=0.9),                         TypeError,  "Adam needs two numbers for betas, as .0.9, 0.999., got 0.9"),
    (lambda: nn.Adam([Value(1.0)], betas=("0.9", 0.9)),                TypeError,  "Adam needs a number for beta1, got '0.9'"),
    (lambda: nn.AdamW([Value(1.0)], beta1=0.8, betas=(0.9, 0.99)),     TypeError,  "AdamW takes betas or beta1 and beta2, not both, got betas=.0.9, 0.99., beta1=0.8 and beta2=0.999"),
    (lambda: nn.Adam([Value(1.0)], beta1=1.0),                         ValueError, "Adam needs beta1 below 1, got 1"),
    (lambda: nn.SGD(nn.MLP(2, [1]), lr=0.1),                           TypeError,  r"SGD takes parameters, got a MLP; give its \.parameters\(\)"),
    (lambda: nn.SGD([1.0], lr=0.1),                                    TypeError,  "SGD takes Values as parameters, got float"),
    (lambda: nn.SGD([Value(1.0) * 2.0], lr=0.1),                       ValueError, r"SGD steps leaves, got a result of mul"),
    (lambda: schedules.cosine(1.0, 0),                                 ValueError, "cosine needs steps of at least 1, got 0"),
    (lambda: schedules.step(1.0, 2.5),                                 TypeError,  "step needs a whole number for every, got 2.5"),
    (lambda: schedules.exponential(-1.0, 0.5),                         ValueError, "exponential needs lr of at least 0"),
    (lambda: schedules.join([1.0, 2.0, 3.0], [5, 5]),                  ValueError, r"join needs rising boundaries, got \[5, 5\]"),
    (lambda: schedules.join([1.0, 2.0], [5, 6]),                       ValueError, "join needs one boundary fewer than schedules, got 2 and 2"),
    (lambda: nn.l2_penalty([Value(1.0)], -1.0),                        ValueError, "l2_penalty needs strength of at least 0"),
    (lambda: nn.l2_penalty(nn.MLP(2, [1]), 0.1),                       TypeError,  r"l2_penalty takes parameters, got a MLP; give its \.parameters\(\)"),
    (lambda: nn.l1_penalty(nn.MLP(2, [1]), 0.1),                       TypeError,  r"l1_penalty takes parameters, got a MLP; give its \.parameters\(\)"),
    (lambda: nn.clip_gradient_norm(nn.MLP(2, [1]), 0.1),               TypeError,  r"clip_gradient_norm takes parameters, got a MLP"),
    (lambda: nn.clip_gradient_value([Value(1.0)], -1.0),               ValueError, "clip_gradient_value needs limit of at least 0"),
    (lambda: nn.gradient_noise([Value(1.0)], -1.0),                    ValueError, "gradient_noise needs deviation of at least 0"),
    (lambda: nn.Optimizer([Value(1.0)], 0.1).update(1.0, 1.0, {}, 0.1, 1), NotImplementedError, "Optimizer has no update formula"),
]
# fmt: on


@pytest.mark.parametrize(("action", "kind", "message"), WRONG)
def test_wrong_settings_say_what_is_allowed(action, kind, message):
    """In words."""
    with pytest.raises(kind, match=message):
        action()


class Failing(nn.Optimizer):
    """Adds 1 to each parameter and to its count, in place; refuses whatever reaches 3."""

    entries = ("count",)

    def update(self, parameter, gradient, state, lr, step):
        state["count"] += 1.0
        if parameter + 1.0 >= 3.0:
            raise ZeroDivisionError("three")
        return parameter + 1.0, state


def test_a_step_is_whole_or_not_at_all():
    """An error at the third parameter leaves data, states and the count; a step may then be tried again."""
    parameters = [Value(0.0), Value(0.5), Value(2.0)]
    optimizer = Failing(parameters, lr=0.1)
    for parameter in parameters:
        parameter.grad = 1.0
    before = optimizer.state_dict()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError, match="three"):
            optimizer.step()
        assert [p.data for p in parameters] == [0.0, 0.5, 2.0]
        assert optimizer.state_dict() == before
    parameters[2].data = 0.0
    optimizer.step()
    assert [p.data for p in parameters] == [1.0, 1.5, 1.0]
    assert (optimizer.steps, optimizer.state) == (1, [{"count": 1.0}] * 3)


class Interrupting(Value):
    """A Value whose second assignment is interrupted."""

    @property
    def data(self):
        return self._data

    @data.setter
    def data(self, data):
        self.assigned = getattr(self, "assigned", 0) + 1
        if self.assigned == 1:
            raise KeyboardInterrupt
        self._data = data


def test_ctrl_c_within_a_step_takes_it_back():
    """What had moved already is where it was."""
    parameters = [Value(1.0), Interrupting(1.0)]
    optimizer = nn.SGD(parameters, lr=0.1, momentum=0.9)
    for parameter in parameters:
        parameter.grad = 1.0
    with pytest.raises(KeyboardInterrupt):
        optimizer.step()
    assert [p.data for p in parameters] == [1.0, 1.0]
    assert (optimizer.steps, optimizer.state) == (0, [{"velocity": 0.0}] * 2)


class Counting(nn.SGD):
    """An optimiser that is interrupted when it has counted a step."""

    def __setattr__(self, name, given):
        super().__setattr__(name, given)
        if (name, given) == ("_steps", 1):
            raise KeyboardInterrupt


def test_ctrl_c_at_the_end_of_a_step_takes_its_count_back():
    """Count and data are those of the same step."""
    w = Value(1.0)
    w.grad = 1.0
    optimizer = Counting([w], lr=0.1)
    with pytest.raises(KeyboardInterrupt):
        optimizer.step()
    assert (w.data, optimizer.steps) == (1.0, 0)


def test_momentum_that_comes_later_begins_with_a_velocity_of_0():
    """And one that goes takes the velocity with it, also from the saved state."""
    w = Value(1.0)
    optimizer = nn.SGD([w], lr=0.1)
    for momentum, data in ((0.0, 0.9), (0.5, 0.8), (0.5, 0.65), (0.0, 0.55), (0.5, 0.45)):
        optimizer.momentum = momentum
        w.grad = float("1")
        optimizer.step()
        assert w.data == pytest.approx(data)
        assert list(optimizer.state[0]) == ["velocity"] * (momentum > 0)
        nn.SGD([Value(0.0)], lr=0.1, momentum=momentum).load_state_dict(optimizer.state_dict())


def test_the_list_of_parameters_may_change():
    """Those that stay keep their state, new ones begin with 0, and one given twice is stepped once."""
    a, b, c = (Value(1.0) for _ in range(3))
    optimizer = nn.SGD([a, b, a], lr=0.1, momentum=0.5)
    for change in (lambda p: None, lambda p: p.append(c), lambda p: p.extend([c, b]), lambda p: p.remove(a)):
        change(optimizer.parameters)
        for value in (a, b, c):
            value.grad = float("1")
        optimizer.step()
    assert [optimizer.parameters, len(optimizer.state)] == [[b, c], 2]
    assert [v.data for v in (a, b, c)] == pytest.approx([0.575, 0.3875, 0.575])
    optimizer.parameters = [c, a]
    assert [state["velocity"] for state in optimizer.state] == pytest.approx([1.75, 0.0])


@pytest.mark.parametrize(
    ("answer", "kind"), [(nan, ValueError), (-0.1, ValueError), (float("inf"), ValueError), (None, TypeError), ("x", TypeError)]
)  # fmt: skip
def test_a_schedule_that_gives_nonsense_is_named_and_nothing_moves(answer, kind):
    """With what it gave, and for which step; by hand, and in a block."""

    def schedule(step):
        return 0.1 if step < 2 else answer

    w = Value(1.0)
    optimizer = nn.SGD([w], lr=schedule)
    fast = compile(lambda x: w * x, backend="numpy")
    message = (
        r"a learning rate is a finite number of at least 0, got .* for step 2 from the schedule <function"
    )
    with fast.training(optimizer) as step:
        step([1.0]), step([1.0])
        with pytest.raises(kind, match=message):
            step([1.0])
    with pytest.raises(kind, match=message):
        optimizer.step()
    assert (w.data, optimizer.steps) == (pytest.approx(0.8), 2)


class Peeking(nn.SGD):
    """A formula that overrides a pure one."""

    def update(self, parameter, gradient, state, lr, step):
        return super().update(parameter, gradient, state, lr, step)


KNOWN = nn.linear_warmup(nn.exponential(0.5, 0.5), steps=2)


@pytest.mark.parametrize(
    ("make", "lr", "expected"),
    [
        (nn.SGD, 0.5, [0.5, 0.5, 0.5]),
        (nn.SGD, 1, [1.0, 1.0, 1.0]),
        (nn.SGD, KNOWN, [KNOWN(2), KNOWN(3), KNOWN(4)]),
        (nn.SGD, lambda step: 0.1 * step, [0.2]),
        (nn.SGD, nn.linear_warmup(lambda step: 0.1 * step, steps=1), [0.1]),
        (nn.SGD, nn.join([0.5, lambda step: 0.1], [9]), [0.5]),
        (nn.SGD, nn.exponential(1e300, 1e3), [1e306]),
        (Peeking, 0.5, [0.5]),
    ],
)
def test_rates_are_told_ahead_as_far_as_nothing_can_change_them(make, lr, expected):
    """Not beyond a function of the user's, nor to a rate that is refused."""
    optimizer = make([Value(1.0)], lr=lr)
    optimizer.steps = 2
    assert optimizer.rates(3) == pytest.approx(expected)
