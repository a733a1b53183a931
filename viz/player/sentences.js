// An event in words and in true arithmetic. The numbers of an addition have the colours of their places.

const MANY = 8, FEW = 6; // terms or operands, and leaves of a box; more are not written one by one
const ORDINALS = ["1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th"];

const name = (at) => element("bdi", "", nodes[at].name);
const title = (box) => element("bdi", "", box.title);
const wordsOf = (parts) => parts.map((part) => part.textContent ?? part).join("");
const namesIn = (node) => node.operands.map((operand) => (isNode(operand) ? name(operand) : number(operand[0])));

const inBrackets = (text) => (typeof text === "string" && text.startsWith("-") ? `(${text})` : text);
const joined = (parts, separator) => parts.flatMap((part, at) => (at ? [separator, part] : [part]).flat());

function formula(node, texts) { // the operation with these texts, or elements, as its operands
  const half = texts.length / 2;
  const isBias = (x, y) => x === half - 1 && !isNode(node.operands[y]) && node.operands[y][0] === 1;
  const later = (at) => (at ? inBrackets(texts[at]) : texts[at]);
  const product = (x, y) => (isBias(x, y) ? [later(x)] : [later(x), " × ", inBrackets(texts[y])]);
  const terms = { sum: texts.map((_, at) => [later(at)]), dot: [] }[node.spelling];
  if (node.spelling === "dot") for (let x = 0; x < half; x++) terms.push(product(x, half + x));
  if (terms && terms.length > MANY) return [...terms[0], " + … + ", ...terms.at(-1), ` (${terms.length} terms)`];
  if (terms) return joined(terms, " + ");
  if (node.spelling === "infix" && texts.length === 2) {
    const first = node.symbol === "**" ? inBrackets(texts[0]) : texts[0];
    return [first, ` ${node.symbol} `, inBrackets(texts[1])];
  }
  if (node.spelling === "infix") return [node.symbol, ...texts.map(inBrackets)];
  if (texts.length > MANY) return [node.symbol, "(", ...joined(texts.slice(0, 2), ", "), `, … ${texts.length} operands)`];
  return [node.symbol, "(", ...joined(texts, ", "), ")"];
}

const isLong = (node) => (node.spelling === "dot" ? node.operands.length / 2 : node.operands.length) > MANY;

const PRODUCTS = { "+": (x, y) => [[x], [y]], "-": (x, y) => [[x], [-1, y]], "×": (x, y) => [[x, y]] };

function productsOf(node) { // which an operation adds up, if it does nothing else
  if (node.spelling === "sum") return (terms) => terms.map((term) => [term]);
  if (node.spelling === "dot") return (both) => both.slice(both.length / 2).map((y, at) => [both[at], y]);
  const products = node.spelling === "infix" && node.operands.length === 2 && PRODUCTS[node.symbol];
  return products ? (operands) => products(...operands) : null;
}

function forwardSentence(at) {
  const node = nodes[at], flat = inputsOf(node, run.data), result = run.data[at];
  const value = (operands) => isByHand(at) ? result : evaluate(node, operands);
  const { texts, equals } = equation(flat, value, result, isByHand(at) ? null : productsOf(node));
  const names = node.operands.map((operand, slot) => (isNode(operand) ? name(operand) : texts[slot]));
  const numbers = isLong(node) ? [] : [" = ", ...formula(node, texts)];
  return [name(at), " = ", ...formula(node, names), ...numbers, ` ${equals} `, span(plain(result), `is-below ${sign(result)}`)];
}

function localDerivatives(at) {
  const { operands } = nodes[at], edges = operands.map((to, slot) => [to, slot]).filter(([to]) => isNode(to));
  if (!edges.length || edges.length > MANY || isByHand(at)) return [];
  const operand = (to, slot) => { // x * x has two partials by x, one for each place
    const place = operands.slice(0, slot).filter((other) => other === to).length;
    return operands.indexOf(to) === operands.lastIndexOf(to) ? [name(to)] : ["(", ORDINALS[place], " ", name(to), ")"];
  };
  return joined(edges.map(([to, slot]) => ["∂/∂", ...operand(to, slot), " = ", span(plain(run.partials[at][slot]), "is-edge")]), ", ");
}

