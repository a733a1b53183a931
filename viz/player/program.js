// The recorded program: its nodes, how they are computed again, and the list of events that is played.

const $ = (id) => document.getElementById(id);
const program = JSON.parse($("program").textContent, (key, value) =>
  value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : value);
const nodes = program.nodes;
const isNode = (operand) => typeof operand === "number"; // a literal is [number]
const leaves = nodes.map((node, at) => at).filter((at) => nodes[at].rule < 0);
const recorded = { data: nodes.map((node) => node.data), partials: nodes.map((node) => node.partials) };
let run = recorded;

function recompute(leafData) {
  const data = [], partials = [];
  nodes.forEach((node, at) => {
    if (node.rule < 0) { data.push(leafData.has(at) ? leafData.get(at) : node.data); partials.push([]); return; }
    const rule = RULES[node.rule];
    const flat = node.operands.map((operand) => isNode(operand) ? data[operand] : operand[0]);
    const single = flat.slice(0, rule.single);
    const size = rule.families ? (flat.length - rule.single) / rule.families : 0;
    const families = [...Array(rule.families).keys()].map((f) => flat.slice(rule.single + f * size, rule.single + (f + 1) * size));
    const z = rule.z(...single, ...families);
    data.push(z);
    partials.push(node.operands.map((operand, slot) => {
      if (!isNode(operand)) return null;
      if (!rule.families) return rule.d[slot](...single, z);
      if (slot < rule.single) return rule.d[slot](...single, ...families.map(() => NaN), 0, z);
      const family = Math.floor((slot - rule.single) / size), position = (slot - rule.single) % size;
      return rule.d[rule.single + family](...single, ...families.map((values) => values[position]), position, z);
    }));
  });
  return { data, partials };
}

// ---- the list of events ------------------------------------------------------------------------
// One event per operation forward; backward one for the seed and one per edge. Inside a folded box
// nothing is shown, and several edges between two boxes are one event.

const adds = []; // every += of the backward pass, in order
for (let at = nodes.length - 1; at >= 0; at--)
  nodes[at].operands.forEach((operand, slot) => { if (isNode(operand)) adds.push({ from: at, to: operand, slot }); });
const arrowOf = new Map();
program.arrows.forEach((arrow) => arrow.edges.forEach(([source, target, slot]) => arrowOf.set(`${source},${target},${slot}`, arrow)));
adds.forEach((add) => { add.arrow = arrowOf.get(`${add.to},${add.from},${add.slot}`); });

const events = [{ kind: "start", shown: 0, added: 0 }];
const lastOf = new Map(); // per box, its last operation
nodes.forEach((node, at) => { if (node.rule >= 0) lastOf.set(node.box, at); });
nodes.forEach((node, at) => {
  if (lastOf.get(node.box) === at && node.rule >= 0) events.push({ kind: "forward", at, shown: at + 1, added: 0 });
});
const forwardEnd = events.length - 1;
events.push({ kind: "seed", shown: nodes.length, added: 0, at: nodes.length - 1 });
const bundleEnd = new Map();
adds.forEach((add, place) => { if (add.arrow && add.arrow.edges.length > 1) bundleEnd.set(add.arrow, place); });
adds.forEach((add, place) => {
  if (!add.arrow || (bundleEnd.has(add.arrow) && bundleEnd.get(add.arrow) !== place)) return;
  events.push({ kind: bundleEnd.has(add.arrow) ? "bundle" : "add", add, shown: nodes.length, added: place + 1 });
});
events.push({ kind: "end", shown: nodes.length, added: adds.length });

const share = (from, slot, grads) => (nodes[from].shares ? nodes[from].shares[slot] : run.partials[from][slot] * grads[from]);

function gradients(added, seeded) {
  const grads = nodes.map(() => 0), reached = nodes.map(() => false);
  if (seeded) { grads[nodes.length - 1] = 1; reached[nodes.length - 1] = true; }
  for (let place = 0; place < added; place++) {
    const { from, to, slot } = adds[place];
    grads[to] += share(from, slot, grads);
    reached[to] = true;
  }
  return { grads, reached };
}
