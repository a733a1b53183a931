"""What a page of training computes, in a real Chromium, against the compiler and the eager engine."""

import json

import pytest

from autograd import compile
from nn import MLP, SGD, Adam, AdamW, RMSProp, hinge, load
from tests.viz.live.conftest import moons_data

pytestmark = pytest.mark.browser

METHODS = {
    "SGD": (lambda p: SGD(p, lr=0.1), 1e-12),
    "momentum": (lambda p: SGD(p, lr=0.1, momentum=0.9), 1e-12),
    "RMSProp": (lambda p: RMSProp(p, lr=0.1), 1e-9),
    "Adam": (lambda p: Adam(p, lr=0.1), 1e-9),
    "AdamW": (lambda p: AdamW(p, lr=0.1, weight_decay=0.01), 1e-9),
}
"""By the page's name: the optimiser, and how far weights may be apart after 100 steps.

Those with a root divide by gradients of about 1e-17, and so make much of rounding.
"""

TRAIN = """([method, decay]) => {
  settings.method = task.methods.findIndex(({ title }) => title === method);
  settings.decay = decay;
  optimizer().reset();
  for (let step = 0; step < 100; step++) advance();
  return [...weights];
}"""


@pytest.mark.parametrize("method", METHODS)
def test_a_hundred_steps_are_those_of_python(fresh, method):
    """The same weights as a training block of the compiler, on the whole data."""
    made, tolerance = METHODS[method]
    model = MLP(2, [16, 16, 1], seed=0)
    optimizer = made(model.parameters())
    fast = compile(lambda x, t: hinge(model(x), t), backend="numpy")
    with fast.training(optimizer) as step:
        for _ in range(100):
            step(*moons_data())
    found = dict(zip(fresh.tab.evaluate("() => task.file.rows"), range(len(model.parameters()))))
    trained = fresh.tab.evaluate(TRAIN, [method, 0.01 if method == "AdamW" else 0])
    expected = [value.data for value in model.parameters()]
    assert [trained[row] for row in found] == pytest.approx(expected, rel=tolerance, abs=tolerance)


def test_started_over_it_takes_the_same_steps_bit_for_bit(fresh):
    """From the same weights, in batches too, whose order is drawn anew from the seed."""
    run = """(batch) => {
      settings.batch = batch; startOver();
      for (let k = 0; k < 60; k++) advance();
      return [...weights];
    }"""
    for batch in (None, 16):
        assert fresh.tab.evaluate(run, batch) == fresh.tab.evaluate(run, batch)


def test_a_frame_that_is_gone_back_to_leads_on_to_the_same_weights(fresh):
    """Weights, the optimiser's state and the order of batches are those of then."""
    assert fresh.tab.evaluate("""() => {
      settings.method = task.methods.findIndex(({ title }) => title === "Adam");
      settings.batch = 16;
      startOver();
      for (let k = 0; k < 40; k++) advance();
      const first = [...weights];
      showFrame(13);
      isBranching = true;
      for (let k = 13; k < 40; k++) advance();
      return [step, first.every((x, at) => x === weights[at])];
    }""") == [40, True]


def test_looking_changes_no_number(fresh):
    """What is chosen, looked at, or drawn adds no point to the curve and leaves every weight as it is."""
    assert fresh.tab.evaluate("""() => {
      for (let k = 0; k < 5; k++) advance();
      const before = JSON.stringify([run, [...weights], measured, [...gradient]]);
      for (const shows of ["gradients", "weights"]) for (const sample of [samples[0], samples[120], null])
        for (const box of [null, ...stages.map(({ boxes }) => boxes[0])]) {
          linesShow = shows; chosen = sample; look(box);
        }
      fillNeurons();
      fillSteps();
      return before === JSON.stringify([run, [...weights], measured, [...gradient]]);
    }""")


