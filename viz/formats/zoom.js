// A picture that opens: a click on a folded box puts its level into its place, in a frame; a click on the bar
// of the frame closes it. A level is drawn when it is first opened, from a template that all levels of its form
// share. Making room moves what is to the right and below and nothing else: two boxes never overlap.

"use strict";
const HEAD = 28, PAD = 10, SMALLEST = 11 / 13, LARGEST = 1.6;
const $ = (id) => document.getElementById(id);
const stage = $("stage"), svg = stage.querySelector("svg"), still = matchMedia("(prefers-reduced-motion: reduce)");

function make(tag, attributes, ...inside) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return parsed(await new Response(stream).text());
}

// ---- numbers in their places ---------------------------------------------------------------------

function fill(level, nodes) {
  const { boxes, arrows, at, names } = level;
  const gradient = (place) => nodes.gradient[at[place]];
  const partial = (edge) => nodes.partials[at[edge[1]]][edge[2]];
  const passes = (edge) => (gradient(edge[1]) === null || partial(edge) === null ? null : gradient(edge[1]) * partial(edge));
  const passed = arrows.map(({ edges }) => {
    const sums = new Map();
    for (const edge of edges) if (passes(edge) !== null) sums.set(edge[0], (sums.get(edge[0]) || 0) + passes(edge));
    return { many: sums.size, ...together([...sums.values()]) };
  });
  const strongest = greatest(passed.map(({ flow }) => flow)), norms = boxes.map(({ members }) => norm(members.map(gradient))), highest = greatest(norms);
  boxes.forEach((box, place) => {
    const data = box.out.map((here) => nodes.data[at[here]]), [low, high] = ends(data);
    const one = at[box.members[0]], reached = norms[place] !== null, back = box.folded ? norms[place] : nodes.gradient[one];
    const color = box.folded || !reached ? "line" : sign(back) || "muted";
    put(box.group, ".data", range(data));
    put(box.group, ".norm", reached ? number(back) : "–");
    const text = put(box.group, ".gradient", reached ? signed(back) : "–");
    if (text) text.setAttribute("fill", `var(--${(reached && sign(back)) || "muted"})`);
    if (box.folded) put(box.group, "title", `${box.title}\n${box.members.length} Values, ${data.length} used outside\nfrom ${low} to ${high}`);
    else {
      put(box.group, ".name", names[box.members[0]]);
      put(box.group, "title", [nodes.name[one], `data ${low}`, `grad ${reached ? back : "–"}`].filter(Boolean).join("\n"));
      literals(box.group, nodes.literals[one]);
    }
    for (const line of strokes(box.group)) {
      line.setAttribute("stroke", `var(--${color})`);
      line.setAttribute("stroke-width", reached ? Math.min(width(back, highest), box.root || box.folded ? 2 : 4) : 1);
    }
  });
  arrows.forEach(({ group, edges }, place) => {
    const { flow, many, isMixed } = passed[place], color = `var(--${passed[place].color})`;
    const local = edges.length === 1 ? partial(edges[0]) : null;
    const back = many > 1 ? `\npasses back gradients of length ${Math.abs(flow)}${isMixed ? ", of both signs" : ""}` : many ? `\npasses back ${flow}` : "";
    if (local !== null) put(group, "text", number(local));
    put(group, "title", (edges.length > 1 ? `used ${edges.length} times` : `local derivative ${local}`) + back);
    for (const line of group.querySelectorAll("path, polygon")) {
      line.setAttribute("stroke", color);
      if (line.tagName === "polygon") { line.setAttribute("fill", color); continue; }
      line.setAttribute("stroke-width", flow === null ? 1 : width(flow, strongest));
      flow < 0 ? line.setAttribute("stroke-dasharray", "5,2") : line.removeAttribute("stroke-dasharray");
    }
  });
}

function literals(group, texts) { // the plain numbers in the title of an operation
  const places = [...group.querySelectorAll(".literal")].filter((place) => /\d|nan|inf/.test(place.textContent));
  if (texts.length === places.length) places.forEach((place, at) => { place.textContent = texts[at]; });
}

