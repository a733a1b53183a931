// What is said of the sample, the neuron or the line that is looked at: in numbers, and in a plain sentence.

const listed = (numbers) => numbers.length === 1 ? number(numbers[0]) : numbers.length <= 6 ? `(${numbers.map((x) => number(x)).join(", ")})`
  : `${numbers.length} numbers`;
const colored = (x, text = signed(x)) => span(text, sign(x));
const cotangentOf = (output) => { const found = one.cotangents[output]; return found ? found[0] : 0; };
const factor = (x) => (x < 0 ? `(${number(x)})` : number(x));

function sampleWords() {
  const name = samples.indexOf(chosen), loss = one.results[0][0];
  const predicted = upTo(task.predictions).map((each) => one.results[1 + each][0]);
  const output = predicted.length === 1 ? [colored(predicted[0])]
    : task.task === "classes" ? [`class ${placeOfMost(predicted)}`] : [listed(predicted)];
  const flow = oneGradient.some((x) => x !== 0) ? [] : [loss === 0 ? " Its loss is 0: no gradient flows." : " No gradient flows back from it."];
  return [`${chosen.heldOut ? "Held-out sample" : "Sample"} ${name}: x = ${listed(positions(chosen))}, target ${listed(targetOf(chosen))}, output `,
    ...output, `, loss ${number(loss)}.`, ...flow];
}

function neuronWords({ column, at: neuron, output }) { // its formula in numbers
  const { activation, weights: rows, biases, inputs: read } = task.columns[column], isPlain = activation === "linear";
  const isLast = column === task.columns.length - 1, name = nameOf({ column, at: neuron });
  const about = [element("b", "", name[0].toUpperCase() + name.slice(1)), ": "];
  if (!one) {
    const ofInput = column === 0 ? `the ${inputs === 1 ? "input" : `${inputs} inputs`}` : `the ${rows[neuron].length} neurons before it`;
    const adds = `adds up ${ofInput}, each times a weight${biases[neuron] === null ? "" : `, and its bias ${number(weights[biases[neuron]])}`}`;
    return [...about, `it ${adds}${isPlain ? "" : `; ${activation} of the sum is its output`}. `, ...(has.grid ? [`Its picture shows the output all over the ${has.plane ? "plane" : "line"}.`] : [])];
  }
  const term = (row, source) => [weights[row], `·${factor(read ? one.results[read[source]][0] : one.inputs[source])}`];
  const terms = rows[neuron].map(term), shown = terms.length > 4 ? [terms[0], terms[1], null, terms.at(-1)] : terms;
  const sum = added([...shown, ...(biases[neuron] === null ? [] : [[weights[biases[neuron]], ""]])]);
  const out = one.results[output][0], flow = cotangentOf(output);
  const formula = isPlain ? [sum, " = "] : [`${activation}(`, sum, ") = "];
  return [...about, ...formula, colored(out, number(out)), ". ", ...plainWords(activation, out, flow, isLast)];
}

function added(terms) { // as a sum, signs between; null where some are left out
  return terms.map((term, place) => {
    if (!term) return " + …";
    const [x, times] = term;
    return !place ? number(x) + times : x < 0 ? ` − ${number(-x)}${times}` : ` + ${number(x)}${times}`;
  }).join("");
}

function plainWords(activation, out, flow, isLast) { // what the numbers mean
  if (activation === "relu" && out === 0) return ["Off for this sample: nothing passes back through it."];
  if (flow === 0) return ["For this sample the loss does not depend on it."];
  return ["∂loss/∂output = ", colored(flow), `: a little more here would ${flow > 0 ? "raise" : "lower"} the loss.`];
}

function sayLine(stage, source, target) {
  const column = task.columns[stage - 1], row = column.weights[target][source];
  const from = stage === 1 ? `input ${source + 1}` : nameOf({ column: stage - 2, at: source }), slope = slopes();
  $("detail").replaceChildren(element("b", "", `Weight from ${from} to ${nameOf({ column: stage - 1, at: target })}`), ": ", colored(weights[row]),
    `. Its gradient${chosen ? " for this sample" : ""} is `, colored(slope[row]),
    slope[row] === 0 ? ": it stays as it is." : `: a step moves it ${slope[row] > 0 ? "down" : "up"}.`);
}

function sayAll() {
  const looked = lookedAt();
  $("sample").replaceChildren(...(chosen && !failed ? sampleWords() : hint()));
  $("detail").replaceChildren(...(looked ? neuronWords(looked) : chosen ? nextHint() : []));
  $("open").hidden = !chosen || !task.player;
  $("delete").hidden = !chosen || !has.grid;
}

const failedWords = () => `At step ${failed.step} the loss was ${Number.isFinite(failed.loss) ? number(failed.loss) : "no longer finite"}`;

function hint() {
  if (failed) return [element("b", "alarm", `${failedWords()}.`),
    ` The steps were too large. What is shown is step ${step}, the last good frame: lower the rate and go on, or start over.`];
  if (!has.program) return [`This is a film of ${frames.length} frames: press ▶, or move the slider. The model is too large to train on in a page.`];
  if (!has.columns) return ["Press ▶ to train. The bars show how long the gradient is in each part: where it is short, little is learned."];
  return [`Each box is a neuron: its picture shows what it answers ${has.plane ? "at every place of the plane" : "at every x"}, `, ...(theme.isPlain ? ["dark above 0, hatched below"] : [span("blue above 0", "positive"), ", ", span("orange below", "negative")]), `. Lines are ${linesShow}. Press ▶ to train; click a point to follow it through the network.`];
}
const nextHint = () => [has.columns ? "Point at a neuron or a line to see how it comes by its number; arrow keys go through the samples." : "Arrow keys go through the samples."];
