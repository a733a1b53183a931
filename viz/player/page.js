// The page: it says and paints the state at an event, and moves through time.

let now = 0, asking = false, timer = 0;

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
  if (event.kind === "start") return words.replaceChildren(phase("press → or the space bar"), leaves.length === 1 ? "1 leaf is given" : `${leaves.length} leaves are given`);
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
  const before = gradients(event.added - 1, true);
  if (nodes[from].shares)
    return words.replaceChildren(phase("backward pass: a _backward written by hand, whose rule is not known"), name(to), ".grad: ",
      number(before.grads[to]), " → ", span(number(state.grads[to]), sign(state.grads[to])), `, by the _backward of ${nodes[from].symbol}`);
  const partial = run.partials[from][slot];
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
const left = new Set([nodes.length - 1]); // what is used outside its box
for (const { from, to } of adds) if (nodes[from].box !== nodes[to].box) left.add(to);
const leaving = new Map([...boxes].map(([key, box]) => [key, box.members.filter((at) => left.has(at))]));

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
    if (arrow) passed.set(arrow, (passed.get(arrow) || 0) + share(from, slot, state.grads));
  }
  for (const arrow of program.arrows) {
    const group = $(arrow.id), [, target, slot] = arrow.edges[0];
    group.classList.toggle("ahead", target >= event.shown);
    group.classList.toggle("now", active.has(arrow.id));
    const label = group.querySelector("text");
    if (label && arrow.edges.length === 1 && !nodes[target].shares) label.textContent = number(run.partials[target][slot]);
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
  if (nodes.length > 300 && !$("numbers").open) return;
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

// Names and words are those of demos/mistakes (a test holds them equal); then, what each mistake types.
const MISTAKES = [
  ["overwrite", "`=` in place of `+=`", (at) => [at.product]],
  ["forgotten-path", "the first path alone in place of the sum over all paths", (at) => [at.before]],
  ["forgotten-upstream", "the local derivative alone in place of local derivative × gradient from above",
    (at) => [at.before + at.partial, at.partial]],
  ["forgotten-local", "the gradient from above alone in place of local derivative × gradient from above",
    (at) => [at.before + at.upstream, at.upstream]],
];

function judge(text) {
  const { add, added } = events[now], { grads } = gradients(added - 1, true);
  const before = grads[add.to], upstream = grads[add.from], partial = run.partials[add.from][add.slot];
  const product = partial * upstream, answer = Number(text.replace(",", ".").replace("−", "-"));
  const near = (x) => Math.abs(answer - x) <= 0.005 * Math.max(Math.abs(x), 1e-12) || text.trim() === number(x);
  if (text.trim() === "" || Number.isNaN(answer)) return "type a number, such as -0.25";
  if (near(before + product)) return "";
  const mistake = MISTAKES.find(([, , gives]) => gives({ before, upstream, partial, product }).some(near));
  if (mistake) return "that is " + mistake[1].replaceAll("`", "");
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
  asking = $("predict").checked && events[now].kind === "add" && !nodes[events[now].add.from].shares;
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
  const byHand = nodes.find((node) => node.shares);
  $("fixed").hidden = false;
  $("fixed").textContent = byHand ? `The leaves are fixed: the _backward of ${byHand.symbol} is written by hand, and what it would do elsewhere is not known.` : "Leaves below a where or select are fixed: which branch counts was decided when the graph was recorded.";
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

$("numbers").addEventListener("toggle", paint);
$("time").max = events.length - 1;
go(0);
