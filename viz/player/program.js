// The recorded program: its nodes, how they are computed again, and the backward pass as a list of additions.

let nodes, root, leaves, adds, recorded, run;
const isNode = (operand) => typeof operand === "number"; // a literal is [number]

function record({ primitives, shares, fixed, numbers, ...columns }) { // the program as the page holds it: columns, by position
  const known = (place) => (place === null ? null : numbers[place]);
  nodes = columns.data.map((data, at) => ({ symbol: "", spelling: "", ...primitives[columns.rule[at]], data: known(data), name: columns.name[at],
    rule: columns.rule[at], operands: columns.operands[at].map((each) => (isNode(each) ? at - each : each.map(known))),
    partials: columns.partials[at].map(known), shares: shares[at], fixed: false, places: [] }));
  for (const at of fixed) nodes[at].fixed = true;
  root = nodes.length - 1;
  leaves = [...nodes.keys()].filter((at) => nodes[at].rule < 0);
  nameAll();
  adds = []; // every += of the backward pass, in order
  for (let from = root; from >= 0; from--)
    nodes[from].operands.forEach((to, slot) => {
      if (isNode(to)) { nodes[from].places[slot] = adds.length; adds.push({ from, to, slot, place: adds.length }); }
    });
  run = recorded = { data: nodes.map(({ data }) => data), partials: nodes.map(({ partials }) => partials) };
}

function nameAll() { // v1, v2 ... for operations without a name, c1, c2 ... for leaves; as `names_of` in Python
  const taken = new Set(nodes.map(({ name }) => name)), counts = { v: 0, c: 0 };
  for (const node of nodes.filter(({ name }) => !name)) {
    const letter = node.rule < 0 ? "c" : "v";
    do node.name = `${letter}${counts[letter] += 1}`; while (taken.has(node.name));
  }
}

function spread(rule, flat) { // operands in their slots as those that stand alone, and families of equal size
  const size = rule.families ? (flat.length - rule.single) / rule.families : 0;
  const start = (family) => rule.single + family * size;
  const families = [...Array(rule.families).keys()].map((family) => flat.slice(start(family), start(family + 1)));
  return { single: flat.slice(0, rule.single), families, size };
}

function evaluate(node, flat) {
  const rule = RULES[node.rule], { single, families } = spread(rule, flat);
  return rule.z(...single, ...families);
}

function partialsOf(node, flat, z) {
  const rule = RULES[node.rule], { single, families, size } = spread(rule, flat);
  return node.operands.map((operand, slot) => {
    if (!isNode(operand)) return null;
    if (!rule.families) return rule.d[slot](...single, z);
    if (slot < rule.single) return rule.d[slot](...single, ...families.map(() => NaN), 0, z);
    const family = Math.floor((slot - rule.single) / size), position = (slot - rule.single) % size;
    return rule.d[rule.single + family](...single, ...families.map((values) => values[position]), position, z);
  });
}

const inputsOf = (node, data) => node.operands.map((operand) => isNode(operand) ? data[operand] : operand[0]);

function recompute(leafData) {
  const data = [], partials = [];
  nodes.forEach((node, at) => {
    if (node.rule < 0) { data.push(leafData.has(at) ? leafData.get(at) : node.data); partials.push([]); return; }
    const flat = inputsOf(node, data), z = evaluate(node, flat);
    data.push(z);
    partials.push(partialsOf(node, flat, z));
  });
  return { data, partials };
}

// What an addition brings. A _backward written by hand has no local derivatives: what it passed back was recorded.
const isByHand = (at) => Boolean(nodes[at].shares);
const brought = ({ from, slot }, grads) => isByHand(from) ? nodes[from].shares[slot] : run.partials[from][slot] * grads[from];

function gradients(added, seeded) { // after so many additions
  const grads = nodes.map(() => 0), reached = nodes.map(() => false);
  if (seeded) { grads[root] = 1; reached[root] = true; }
  for (const add of adds.slice(0, added)) {
    grads[add.to] += brought(add, grads);
    reached[add.to] = true;
  }
  return { grads, reached };
}

function addition(add) { // one of them in its numbers
  const { grads, reached } = gradients(add.place, true);
  const before = grads[add.to], share = brought(add, grads);
  const earlier = adds.slice(0, add.place).filter(({ to }) => to === add.to).map((each) => brought(each, grads));
  return { before, share, earlier, partial: run.partials[add.from][add.slot], upstream: grads[add.from],
    after: before + share, again: reached[add.to] };
}