const norm = (numbers) => (numbers.every((x) => x === null) ? null : lengthOf(numbers.filter((x) => x !== null)));

function put(group, selector, text) {
  const element = group.querySelector(selector);
  if (element) element.textContent = text;
  return element;
}

// ---- a level, and the room that it takes -----------------------------------------------------------

function levelOf(templates, form, at, title, around, holder) {
  const template = templates[form];
  const graph = document.importNode(new DOMParser().parseFromString(template.svg, "text/html").querySelector("g.graph"), true);
  graph.removeAttribute("transform");
  holder.append(graph);
  const bounds = graph.getBBox();
  const names = around ? around.inside.map((place, here) => around.level.names[place].split(".").slice(template.cuts[here]).join(".")) : nodes.name;
  const level = { templates, at, names, title, around, graph, bounds, boxes: [], arrows: [] };
  const group = (id) => graph.querySelector(`[id="${id}"]`);
  for (const spec of template.boxes) {
    const found = group(spec.id), { x, y, width, height } = found.getBBox();
    const box = { ...spec, level, group: found, x, y, width, height, opened: null, frame: null };
    level.boxes.push(box);
    if (spec.opens !== null) {
      found.setAttribute("role", "button");
      found.setAttribute("tabindex", "0");
      found.setAttribute("aria-expanded", "false");
      found.setAttribute("aria-label", `open ${spec.title}`);
      found.addEventListener("click", () => moved || open(box));
      found.addEventListener("keydown", (event) => pressed(event) && open(box));
    }
  }
  const byId = new Map(level.boxes.map((box) => [box.id, box]));
  for (const spec of template.arrows) {
    const found = group(spec.id), lines = [...found.querySelectorAll("path")];
    level.arrows.push({ ...spec, group: found, from: byId.get(spec.source), to: byId.get(spec.target),
      lines: lines.map((line) => [line, line.getAttribute("d")]), head: found.querySelector("polygon"), labels: [...found.querySelectorAll("text")] });
  }
  for (const { group } of [...level.boxes, ...level.arrows]) group.removeAttribute("id");
  if (nodes.data.length) fill(level, nodes);
  return level;
}

