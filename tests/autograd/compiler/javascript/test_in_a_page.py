"""Programs as JavaScript, run in a real Chromium: numpy's results and gradients, to 1e-12."""

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value
from autograd.compiler.backends.javascript.text import javascript_program
from autograd.engine.recording import using
from nn.layers.activations import ACTIVATIONS
from tests.autograd.compiler import test_models as models
from tests.autograd.compiler.graphs import Margins, graphs
from tests.autograd.compiler.javascript.running import Case, assert_as_numpy, case_of, differs, run
from tests.autograd.compiler.programs import lowered, numpy_function
from tests.autograd.compiler.test_primitives import ROWS, X, loss_of_row
from tests.autograd.compiler.test_several_results import INFINITE, RESULTS

pytestmark = pytest.mark.browser

MODELS = [
    models.moons,
    models.xor,
    models.iris,
    models.digits,
    models.convolutional,
    models.recurrent,
    models.spelling,
    models.transformer,
    models.residual,
    models.own_primitive,
    models.landscape,
]


def test_every_primitive_computes_what_numpy_computes(browser):
    """Each row of the table at each of its points, of parameters, samples and numbers: value and gradient."""
    cases, parameters = [], []
    for mixture in ("parameters and samples", "a number first", "a number second"):
        losses, parameters = zip(*(loss_of_row(*row, mixture) for row in ROWS))

        def results(x, losses=losses):
            each = [loss(x) for loss in losses]
            return [autograd.sum(each), *each]

        cases.append(case_of_results(mixture, results, [p for own in parameters for p in own], X))
    cuts = np.cumsum([len(own) for own in parameters])[:-1]
    wrong = []
    for case, found in zip(cases, run(browser, cases), strict=True):
        slopes = zip(np.split(found.gradient, cuts), np.split(case.gradient, cuts), strict=True)
        values = zip(found.results[1:], case.results[1:], strict=True)
        for row, value, slope in zip(ROWS, values, slopes, strict=True):
            if max(differs(*value), differs(*slope)) > 1e-12:
                wrong.append((case.name, row))
    assert not wrong


def test_the_models_of_the_demos_compute_what_numpy_computes(browser):
    """Losses of each sample and their gradient, of dense, convolutional and recurrent nets and of a GPT."""
    cases = []
    for make in MODELS:
        _, loss, arguments = make()
        cases.append(case_of(make.__name__, loss, list(arguments)))
    assert_as_numpy(browser, cases)


def test_random_graphs_compute_what_numpy_computes(browser):
    """Every row, families of every length, operands in another order; results anywhere in the graph."""
    cases = []

    @settings(max_examples=90, phases=[Phase.generate])
    @given(graphs(), st.sampled_from([1, 2, 3, 7]))
    def collect(graph, batch):
        parameters, margins = [Value(number) for number in graph.parameters], Margins()

        def results(x):
            places = graph.places(x, parameters)
            return [graph.loss(parameters)(x), *places]

        samples = graph.batch(batch)
        try:
            with using(margins):
                found = [results([*map(Value, row)]) for row in samples.tolist()]
        except ArithmeticError:
            return  # moved out of the strategy's bounds
        largest = max(abs(z.data if isinstance(z, Value) else z) for row in found for z in row)
        if margins.least > 1e-6 and largest < 1e4:
            cases.append(case_of_results(graph, results, parameters, samples))

    collect()
    assert len(cases) > 50
    assert_as_numpy(browser, cases)


@pytest.mark.parametrize("apart", [True, False])
def test_other_results_leave_the_gradient_alone(browser, apart):
    """A parameter, an input, a number; and, lowered apart, one whose partials are infinite."""
    cases = []
    for name, f in (RESULTS | INFINITE if apart else RESULTS).items():
        w, v = (Value(0.0), Value(4.0)) if name in INFINITE else (Value(0.5), Value(-1.25))
        samples = np.array([[2.0, -1.0], [0.5, 3.0], [-1.5, 0.25]])
        cases.append(case_of_results(name, lambda x, f=f, w=w, v=v: f(w, v, x), [w, v], samples, apart))
    assert all(np.isfinite(case.gradient).all() for case in cases)
    assert_as_numpy(browser, cases)


