"use strict";
// The player: replays the recorded program step by step, forward and then backward.
// RULES, the primitives of this graph, are printed from the engine's table above this text.

// ---- what rules call that JavaScript lacks -----------------------------------------------------

function total(count, term) {
  let sum = count ? term(0) : 0;
  for (let at = 1; at < count; at++) sum += term(at);
  return sum;
}

function largest(count, term) {
  let most = -Infinity;
  for (let at = 0; at < count; at++) if (!(term(at) <= most)) most = term(at);
  return most;
}

function power(x, y) { // as IEEE 754 and Python have it; Math.pow says NaN
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : Math.pow(x, y);
}

function erf(x) { // 2/sqrt(pi) e^(-x^2) (x + 2x^3/3 + 4x^5/15 + ...): all terms of one sign
  if (Math.abs(x) > 2) return Math.sign(x) * (1 - erfc(Math.abs(x)));
  let term = x, sum = x;
  for (let n = 1; n < 60; n++) sum += term *= 2 * x * x / (2 * n + 1);
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
}

function erfc(x) { // a continued fraction where 1 - erf(x) would cancel
  if (!(x > 1)) return x === -Infinity ? 2 : 1 - erf(x);
  if (x === Infinity) return 0;
  let tail = 0;
  for (let n = 400; n > 0; n--) tail = n / 2 / (x + tail);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + tail);
}

// ---- the program -------------------------------------------------------------------------------

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

let now = 0, asking = false, timer = 0;

function gradients(added, seeded) {
  const grads = nodes.map(() => 0), reached = nodes.map(() => false);
  if (seeded) { grads[nodes.length - 1] = 1; reached[nodes.length - 1] = true; }
  for (let place = 0; place < added; place++) {
    const { from, to, slot } = adds[place];
    grads[to] += run.partials[from][slot] * grads[from];
    reached[to] = true;
  }
  return { grads, reached };
}

// ---- words -------------------------------------------------------------------------------------

function number(x) {
  if (!Number.isFinite(x)) return "! " + String(x).replace("Infinity", "inf").replace("NaN", "nan");
  if (x === 0) return "0";
  const exponent = Math.floor(Math.log10(Math.abs(Number(x.toPrecision(4)))) + 1e-12);
  if (exponent >= -4 && exponent < 4) return String(Number(x.toPrecision(4)));
  const [digits, power] = x.toExponential(3).split("e");
  return `${Number(digits)}e${power[0]}${power.slice(1).padStart(2, "0")}`;
}
const signed = (x) => (x > 0 && x < Infinity ? "+" : "") + number(x);
const sign = (x) => (!Number.isFinite(x) ? "alarm" : x > 0 ? "positive" : x < 0 ? "negative" : "");

function span(text, kind) {
  const element = document.createElement("span");
  element.textContent = text;
  element.className = kind || "";
  return element;
}
const name = (at) => { const element = document.createElement("bdi"); element.textContent = nodes[at].name; return element; };

function formula(node, write) { // the operation with its operands as `write` puts them
  const operands = node.operands.map((operand) => (isNode(operand) ? write(operand) : number(operand[0])));
  const join = (separator) => operands.flatMap((operand, at) => (at ? [separator, operand] : [operand]));
  if (node.infix && operands.length === 2) return join(` ${node.symbol} `);
  if (node.infix) return [node.symbol, ...operands];
  return [node.symbol + "(", ...(operands.length > 8 ? [...join(", ").slice(0, 15), ", …"] : join(", ")), ")"];
}

function say(event, state) {
  const words = $("words");
  const phase = (text) => span(text + " ", "phase");
  if (event.kind === "start") return words.replaceChildren(phase("press → or the space bar"), `${leaves.length} leaves are given`);
  if (event.kind === "end") return words.replaceChildren(phase("done"), "every gradient is known: d(", name(nodes.length - 1), ") / d(each leaf)");
  if (event.kind === "seed")
    return words.replaceChildren(phase("backward pass"), name(event.at), ".grad = 1, since d(", name(event.at), ") / d(", name(event.at), ") = 1");
  if (event.kind === "forward") {
    const node = nodes[event.at];
    const shared = program.boxes[node.box].folded;
    if (shared) return words.replaceChildren(phase("forward pass"), `${program.boxes[node.box].title}: out ${number(run.data[event.at])}`);
    return words.replaceChildren(phase("forward pass"), name(event.at), " = ", ...formula(node, name), " = ",
      ...formula(node, (at) => number(run.data[at])), " = ", span(number(run.data[event.at]), "times"));
  }
  const { from, to, slot } = event.add;
  if (event.kind === "bundle")
    return words.replaceChildren(phase("backward pass"), `${event.add.arrow.edges.length} gradients pass back to `, boxName(to));
  const before = gradients(event.added - 1, true), partial = run.partials[from][slot];
  const again = before.reached[to];
  words.replaceChildren(
    phase(again ? "backward pass: it arrives again, and adds up" : "backward pass: local derivative × gradient from above"),
    name(to), ".grad: ", number(before.grads[to]), " ", span("+=", "times"), " ", number(partial), " × ",
    span(number(before.grads[from]), sign(before.grads[from])), " = ",
    asking ? span("?", "times") : span(number(state.grads[to]), sign(state.grads[to])));
}