function stretched(spans) { // a coordinate after every span has grown to its size
  const cuts = [...new Set(spans.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const pieces = cuts.slice(1).map((end, place) => {
    const start = cuts[place], over = spans.filter(({ from, to }) => from <= start && end <= to);
    return [start, end, Math.max(0, ...over.map(({ from, to, size }) => size / (to - from) - 1))];
  });
  return (x) => pieces.reduce((y, [start, end, more]) => y + more * Math.max(0, Math.min(x, end) - start), x);
}

function place(level) { // from the inside out: the room of each opened box, then what is around it
  const opened = level.boxes.filter((box) => box.opened);
  for (const { opened: inner } of opened) place(inner);
  const across = stretched(opened.map((box) => ({ from: box.x, to: box.x + box.width, size: Math.max(box.width, box.opened.width + 2 * PAD, 140) })));
  const down = stretched(opened.map((box) => ({ from: box.y, to: box.y + box.height, size: Math.max(box.height, box.opened.height + HEAD + 2 * PAD) })));
  for (const box of level.boxes) {
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    box.shift = [across(x) - x, down(y) - y];
    box.group.setAttribute("transform", `translate(${box.shift})`);
    box.group.setAttribute("display", box.opened ? "none" : "inline");
    if (box.opened) frame(box, across(box.x), down(box.y), across(box.x + box.width), down(box.y + box.height));
  }
  const moved = (x, y) => [across(x), down(y)];
  const beside = (box) => (x, y) => (box.opened ? moved(x, y) : [x + box.shift[0], y + box.shift[1]]);
  for (const arrow of level.arrows) {
    const end = beside(arrow.to);
    for (const [line, d] of arrow.lines) line.setAttribute("d", led(d, arrow, beside, moved));
    if (arrow.head) shift(arrow.head, end);
    for (const label of arrow.labels) shift(label, moved);
  }
  const { x, y, width, height } = level.bounds;
  level.width = across(x + width) - x;
  level.height = down(y + height) - y;
}

function led(d, { from, to }, beside, moved) { // from its box to where its curve begins now, and from where that ends to its box
  const points = [...d.matchAll(/(-?[\d.]+)[ ,](-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
  const last = points[points.length - 1], away = (box, [x, y]) => Math.hypot(x - box.x - box.width / 2, y - box.y - box.height / 2);
  const isForward = away(from, points[0]) + away(to, last) <= away(to, points[0]) + away(from, last);
  const ends = (isForward ? [from, to] : [to, from]).map(beside);
  const [first, ...rest] = points.map(([x, y]) => moved(x, y).map((one) => one.toFixed(1)).join(","));
  return `M${ends[0](...points[0])} L${first} C${rest.join(" ")} L${ends[1](...last)}`;
}

function shift(element, move) {
  if (!element.home) { const { x, y, width, height } = element.getBBox(); element.home = [x + width / 2, y + height / 2]; }
  const [x, y] = element.home, [newX, newY] = move(x, y);
  element.setAttribute("transform", `translate(${newX - x} ${newY - y})`);
}

function frame(box, left, top, right, bottom) {
  const { opened, frame: drawn } = box, [outline, bar] = drawn.children, [back, words] = bar.children;
  drawn.setAttribute("transform", `translate(${left} ${top})`);
  outline.setAttribute("width", right - left);
  outline.setAttribute("height", bottom - top);
  back.setAttribute("width", right - left);
  words.textContent = "− " + box.title;
  const x = (right - left - opened.width) / 2 - opened.bounds.x, y = HEAD + (bottom - top - HEAD - opened.height) / 2 - opened.bounds.y;
  opened.graph.setAttribute("transform", `translate(${x} ${y})`);
  box.corner = { x: left, y: top, width: right - left, height: bottom - top, inner: [left + x, top + y] };
}

// ---- opening and closing ---------------------------------------------------------------------------

let nodes, whole, current, moved = false;

function open(box) {
  if (!box.frame) {
    const bar = make("g", { class: "bar", role: "button", tabindex: "0", "aria-expanded": "true", "aria-label": `close ${box.title}` },
      make("rect", { height: HEAD }), make("text", { x: PAD, y: 19 }));
    box.frame = make("g", { class: "frame" }, make("rect", { class: "edge-of-frame" }), bar);
    bar.addEventListener("click", () => moved || close(box));
    bar.addEventListener("keydown", (event) => pressed(event) && close(box));
  }
  box.level.graph.append(box.frame);
  box.opened = box.kept || levelOf(box.level.templates, box.opens, box.inside.map((place) => box.level.at[place]), box.title, box, box.frame);
  box.kept = box.opened;
  place(whole);
  show(box.opened);
  box.frame.querySelector(".bar").focus({ preventScroll: true });
}

function close(box) {
  box.opened = null;
  box.frame.remove();
  place(whole);
  show(box.level);
  box.group.focus({ preventScroll: true });
}

const levels = (level) => (level.around ? [...levels(level.around.level), level] : [level]);

function show(level, glide = true) { // look at it, and say where it is
  current = level;
  $("trail").replaceChildren(...levels(level).map((one) => {
    const button = document.createElement("button");
    button.textContent = one.title;
    if (one === level) button.setAttribute("aria-current", "location");
    button.addEventListener("click", () => show(one));
    return button;
  }));
  look(region(level), glide);
}

function region(level) { // where a level is, in the picture
  if (!level.around) return { x: level.bounds.x, y: level.bounds.y, width: level.width, height: level.height };
  let { x, y, width, height } = level.around.corner;
  for (let box = level.around.level.around; box; box = box.level.around) { x += box.corner.inner[0]; y += box.corner.inner[1]; }
  return { x, y, width, height };
}

// ---- the camera ------------------------------------------------------------------------------------

const camera = { x: 0, y: 0, scale: 1 };
let gliding = 0;

function aim({ x, y, scale }) {
  Object.assign(camera, { x, y, scale });
  svg.setAttribute("viewBox", [x, y, stage.clientWidth / scale, stage.clientHeight / scale].join(" "));
}

function look(where, glide) { // all of it if its text can be read then, else its beginning
  const room = [stage.clientWidth - 24, stage.clientHeight - 16];
  const scale = Math.max(SMALLEST, Math.min(LARGEST, room[0] / where.width, room[1] / where.height));
  const start = (from, size, room) => (size * scale <= room ? from - (room / scale - size) / 2 : from);
  const to = { scale, x: start(where.x, where.width, room[0]) - 12 / scale, y: start(where.y, where.height, room[1]) - 8 / scale };
  cancelAnimationFrame(gliding);
  if (!glide || still.matches) return aim(to);
  const from = { ...camera }, began = performance.now();
  const step = (now) => {
    const t = Math.min(1, (now - began) / 250), done = t * t * (3 - 2 * t);
    aim({ x: from.x + done * (to.x - from.x), y: from.y + done * (to.y - from.y), scale: from.scale + done * (to.scale - from.scale) });
    if (t < 1) gliding = requestAnimationFrame(step);
  };
  step(began);
}

function zoom(by, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
  cancelAnimationFrame(gliding);
  const scale = Math.max(0.05, Math.min(8, camera.scale * by));
  aim({ scale, x: camera.x + x / camera.scale - x / scale, y: camera.y + y / camera.scale - y / scale });
}

const pan = (x, y) => { cancelAnimationFrame(gliding); aim({ ...camera, x: camera.x + x / camera.scale, y: camera.y + y / camera.scale }); };
const pressed = (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), event.stopPropagation(), true);

stage.addEventListener("wheel", (event) => {
  event.preventDefault();
  const { left, top } = stage.getBoundingClientRect();
  if (event.ctrlKey || event.metaKey) zoom(Math.exp(-event.deltaY / 300), event.clientX - left, event.clientY - top);
  else pan(event.deltaX, event.deltaY);
}, { passive: false });
stage.addEventListener("pointerdown", (down) => {
  moved = false;
  let [x, y] = [down.clientX, down.clientY];
  const move = (event) => {
    if (!moved && Math.hypot(event.clientX - x, event.clientY - y) < 5) return;
    moved = true;
    stage.classList.add("dragged");
    pan(x - event.clientX, y - event.clientY);
    [x, y] = [event.clientX, event.clientY];
  };
  const up = () => { stage.classList.remove("dragged"); removeEventListener("pointermove", move); };
  addEventListener("pointermove", move);
  addEventListener("pointerup", up, { once: true });
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = 60, keys = { "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), 0: () => show(whole),
    ArrowLeft: () => pan(-step, 0), ArrowRight: () => pan(step, 0), ArrowUp: () => pan(0, -step), ArrowDown: () => pan(0, step),
    Escape: () => current.around && close(current.around) };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
$("closer").addEventListener("click", () => zoom(1.25));
$("further").addEventListener("click", () => zoom(0.8));
$("fit").addEventListener("click", () => show(whole));
addEventListener("resize", () => show(current, false));

unpacked($("levels").textContent).then((shipped) => {
  nodes = shipped.nodes;
  const entries = [...svg.querySelectorAll(".legend > g")], widths = entries.map((entry) => Math.ceil(entry.getBBox().x + entry.getBBox().width) + 2);
  entries.forEach((entry, place) => { // each for itself, so that they go on in the next row where the window ends
    entry.removeAttribute("transform");
    $("legend").append(make("svg", { width: widths[place], height: 24, "font-family": svg.getAttribute("font-family") }, entry));
  });
  const text = new XMLSerializer().serializeToString(svg);
  svg.replaceChildren();
  svg.removeAttribute("width");
  svg.removeAttribute("height");
  svg.setAttribute("role", "group");
  shipped.levels[0].svg = text;
  whole = levelOf(shipped.levels, 0, nodes.data.map((_, at) => at), document.title, null, svg);
  place(whole);
  show(whole, false);
  document.body.dataset.ready = "";
});
