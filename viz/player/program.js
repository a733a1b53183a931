// The recorded program: its nodes, how they are computed again, and the backward pass as a list of additions.

const $ = (id) => document.getElementById(id);
const program = parsed($("program").textContent);
const nodes = program.nodes;
const root = nodes.length - 1;
const isNode = (operand) => typeof operand === "number"; // a literal is [number]
const leaves = nodes.map((node, at) => at).filter((at) => nodes[at].rule < 0);
const recorded = { data: nodes.map((node) => node.data), partials: nodes.map((node) => node.partials) };
let run = recorded;

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

const operandsOf = (node, data) => node.operands.map((operand) => isNode(operand) ? data[operand] : operand[0]);

function recompute(leafData) {
  const data = [], partials = [];
  nodes.forEach((node, at) => {
    if (node.rule < 0) { data.push(leafData.has(at) ? leafData.get(at) : node.data); partials.push([]); return; }
    const flat = operandsOf(node, data), z = evaluate(node, flat);
    data.push(z);
    partials.push(partialsOf(node, flat, z));
  });
  return { data, partials };
}

const adds = []; // every += of the backward pass, in order
for (let from = root; from >= 0; from--)
  nodes[from].operands.forEach((to, slot) => { if (isNode(to)) adds.push({ from, to, slot, place: adds.length }); });

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