def test_a_chosen_sample_has_eagers_numbers(fresh):
    """Every neuron's output and cotangent, the loss, and the gradient of every weight."""
    found = fresh.tab.evaluate("""() => {
      for (let k = 0; k < 30; k++) advance();
      choose(samples[7]);
      const both = (output) => [one.results[output][0], cotangentOf(output)];
      return { text: fileText(), loss: one.results[0][0],
        gradient: task.file.rows.map((row) => oneGradient[row]),
        neurons: task.columns.map(({ outputs }) => outputs.map(both)) };
    }""")
    model = MLP(2, [16, 16, 1], seed=5)
    model.load_state_dict(json.loads(found["text"])["parts"]["model"])
    outputs, x = [], fresh.X[7].tolist()
    for layer in model.layers:
        x = layer(x)
        outputs.append(x)
    loss = hinge(x[0], float(fresh.y[7]))
    loss.backward()
    assert found["loss"] == pytest.approx(loss.data, rel=1e-12)
    for layer, neurons in zip(outputs, found["neurons"], strict=True):
        for value, (data, gradient) in zip(layer, neurons, strict=True):
            assert data == pytest.approx(value.data, rel=1e-12, abs=1e-12)
            assert gradient == pytest.approx(value.grad, rel=1e-12, abs=1e-12)
    expected = [parameter.grad for parameter in model.parameters()]
    assert found["gradient"] == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_saved_weights_are_read_bit_for_bit(fresh, tmp_path):
    """The file that the button gives is one that nn.load takes."""
    fresh.tab.evaluate("() => { for (let k = 0; k < 30; k++) advance(); paint(); }")
    with fresh.tab.expect_download() as download:
        fresh.tab.click("#save")
    assert download.value.suggested_filename == "weights-step-30.json"
    path = tmp_path / "weights.json"
    download.value.save_as(path)
    model = MLP(2, [16, 16, 1], seed=9)
    load(path, model=model)
    trained, rows = fresh.tab.evaluate("() => [[...weights], task.file.rows]")
    assert [value.data for value in model.parameters()] == [trained[row] for row in rows]
    predicted = fresh.tab.evaluate("() => [...nets.get('all').net.results[1]]")
    assert [model(x).data for x in fresh.X.tolist()] == pytest.approx(predicted, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("method", [0, 1, 3])
def test_a_loss_beyond_all_bounds_stops_it_and_is_named(fresh, method):
    """The step is said, the last good frame is shown, and a smaller rate goes on from there."""
    tab = fresh.tab
    tab.evaluate("(method) => { settings.method = method; }", method)
    tab.evaluate("() => { settings.rate = 1e6; playing = true; speed = 50; tick(); }")
    failed, shown = tab.evaluate("() => [failed.step, step]")
    assert not tab.evaluate("() => playing")
    assert failed > shown >= 0
    assert f"At step {failed} the loss was " in tab.inner_text("#sample")
    assert tab.evaluate("() => weights.every(Number.isFinite) && Number.isFinite(measured.train)")
    assert tab.evaluate("() => { settings.rate = 1e-9; return advance() && failed === null; }")


CHANGES = """
  "nothing": () => {},
  "rate": () => { settings.rate = 0.3; },
  "decay": () => { settings.decay = 0.1; },
  "optimiser": () => { settings.method = 3; optimizer().reset(); },
  "batch": () => { settings.batch = 10; measure(); },
  "noise": () => { setNoise(0.3); measure(); },
  "a point more": () => { addSample([0, 0], [1]); measure(); },
  "a point elsewhere": () => { moveTo(samples[0], [3, 3]); measure(); },
  "a point less": () => { deleteSample(samples[0]); measure(); },
"""


def test_every_control_acts_while_it_trains(fresh):
    """Each changes the next step, and none starts the training over."""
    ends = fresh.tab.evaluate(f"""() => Object.values({{{CHANGES}}}).map((change) => {{
      Object.assign(settings, {{ method: 0, rate: 0.1, decay: 0, batch: null }});
      resetSamples(); setNoise(0); startOver();
      for (let k = 0; k < 5; k++) advance();
      change();
      for (let k = 0; k < 5; k++) advance();
      return [step, ...weights];
    }})""")
    assert all(end[0] == 10 for end in ends)
    assert len(set(map(tuple, ends))) == len(ends) == 9