function term(text, place, says) { // a number, in the colour of its place, which it shows when it is pressed
  const made = element("button", `term is-${place}`, text);
  Object.assign(made, { type: "button", title: `${says}: show where` });
  Object.assign(made.dataset, { says, place });
  return made;
}

function recipe(add) { // what an addition adds up, as far as it is known; whether the sum is exact, and the sum
  const { before, partial, upstream, share, after } = addition(add);
  const was = (text) => term(text, "below", "was there");
  if (isByHand(add.from)) {
    const { texts, equals } = equation([before, share], ([a, b]) => a + b, after, ([a, b]) => [[a], [b]]);
    return { parts: [was(texts[0]), " + ", term(inBrackets(texts[1]), "edge", "passed back by hand")], equals, after };
  }
  const { texts, equals } = equation([before, partial, upstream], ([a, p, g]) => a + p * g, after, ([a, p, g]) => [[a], [p, g]]);
  const parts = [was(texts[0]), " + ", term(inBrackets(texts[1]), "edge", "local derivative"), " × ",
    term(inBrackets(texts[2]), "above", `${nodes[add.from].name}.grad`)];
  return { parts, equals, after };
}

function additionSentence(add) {
  const { parts, equals, after } = recipe(add);
  return [name(add.to), ".grad: ", ...parts, " ", element("span", "together", `${equals} `, term(plain(after), "below", "now"))];
}

function heldBy(box) { // the leaves in a folded box, and what they are called inside of its module
  const { level: { at, names }, members, title } = box, module = `${title.split(",")[0]}.`;
  return members.filter((here) => nodes[at[here]].rule < 0 && view.boxOf[at[here]] === box)
    .map((here) => [at[here], names[here].startsWith(module) ? names[here].slice(module.length) : names[here]]);
}

function heldGradients(box, { grads }) { // the leaves in a folded box, each with its gradient
  const holds = heldBy(box);
  const shown = holds.slice(0, FEW).map(([at, called]) => [element("bdi", "", called), " ", span(signed(grads[at]), sign(grads[at]))]);
  return [...joined(shown, ", "), holds.length > FEW ? `, and ${holds.length - FEW} more: see the table` : ""];
}

function whatOpens() { // said at the start, where something opens
  if (!whole.boxes.some(({ opens }) => opens !== null)) return [];
  return [`${nodes.length.toLocaleString("en")} Values in ${whole.boxes.length} boxes: a click on a box opens it, on the bar of its frame closes it (Enter, Escape)`];
}

function sentence(event, state, asking) { // the phase, what happens, and what belongs to it
  switch (event.kind) {
    case "start": return ["press → or the space bar", [leaves.length === 1 ? "1 leaf is given" : `${leaves.length.toLocaleString("en")} leaves are given`], whatOpens()];
    case "forward":
      return event.box.folded ? ["forward pass", [title(event.box), ": out ", outOf(event.box)]]
        : ["forward pass", forwardSentence(event.at), localDerivatives(event.at)];
    case "seed": return ["backward pass", [name(event.at), ".grad = 1, since d(", name(event.at), ") / d(", name(event.at), ") = 1"]];
    case "bundle": return ["backward pass", [`${event.arrow.edges.length.toLocaleString("en")} gradients pass back to `, title(event.arrow.from)]];
    case "held": return ["backward pass: nothing more will be added to these", [title(event.box), ": ", ...heldGradients(event.box, state)]];
    case "end": return ["done", ["every gradient is known: d(", name(root), ") / d(each leaf)"]];
  }
  if (asking) return ["predict first: what is it after this step?", [name(event.add.to), ".grad = ", span("?", "is-below")]];
  if (isByHand(event.add.from)) return [`backward pass: the _backward of ${nodes[event.add.from].symbol} is written by hand`, additionSentence(event.add)];
  const again = addition(event.add).again;
  return [again ? "backward pass: it arrives again, and adds up" : "backward pass", additionSentence(event.add)];
}

function say(event, state, asking) {
  const [phase, words, more = []] = sentence(event, state, asking);
  $("phase").textContent = phase;
  $("words").replaceChildren(...words);
  $("more").replaceChildren(...more);
}