function boxName(at) {
  const box = program.boxes[nodes[at].box];
  return box.folded ? box.title : name(at);
}

// ---- the picture -------------------------------------------------------------------------------

const boxes = new Map(Object.entries(program.boxes).map(([key, box]) => {
  const group = $(key);
  return [key, { ...box, group, data: group.querySelector(".data"), gradient: group.querySelector(".gradient, .norm"),
    widest: box.folded || group.classList.contains("root") ? 2 : 4,
    members: nodes.map((node, at) => at).filter((at) => nodes[at].box === key) }];
}));
const color = (kind) => getComputedStyle(document.body).getPropertyValue("--" + kind).trim();
const strokes = (group) => group.querySelectorAll("path, polygon, polyline");
const width = (x, most) => (x && most ? 1 + 3 * Math.max(0, 1 + Math.log10(Math.abs(x) / most) / 3) : 1);
const leaving = new Map([...boxes].map(([key, box]) => [key, box.members.filter((at) =>
  at === nodes.length - 1 || adds.some((add) => add.to === at && nodes[add.from].box !== key))]));

function paint() {
  const event = events[now];
  const added = event.added - (asking ? 1 : 0);
  const state = gradients(added, now > forwardEnd);
  const active = new Set();
  if (event.kind === "forward") active.add(nodes[event.at].box);
  if (event.kind === "seed") active.add(nodes[event.at].box);
  if (event.add) { active.add(event.add.arrow.id); active.add(nodes[event.add.to].box); }
  const most = Math.max(...state.grads.filter(Number.isFinite).map(Math.abs), 0);
  for (const [key, box] of boxes) {
    const last = box.members[box.members.length - 1];
    const known = !lastOf.has(key) || lastOf.get(key) < event.shown;
    box.group.classList.toggle("ahead", !known);
    box.group.classList.toggle("now", active.has(key));
    const out = leaving.get(key).map((at) => run.data[at]);
    const low = Math.min(...out), high = Math.max(...out);
    box.data.textContent = known ? (out.length === 1 ? number(low) : `${number(low)} … ${number(high)}`) : "";
    const reached = box.members.some((at) => state.reached[at]);
    const gradient = box.folded ? Math.hypot(...box.members.map((at) => state.grads[at])) : state.grads[last];
    const asked = asking && event.add.to === last;
    const kind = reached && !box.folded ? sign(gradient) || "muted" : "muted";
    box.gradient.textContent = asked ? "?" : reached ? (box.folded ? number(gradient) : signed(gradient)) : "–";
    box.gradient.setAttribute("fill", color(kind));
    for (const stroke of strokes(box.group)) {
      if (stroke.getAttribute("stroke") === "transparent") continue;
      stroke.setAttribute("stroke", reached && !box.folded ? color(kind) : color("line"));
      stroke.setAttribute("stroke-width", Math.min(width(gradient, most), box.widest));
    }
  }
  const passed = new Map();
  for (let place = 0; place < added; place++) {
    const { from, slot, arrow } = adds[place];
    if (arrow) passed.set(arrow, (passed.get(arrow) || 0) + run.partials[from][slot] * state.grads[from]);
  }
  for (const arrow of program.arrows) {
    const group = $(arrow.id), [, target, slot] = arrow.edges[0];
    group.classList.toggle("ahead", target >= event.shown);
    group.classList.toggle("now", active.has(arrow.id));
    const label = group.querySelector("text");
    if (label && arrow.edges.length === 1) label.textContent = number(run.partials[target][slot]);
    const flow = passed.get(arrow);
    for (const stroke of strokes(group)) {
      stroke.setAttribute("stroke", color(flow === undefined ? "line" : sign(flow) || "muted"));
      if (stroke.tagName === "path") flow < 0 ? stroke.setAttribute("stroke-dasharray", "5,2") : stroke.removeAttribute("stroke-dasharray");
      if (stroke.tagName === "polygon") stroke.setAttribute("fill", stroke.getAttribute("stroke"));
    }
  }
  say(event, state);
  ask(event);
  $("time").value = now;
  $("time").setAttribute("aria-valuetext", $("words").textContent);
  $("count").textContent = `${now} / ${events.length - 1}`;
  fillTable(event, state);
}

function fillTable(event, state) {
  $("numbers").querySelector("tbody").replaceChildren(...nodes.map((node, at) => {
    const row = document.createElement("tr");
    const cell = (content, value) => {
      const made = document.createElement("td");
      made.append(content);
      if (value !== undefined) { made.dataset.value = value; made.title = value; }
      row.append(made);
    };
    const known = node.rule < 0 || at < event.shown;
    cell(name(at));
    cell(node.rule < 0 ? "leaf" : node.symbol);
    cell(known ? number(run.data[at]) : "", known ? run.data[at] : undefined);
    cell(state.reached[at] ? signed(state.grads[at]) : "–", state.reached[at] ? state.grads[at] : undefined);
    return row;
  }));
}

