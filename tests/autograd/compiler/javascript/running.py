"""Programs in a page: many at once, in one script, beside what numpy makes of them."""

import math
from typing import Any, NamedTuple

import numpy as np

from autograd import compile
from autograd.compiler.arguments import Arguments
from autograd.compiler.backends.javascript.text import javascript_program
from autograd.rules.javascript import functions_called, literal

RUN = """cases => {
  const read = numbers => Float64Array.from(numbers, Number);
  const written = numbers => Array.from(numbers, number => Number.isFinite(number) ? number : String(number));
  return cases.map(({ maker, p, inputs, batch }) => {
    const parameters = read(p), gradient = new Float64Array(p.length);
    const made = makers[maker](batch, parameters, gradient);
    made.inputs.set(read(inputs));
    made.forward();
    made.reverse();
    const cotangents = made.cotangents.map(cotangent => cotangent && written(cotangent));
    return { results: made.results.map(written), gradient: written(gradient), loss: written([made.loss()]),
      cotangents };
  });
}"""


class Case(NamedTuple):
    """A program with numbers to run it on, and what is expected: results (results, batch), gradient."""

    name: Any
    text: str
    p: Any
    inputs: Any
    results: Any = None
    gradient: Any = None


class Found(NamedTuple):
    """What a page finds: results and cotangents, an array for each, or None."""

    results: list[Any]
    gradient: Any
    loss: float
    cotangents: list[Any]


def case_of(name, f, arguments, **options):
    """The case of a function of one sample, on a batch."""
    fast = compile(f, backend="numpy", **options)
    given = Arguments(arguments, batched=True)
    made = fast.specializations.fitting(given)
    p, inputs = made.numbers(), made.laid_out(given)
    results, gradient = made.executable.results_and_gradient(p, inputs)
    return Case(name, javascript_program(made.program), p, inputs, results, gradient)


def run(browser, cases):
    """What one page finds for each of the cases."""
    texts = {text: at for at, text in enumerate(dict.fromkeys(case.text for case in cases))}
    given = [
        {
            "maker": texts[case.text],
            "p": as_json(case.p),
            "inputs": as_json(case.inputs),
            "batch": case.inputs.shape[1],
        }
        for case in cases
    ]
    return [
        Found(
            [from_json(result) for result in each["results"]],
            from_json(each["gradient"]),
            float(from_json(each["loss"])[0]),
            [row if row is None else from_json(row) for row in each["cotangents"]],
        )
        for each in evaluated(browser, texts, "compiled", RUN, given)
    ]


def evaluated(browser, texts, made, script, given):
    """What a script finds in a page whose `makers` are what each of the texts has `made`."""
    makers = ",\n".join(f"(() => {{\n{text}\nreturn {made}; }})()" for text in texts)
    functions = functions_called("".join(texts))
    tab = browser.new_page()
    tab.add_script_tag(content=f'"use strict";\n{functions}\nconst makers = [{makers}];')
    found = tab.evaluate(script, given)
    tab.close()
    return found


def as_json(numbers):
    """Numbers as JSON has them; those that are not finite as JavaScript writes them."""
    flat = np.asarray(numbers, float).ravel().tolist()
    return [x if math.isfinite(x) else literal(x) for x in flat]


def from_json(numbers):
    return np.array([float(number) for number in numbers])


def differs(found, expected, tolerance=1e-12):
    """By how much numbers differ from what is expected, as a share of the largest; inf for other limits."""
    found, expected = np.broadcast_arrays(np.asarray(found, float), np.asarray(expected, float))
    finite = np.isfinite(expected)
    if not np.array_equal(found[~finite], expected[~finite], equal_nan=True):
        return math.inf
    if not np.isfinite(found[finite]).all():
        return math.inf
    scale = max(1.0, float(np.abs(expected[finite]).max(initial=0.0)))
    return float(np.abs(found[finite] - expected[finite]).max(initial=0.0)) / scale


def assert_as_numpy(browser, cases, tolerance=1e-12):
    """The results and the gradient of each case are numpy's; those that are not are named."""
    wrong = []
    for case, found in zip(cases, run(browser, cases), strict=True):
        results = [differs(row, expected) for row, expected in zip(found.results, case.results, strict=True)]
        loss = differs(found.loss, np.mean(np.asarray(case.results)[0]))
        worst = max([*results, loss, differs(found.gradient, case.gradient)])
        if not worst <= tolerance:
            wrong.append((case.name, worst))
    assert not wrong
