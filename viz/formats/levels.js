// A picture that opens: a click on a folded box puts its level into its place, in a frame; a click on the bar
// of the frame closes it. A level is drawn when it is first opened, from a template that all levels of its form
// share. Making room moves what is to the right and below and nothing else: two boxes never overlap.
//
// The page says what a Value is called, `nameOf`, which Values it was made of, slot by slot, `operandsOf` (null for a plain
// number), what is written into a new level, `fill`, and what follows when one was opened or closed, `changed`.

const HEAD = 28, PAD = 10;

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return parsed(await new Response(stream).text());
}

function put(group, selector, text) {
  const element = group.querySelector(selector);
  if (!element) return null;
  element.textContent = text;
  if (selector === ".data" || selector === ".gradient") element.classList.toggle("alarm", text.startsWith("! "));
  return element;
}

function literals(group, texts) { // the plain numbers in the title of an operation
  const places = [...group.querySelectorAll(".literal")].filter((place) => /\d|nan|inf/.test(place.textContent));
  if (texts.length === places.length) places.forEach((place, at) => { place.textContent = texts[at]; });
}

// ---- a level, and the room that it takes -----------------------------------------------------------

function levelOf(templates, form, at, title, around, holder) {
  const template = templates[form], { graph, boxes, arrows } = drawn(template);
  holder.append(graph);
  const names = around ? around.inside.map((place, here) => shortened(around.level.names[place], template.cuts[here])) : at.map(nameOf);
  const level = { templates, at, names, title, around, graph, bounds: template.bounds, crowded: template.crowded, boxes: [], arrows: [] };
  template.boxes.forEach((spec, place) => {
    const group = boxes[place], box = { ...spec, ...spec.extent, level, group, opened: null, frame: null };
    level.boxes.push(box);
    if (spec.opens === null) return;
    group.setAttribute("role", "button");
    group.setAttribute("tabindex", "0");
    group.setAttribute("aria-expanded", "false");
    group.setAttribute("aria-label", `open ${spec.title}`);
    group.addEventListener("click", () => isDragged || open(box));
    group.addEventListener("keydown", (event) => pressed(event) && open(box, true));
  });
  const uses = usesOf(level);
  template.arrows.forEach((spec, place) => {
    const group = arrows[place], from = level.boxes[spec.from], to = level.boxes[spec.to];
    level.arrows.push({ ...spec, group, from, to, edges: edgesOf(spec, from, to, uses),
      lines: [...group.querySelectorAll("path")].map((line) => [line, line.getAttribute("d")]),
      head: group.querySelector("polygon"), labels: [...group.querySelectorAll("text")] });
  });
  fill(level);
  return level;
}

function usesOf({ at, around }) { // of each place on a level: [from, to, slot] of what it uses there
  const here = new Map(at.map((position, place) => [position, place])), inner = around && new Set(around.members);
  return at.map((position, to) => (inner && !inner.has(around.inside[to]) ? [] : operandsOf(position)
    .map((operand, slot) => [here.get(operand), to, slot]).filter(([from]) => from !== undefined)));
}

function edgesOf({ slot }, from, to, uses) { // the uses that an arrow stands for: all between two boxes, or one slot's
  const sources = new Set(from.members);
  return to.members.flatMap((place) => uses[place].filter(([source, , its]) => sources.has(source) && (slot === undefined || slot === its)));
}

function shortened(name, cut) { // without so many of the names that it begins with, and never without all of them
  const names = name.split(".");
  return names.slice(Math.min(cut, names.length - 1)).join(".");
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
    for (const [line, d] of arrow.lines) line.setAttribute("d", led(d, arrow, beside, moved));
    arrow.head.home ||= middleOf(pointsOf(arrow.head.getAttribute("points")));
    shift(arrow.head, beside(arrow.to));
    for (const label of arrow.labels) {
      label.home ||= nearestOn(arrow.lines[0][1], placeOf(label)); // where its arrow goes, it goes
      shift(label, moved);
    }
  }
  const { x, y, width, height } = level.bounds;
  level.width = across(x + width) - x;
  level.height = down(y + height) - y;
}