// ---- predict first -----------------------------------------------------------------------------

function ask(event) {
  $("question").hidden = !asking;
  if (!asking) return;
  const label = $("question").querySelector("label");
  label.replaceChildren(name(event.add.to), ".grad after this step = ");
}

function judge(text) {
  const { add, added } = events[now], { grads } = gradients(added - 1, true);
  const before = grads[add.to], upstream = grads[add.from], partial = run.partials[add.from][add.slot];
  const product = partial * upstream, answer = Number(text.replace(",", ".").replace("−", "-"));
  const near = (x) => Math.abs(answer - x) <= 0.005 * Math.max(Math.abs(x), 1e-12) || text.trim() === number(x);
  if (text.trim() === "" || Number.isNaN(answer)) return "type a number, such as -0.25";
  if (near(before + product)) return "";
  if (near(product)) return "that is = where += is needed: what had arrived before still counts";
  if (near(before)) return "that forgets the path which arrives now";
  if (near(before + partial) || near(partial)) return "that forgets the gradient from above: the local derivative is multiplied by it";
  if (near(before + upstream) || near(upstream)) return "that forgets the local derivative on the arrow";
  if (near(-(before + product)) || near(before - product)) return "look at the signs again";
  return "not yet: what was there, plus local derivative × gradient from above";
}

$("question").addEventListener("submit", (event) => {
  event.preventDefault();
  const mistake = judge($("answer").value);
  if (mistake) { $("verdict").textContent = "✗ " + mistake; return; }
  asking = false;
  paint();
  $("words").append(span(" ✓", "positive"));
  $("next").focus();
});
$("reveal").addEventListener("click", () => { asking = false; paint(); $("next").focus(); });
$("predict").addEventListener("change", () => go(now));

// ---- moving through time -----------------------------------------------------------------------

function go(to) {
  now = Math.max(0, Math.min(events.length - 1, to));
  asking = $("predict").checked && events[now].kind === "add";
  $("answer").value = $("verdict").textContent = "";
  paint();
  if (asking) { pause(); $("answer").focus(); }
}

function pause() {
  clearInterval(timer);
  timer = 0;
  document.body.classList.remove("playing");
  $("play").setAttribute("aria-label", "play");
}

function play() {
  if (timer) return pause();
  if (now === events.length - 1) go(0);
  document.body.classList.add("playing");
  $("play").setAttribute("aria-label", "pause");
  timer = setInterval(() => { go(now + 1); if (now === events.length - 1) pause(); }, Number($("speed").value));
}

const step = (by) => { pause(); if (by > 0 && asking) { asking = false; paint(); } else go(now + by); };
$("first").addEventListener("click", () => { pause(); go(0); });
$("back").addEventListener("click", () => step(-1));
$("play").addEventListener("click", play);
$("next").addEventListener("click", () => step(1));
$("last").addEventListener("click", () => { pause(); go(events.length - 1); });
$("time").addEventListener("input", () => { pause(); go(Number($("time").value)); });
$("speed").addEventListener("change", () => { if (timer) { pause(); play(); } });
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = event.target;
  const typing = at.matches("input:not(#time):not([type=checkbox]), select");
  const keys = { ArrowRight: () => step(1), ArrowLeft: () => step(-1), " ": play, Home: () => { pause(); go(0); }, End: () => { pause(); go(events.length - 1); } };
  if (!keys[event.key] || typing || (event.key === " " && at.matches("button, summary, input[type=checkbox]"))) return;
  event.preventDefault();
  keys[event.key]();
});

// ---- what if -----------------------------------------------------------------------------------

const moved = new Map();
for (const at of leaves) {
  const label = document.createElement("label"), slider = document.createElement("input"), shown = document.createElement("output");
  const start = nodes[at].data, reach = Math.max(2, 2 * Math.abs(start));
  Object.assign(slider, { type: "range", min: start - reach, max: start + reach, step: "any", disabled: nodes[at].fixed || !Number.isFinite(start) });
  slider.value = start;
  slider.dataset.leaf = at;
  shown.textContent = number(start);
  slider.addEventListener("input", () => {
    moved.set(at, Number(slider.value));
    shown.textContent = number(moved.get(at));
    run = recompute(moved);
    paint();
  });
  label.append(name(at), slider, shown);
  $("leaves").append(label);
}
if (nodes.some((node) => node.fixed)) {
  $("fixed").hidden = false;
  $("fixed").textContent = "Leaves below a where or select are fixed: which branch counts was decided when the graph was recorded.";
}
$("reset").addEventListener("click", () => {
  moved.clear();
  run = recorded;
  for (const slider of $("leaves").querySelectorAll("input")) {
    slider.value = nodes[slider.dataset.leaf].data;
    slider.nextSibling.textContent = number(nodes[slider.dataset.leaf].data);
  }
  paint();
});

$("time").max = events.length - 1;
go(0);
