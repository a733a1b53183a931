"""Optimisers' formulas as JavaScript: as texts, and run in a page beside training blocks."""

import numpy as np
import pytest

import nn
from autograd import Value, compile
from autograd.compiler.arguments import Arguments
from autograd.compiler.backends.javascript.text import javascript_program
from autograd.compiler.backends.javascript.updates import javascript_update
from nn.optimizers.optimizer import pure
from tests.autograd.compiler.javascript.running import as_json, differs, evaluated, from_json

TRAIN = """({ p, inputs, steps, rates, options }) => {
  const read = numbers => Float64Array.from(numbers, Number);
  return makers.map(([compiled, optimizer], at) => {
    const parameters = read(p), gradient = new Float64Array(p.length);
    const net = compiled(inputs.length / 3, parameters, gradient);
    const optimiser = optimizer(parameters, gradient);
    Object.assign(optimiser.options, options[at]);
    net.inputs.set(read(inputs));
    const run = () => {
      parameters.set(read(p));
      for (let step = 0; step < steps; step++) {
        net.forward();
        net.reverse();
        optimiser.step(rates[at]);
      }
      return Array.from(parameters);
    };
    const first = run();
    optimiser.reset();
    return [first, run()];
  });
}"""


class Sign(nn.Optimizer):
    """A formula of a user's own: the sign of a mean, softened; its state is called like a keyword."""

    entries = ("new", "<!-- 1")
    options = ("slope",)
    slope = 30.0

    @pure
    def update(self, parameter, gradient, state, lr, step):
        mean = 0.5 * state["new"] + 0.5 * gradient
        sign = self.slope * mean / (1.0 + abs(self.slope * mean))
        return parameter - lr * sign / step**0.1, {"new": mean, "<!-- 1": state["<!-- 1"] + 1.0}


class Branching(nn.Optimizer):
    def update(self, parameter, gradient, state, lr, step):
        return parameter - lr * (1.0 if gradient > 0.0 else -1.0), state


# fmt: off
METHODS = {
    "SGD":                  lambda p: nn.SGD(p, lr=0.1),
    "SGD, momentum":        lambda p: nn.SGD(p, lr=0.1, momentum=0.9),
    "SGD, Nesterov, decay": lambda p: nn.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-3),
    "RMSProp":              lambda p: nn.RMSProp(p, lr=0.01),
    "Adam":                 lambda p: nn.Adam(p, lr=0.01),
    "Adam, decay":          lambda p: nn.Adam(p, lr=0.01, weight_decay=1e-2),
    "AdamW":                lambda p: nn.AdamW(p, lr=0.01, weight_decay=0.1),
    "a user's own":         lambda p: Sign(p, lr=0.01),
}
# fmt: on


def parameters():
    return [Value(1.0), Value(-2.0), Value(3.0)]


def moons(frozen=False):
    """The moons' model, compiled, and its data."""
    X, y = nn.make_moons(100, noise=0.1, seed=0)
    model = nn.MLP(2, [16, 16, 1], seed=0)
    if frozen:
        model.layers[1].freeze()
    fast = compile(lambda x, target: nn.hinge(model(x), target), backend="numpy")
    fast(X, 2.0 * y - 1.0)
    return model, fast, (X, 2.0 * y - 1.0)


@pytest.mark.parametrize("name", METHODS)
def test_the_same_formula_has_the_same_text(name):
    """Twice from two optimisers: the same bytes, and no step of it is a reduction."""
    texts = []
    for _ in range(2):
        listed = parameters()
        texts.append(javascript_update(METHODS[name](listed), listed))
    assert texts[0] == texts[1]
    assert "sum" not in texts[0] and "<!--" not in texts[0]


def test_options_are_numbers_of_the_text_that_may_be_assigned():
    """Those that the formula multiplies by; one that Python skips, since it is 0, is not in it."""
    listed = parameters()
    text = javascript_update(nn.SGD(listed, lr=0.1, momentum=0.9), listed)
    assert "const options = { momentum: 0.9 };" in text
    assert "options.momentum * velocity + gradient" in text
    assert "weight_decay" not in text
    text = javascript_update(nn.SGD(listed, lr=0.1, weight_decay=0.01), listed)
    assert "const options = { weight_decay: 0.01 };" in text
    assert "options.weight_decay * parameter" in text


def test_parameters_that_are_frozen_or_not_the_optimisers_stay():
    """The loop is over the others."""
    listed = parameters()
    assert "i < p.length" in javascript_update(nn.Adam(listed), listed)
    text = javascript_update(nn.Adam([listed[2], listed[0]]), listed)
    assert "const moving = new Int32Array([0, 2]);" in text and "for (const i of moving)" in text


def test_a_formula_that_branches_on_a_number_is_refused_by_name():
    """JavaScript has one formula for all parameters."""
    listed = parameters()
    with pytest.raises(
        TypeError, match=r"formula of Branching cannot be written as JavaScript: its update does"
    ):
        javascript_update(Branching(listed, lr=0.1), listed)


@pytest.mark.browser
def test_every_optimiser_trains_as_in_a_training_block(browser):
    """100 steps on the moons: SGD to 1e-12, what divides by roots near 0 to 1e-9; again after a reset."""
    trained, texts, rates = [], [], []
    for method in METHODS.values():
        model, fast, data = moons()
        made = fast.latest()
        p, inputs = made.numbers(), made.laid_out(Arguments(data, batched=True))
        optimizer = method(model.parameters())
        texts.append(javascript_program(made.program) + javascript_update(optimizer, made.parameters))
        rates.append(optimizer.lr)
        with fast.training(optimizer) as step:
            for _ in range(100):
                step(*data)
        trained.append(np.array([value.data for value in made.parameters]))
    found = in_a_page(browser, texts, p, inputs, rates)
    for name, expected, (first, again) in zip(METHODS, trained, found, strict=True):
        assert np.array_equal(first, again), name
        assert differs(first, expected) <= (1e-12 if name.startswith("SGD") else 1e-9), name


@pytest.mark.browser
def test_what_is_frozen_stays_and_options_act(browser):
    """A layer keeps its bits; with its momentum set to 0, SGD with momentum is SGD."""
    model, fast, data = moons(frozen=True)
    made = fast.latest()
    p, inputs = made.numbers(), made.laid_out(Arguments(data, batched=True))
    texts = [
        javascript_program(made.program) + javascript_update(method(model.parameters()), made.parameters)
        for method in (METHODS["SGD, momentum"], METHODS["SGD"])
    ]
    (slow, _), (plain, _) = in_a_page(browser, texts, p, inputs, [0.1, 0.1], [{"momentum": 0.0}, {}])
    still = [made.parameters.index(value) for value in model.layers[1].parameters()]
    assert np.array_equal(plain[still], p[still])
    assert (np.delete(plain, still) != np.delete(p, still)).sum() > 30
    assert np.array_equal(slow, plain)


def in_a_page(browser, texts, p, inputs, rates, options=None, steps=100):
    """The parameters after so many steps by each text, and after as many once more, from the beginning."""
    given = {"p": as_json(p), "inputs": as_json(inputs), "steps": steps, "rates": rates}
    given["options"] = options or [{}] * len(texts)
    found = evaluated(browser, texts, "[compiled, optimizer]", TRAIN, given)
    return [tuple(map(from_json, each)) for each in found]