function nearestOn(d, [x, y]) { // the point of a curve of Bézier pieces that is nearest to a place
  const points = pointsOf(d), met = [];
  for (let at = 0; at + 3 < points.length; at += 3)
    for (let t = 0; t <= 1; t += 1 / 16) {
      const shares = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t ** 2 * (1 - t), t ** 3];
      met.push([0, 1].map((axis) => shares.reduce((sum, share, part) => sum + share * points[at + part][axis], 0)));
    }
  const away = ([left, top]) => Math.hypot(left - x, top - y);
  return met.reduce((best, one) => (away(one) < away(best) ? one : best), points[0]);
}

function led(d, { from, to }, beside, moved) { // from its box to where its curve begins now, and from where that ends to its box
  const points = pointsOf(d);
  const last = points[points.length - 1], away = (box, [x, y]) => Math.hypot(x - box.x - box.width / 2, y - box.y - box.height / 2);
  const isForward = away(from, points[0]) + away(to, last) <= away(to, points[0]) + away(from, last);
  const ends = (isForward ? [from, to] : [to, from]).map(beside);
  const [first, ...rest] = points.map(([x, y]) => moved(x, y).map((one) => one.toFixed(1)).join(","));
  return `M${ends[0](...points[0])} L${first} C${rest.join(" ")} L${ends[1](...last)}`;
}

const middleOf = (points) => points.reduce(([x, y], [left, top]) => [x + left / points.length, y + top / points.length], [0, 0]);
const placeOf = (text) => [Number(text.getAttribute("x")), Number(text.getAttribute("y")) - 5];

function shift(element, move) { // without asking the browser where it is, which would lay out the page each time
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

let whole, current; // the outermost level, and the one that is looked at

const pressed = (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), event.stopPropagation(), true);

function open(box, byKey = false) {
  if (!box.frame) {
    const bar = make("g", { class: "bar", role: "button", tabindex: "0", "aria-expanded": "true", "aria-label": `close ${box.title}` },
      make("rect", { height: HEAD }), make("text", { x: PAD, y: 19 }));
    box.frame = make("g", { class: "frame" }, make("rect", { class: "edge-of-frame" }), bar);
    bar.addEventListener("click", () => isDragged || close(box));
    bar.addEventListener("keydown", (event) => pressed(event) && close(box, true));
  }
  box.level.graph.append(box.frame);
  box.opened = box.kept || levelOf(box.level.templates, box.opens, box.inside.map((place) => box.level.at[place]), box.title, box, box.frame);
  box.kept = box.opened;
  place(whole);
  changed();
  visit(box.opened);
  if (byKey) box.frame.querySelector(".bar").focus({ preventScroll: true });
}

function close(box, byKey = false) {
  box.opened = null;
  box.frame.remove();
  place(whole);
  changed();
  visit(box.level);
  if (byKey) box.group.focus({ preventScroll: true });
}

const trail = (level) => (level.around ? [...trail(level.around.level), level] : [level]);

function visit(level, glide = true) { // look at it, and say where it is
  current = level;
  $("trail").replaceChildren(...trail(level).map((one) => {
    const button = document.createElement("button");
    button.textContent = one.title;
    if (one === level) button.setAttribute("aria-current", "location");
    button.addEventListener("click", () => visit(one));
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

const LOOKING = { "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), 0: () => visit(whole),
  Escape: () => current.around && close(current.around, true) };
$("closer").addEventListener("click", () => zoom(1.25));
$("further").addEventListener("click", () => zoom(0.8));
$("fit").addEventListener("click", () => visit(whole));

function begin(templates, many) { // the outermost level of so many Values, in place of the picture that stands in the page
  const entries = [...svg.querySelectorAll(".legend > g")], widths = entries.map((entry) => Math.ceil(entry.getBBox().x + entry.getBBox().width) + 2);
  entries.forEach((entry, place) => { // each for itself, so that they go on in the next row where the window ends
    entry.removeAttribute("transform");
    $("legend").append(make("svg", { width: widths[place], height: 24, "font-family": svg.getAttribute("font-family") }, entry));
  });
  svg.replaceChildren();
  svg.removeAttribute("width");
  svg.removeAttribute("height");
  svg.setAttribute("role", "group");
  for (const template of templates) expand(template, templates.length);
  whole = levelOf(templates, 0, [...Array(many).keys()], document.title, null, svg);
  place(whole);
  visit(whole, false);
}
