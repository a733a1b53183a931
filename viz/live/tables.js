// The same as tables, for those who cannot see the picture: every neuron, and the steps so far.

const cells = (tag, texts) => element("tr", "", ...texts.map((text) => element(tag, "", text)));

function fillTables() {
  if ($("neurons").open) fillNeurons();
  if ($("steps").open) fillSteps();
}

function fillNeurons() {
  const head = ["neuron", "reads", "bias", ...(one ? ["output for this sample", "gradient of the loss"] : [])];
  const rows = task.columns.flatMap(({ outputs, weights: rows, biases }, column) => outputs.map((output, neuron) => [
    nameOf({ column, at: neuron }), rows[neuron].slice(0, 16).map((row) => number(weights[row])).join(", ") + (rows[neuron].length > 16 ? ", …" : ""),
    biases[neuron] === null ? "none" : number(weights[biases[neuron]]),
    ...(one ? [number(one.results[output][0]), number(cotangentOf(output))] : []),
  ]));
  const parts = (has.program ? normsOf(slopes()) : notedNorms()).map(({ name, length }) => [name, number(length)]);
  const [first, second] = $("neurons").querySelectorAll("table");
  first.replaceChildren(...(rows.length ? [cells("th", head), ...rows.map((row) => cells("td", row))] : []));
  second.replaceChildren(cells("th", ["part", "length of its gradient"]), ...parts.map((row) => cells("td", row)));
}

function fillSteps() {
  const stride = Math.ceil(run.steps.length / 200) || 1;
  const rows = run.steps.map((each, at) => [String(each), number(run.train[at]), run.heldOut[at] === null ? "" : number(run.heldOut[at])])
    .filter((_, at) => at % stride === 0 || at === run.steps.length - 1);
  $("steps").querySelector("table").replaceChildren(cells("th", [unit, "loss", ...(has.heldOut ? ["held out"] : [])]),
    ...rows.map((row) => cells("td", has.heldOut ? row : row.slice(0, 2))));
}

for (const details of [$("neurons"), $("steps")]) details.addEventListener("toggle", fillTables);