def test_every_activation_and_layer_computes_what_numpy_computes(browser):
    """MLPs of each activation, cross-entropy, convolution, normalisation, attention, dropout."""
    generator, cases = np.random.default_rng(0), []
    samples, classes = generator.normal(size=(6, 3)), generator.integers(0, 3, 6)
    for name in ACTIVATIONS:
        model = nn.MLP(3, [5, 4, 3], activation=name, seed=0)
        cases.append(case_of(name, of_class(model), [samples, classes]))
    images = generator.normal(size=(3, 1, 6, 6))
    tokens = generator.integers(0, 7, size=(2, 6))
    models = {
        "Conv2d": (
            nn.Sequential(nn.Conv2d(1, 3, kernel=3, seed=0), nn.Flatten(), nn.Layer(48, 3, seed=1)),
            images,
        ),
        "AvgPool2d": (nn.Sequential(nn.AvgPool2d(2), nn.Flatten(), nn.Layer(9, 3, "linear", seed=1)), images),
        "LayerNorm": (
            nn.Sequential(nn.Layer(3, 4, "tanh", seed=0), nn.LayerNorm(4), nn.Layer(4, 3, seed=1)),
            samples,
        ),
        "Dropout": (
            nn.Sequential(nn.Layer(3, 8, seed=0), nn.Dropout(0.5, seed=3), nn.Layer(8, 3, seed=1)),
            samples,
        ),
    }
    for name, (model, given_) in models.items():
        cases.append(case_of(name, of_class(model), [given_, classes[: len(given_)]]))
    gpt = nn.GPT(vocabulary=7, context=5, width=8, heads=2, depth=2, seed=0)
    cases.append(case_of("GPT", lambda row: nn.cross_entropy(gpt(row[:-1]), row[1:]), [tokens]))
    assert_as_numpy(browser, cases)


def test_an_index_selects_its_entry_or_nothing(browser):
    """One that is no whole number, or beyond the entries, gives 0, and no entry a cotangent."""
    w = [Value(2.0), Value(3.0), Value(5.0)]
    indices = np.array([0.0, 1.0, 2.0, -0.0, 3.0, -1.0, 0.5, np.nan, np.inf, 2.0])

    def f(index, x):
        own = autograd.select(index, [w[0] * x, w[1], w[2] * w[0]])
        return own * x + autograd.select(index + 1.0, [x, *w]) + autograd.select(2, w)

    assert_as_numpy(browser, [case_of("", f, [indices, np.arange(1.0, 11.0)])])


def test_cotangents_are_those_of_the_mean_loss(browser):
    """Of each result, sample by sample, where derivatives of the loss reach it: else null."""
    model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
    unused = Value(1.0)

    def f(x):
        hidden = model.layers[0](x)
        (score,) = model.layers[1](hidden)
        return (score - 1.0) ** 2, [score, *hidden, x[0], unused * x[0], hidden[0] * x[0]]

    samples = np.array([[0.5, -1.0], [2.0, 0.25], [-1.5, 1.0]])
    (found,) = run(browser, [case_of("", f, [samples], has_aux=True)])
    for at, row in enumerate(samples.tolist()):
        loss, (score, *rest) = f([*map(Value, row)])
        loss.backward(1 / len(samples))
        expected = [loss.grad, score.grad, *(hidden.grad for hidden in rest[:3])]
        got = [cotangent[at] for cotangent in found.cotangents[:5]]
        assert got == pytest.approx(expected, rel=1e-12)
    assert found.cotangents[5:] == [None, None, None]


def test_instances_share_parameters_and_one_without_a_gradient_has_no_cotangents(browser):
    """Of several sizes of batch; the gradient is of the one that passes back."""
    w = Value(3.0)
    text = javascript_program(lowered(lambda x: w * w * x, [w], ()))
    tab = browser.new_page()
    tab.add_script_tag(content=text)
    found = tab.evaluate(
        """() => {
      const p = Float64Array.of(3), dp = Float64Array.of(7);
      const one = compiled(1, p, dp), several = compiled(3, p);
      one.inputs.set([2]);
      several.inputs.set([1, 2, 3]);
      const pass = () => { one.forward(); several.forward(); one.reverse(); };
      pass();
      p[0] = 5;
      pass();
      return [one.loss(), ...several.results[0], dp[0], several.cotangents.length];
    }"""
    )
    tab.close()
    assert found == [50.0, 25.0, 50.0, 75.0, 20.0, 0]


def of_class(model):
    return lambda x, target: nn.cross_entropy(model(x), target)


def case_of_results(name, results, parameters, samples, apart=True):
    """The case of several results, of which the first is differentiated."""
    program = lowered(results, parameters, samples.shape[1:], apart=apart)
    p, inputs = np.array([parameter.data for parameter in parameters]), samples.T.copy()
    with np.errstate(all="ignore"):
        found, gradient = numpy_function(program, True)(p, inputs)
    return Case(name, javascript_program(program), p, inputs, found, gradient)
