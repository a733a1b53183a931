// The picture: it paints the state at an event, lights the places that the sentence speaks of, and keeps them in sight.

const SMALLEST = 11, LARGEST = 2.5; // pixels of the smallest text; times the picture's own size

let view; // the boxes and arrows that are shown, and what follows from them

function useView({ boxes, arrows, boxOf }) {
  view = { boxes, arrows, boxOf, members: new Map(Object.keys(boxes).map((key) => [key, []])) };
  nodes.forEach((node, at) => view.members.get(boxOf[at]).push(at));
  view.timeline = eventsOf(view);
  const leaving = new Set([root]); // what is used outside its box
  for (const { from, to } of adds) if (boxOf[from] !== boxOf[to]) leaving.add(to);
  view.places = Object.entries(boxes).map(([key, box]) => {
    const group = $(key);
    return { key, folded: box.folded, group, data: group.querySelector(".data"), gradient: group.querySelector(".gradient, .norm"),
      widest: box.folded || group.classList.contains("root") ? 2 : 4,
      members: view.members.get(key) };
  });
  view.out = new Map([...view.members].map(([key, members]) => [key, members.filter((at) => leaving.has(at))]));
  fit();
}

function litPlaces(event) { // the key of each place that the sentence speaks of, and which of the three it is
  if (event.kind === "forward") {
    const into = view.arrows.filter((arrow) => arrow.edges.some(([, target]) => target === event.at));
    return new Map([...into.map((arrow) => [arrow.id, "edge"]), [view.boxOf[event.at], "below"]]);
  }
  if (event.kind === "seed") return new Map([[view.boxOf[event.at], "below"]]);
  if (event.kind === "held") return new Map([[event.box, "below"]]);
  if (!event.add) return new Map();
  return new Map([[view.boxOf[event.add.from], "above"], [event.arrow.id, "edge"], [view.boxOf[event.add.to], "below"]]);
}

function light(group, role) {
  group.classList.toggle("now", Boolean(role));
  for (const each of ["above", "edge", "below"]) group.classList.toggle(`is-${each}`, each === role);
}

function paint(event, state, asking) {
  const lit = litPlaces(event), added = event.added - (asking ? 1 : 0);
  const most = greatest(state.grads);
  for (const place of view.places) paintBox(place, event, state, asking, most);
  const passed = new Map();
  for (const add of adds.slice(0, added)) {
    const arrow = view.timeline.arrows[add.place];
    if (!arrow) continue;
    const sums = passed.get(arrow) || passed.set(arrow, new Map()).get(arrow);
    sums.set(add.to, (sums.get(add.to) || 0) + brought(add, state.grads));
  }
  for (const arrow of view.arrows) paintArrow(arrow, event, together([...(passed.get(arrow) || new Map()).values()]));
  for (const key of [...Object.keys(view.boxes), ...view.arrows.map((arrow) => arrow.id)]) light($(key), lit.get(key));
  return lit;
}

// What the box gives: a number, or from the least to the largest.
const outOf = (key) => range(view.out.get(key).map((at) => run.data[at]));

function paintBox({ key, folded, group, data, gradient, widest, members }, event, state, asking, most) {
  const last = members[members.length - 1], operation = view.timeline.lastOperation.get(key);
  const known = operation === undefined || operation < event.shown;
  group.classList.toggle("ahead", !known);
  data.textContent = known ? outOf(key) : "";
  const reached = members.some((at) => state.reached[at]);
  const found = folded ? lengthOf(members.map((at) => state.grads[at])) : state.grads[last];
  const shown = reached ? (folded ? number(found) : signed(found)) : "–";
  const asked = asking && event.add.to === last;
  const kind = reached && !folded ? sign(found) || "muted" : "muted";
  gradient.textContent = !asked ? shown : reached ? `${shown} → ?` : "?";
  gradient.setAttribute("fill", `var(--${kind})`);
  for (const stroke of strokes(group)) {
    stroke.setAttribute("stroke", `var(--${reached && !folded ? kind : "line"})`);
    stroke.setAttribute("stroke-width", reached ? Math.min(width(found, most), widest) : 1);
  }
}

function paintArrow(arrow, event, passed) {
  const group = $(arrow.id), [, target, slot] = arrow.edges[0], label = group.querySelector("text");
  const known = target < event.shown, color = `var(--${passed.color})`;
  group.classList.toggle("ahead", !known);
  if (label && arrow.edges.length === 1) label.textContent = !known ? "" : isByHand(target) ? "?" : number(run.partials[target][slot]);
  for (const stroke of strokes(group)) {
    stroke.setAttribute("stroke", color);
    if (stroke.tagName === "path") passed.flow < 0 ? stroke.setAttribute("stroke-dasharray", "5,2") : stroke.removeAttribute("stroke-dasharray");
    if (stroke.tagName === "polygon") stroke.setAttribute("fill", color);
  }
}

// ---- the camera: still where all can be read at once, and along the edge where not ---------------

function fit() { // as large as the stage has room for, and never too small to read
  const svg = $("stage").querySelector("svg"), { width, height } = svg.viewBox.baseVal;
  const sizes = [...svg.querySelectorAll("text, tspan")].map((text) => parseFloat(text.getAttribute("font-size"))).filter(Boolean);
  const room = Math.min($("stage").clientWidth / width, $("stage").clientHeight / height);
  const least = SMALLEST / Math.min(...sizes), scale = Math.min(room, LARGEST);
  const pixels = (length) => (scale > least ? Math.floor(length * scale) : Math.ceil(length * least));
  svg.setAttribute("width", pixels(width));
  svg.setAttribute("height", pixels(height));
}

function follow(keys) { // what was lit last matters most, where the stage has no room for all
  const stage = $("stage"), frame = stage.getBoundingClientRect();
  const around = keys.map((key) => $(key).getBoundingClientRect());
  while (around.length > 1 && !hasRoom(frame, around)) around.shift();
  if (!around.length) return;
  const move = (from, to, start, end) => {
    const low = Math.min(...around.map((each) => each[from])), high = Math.max(...around.map((each) => each[to]));
    return low < start || high > end ? (low + high - start - end) / 2 : 0;
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  stage.scrollBy({ left: move("left", "right", frame.left, frame.right), top: move("top", "bottom", frame.top, frame.bottom),
    behavior: still ? "instant" : "smooth" });
}

function hasRoom(frame, around) {
  const extent = (from, to) => Math.max(...around.map((each) => each[to])) - Math.min(...around.map((each) => each[from]));
  return extent("left", "right") <= frame.width && extent("top", "bottom") <= frame.height;
}

new ResizeObserver(fit).observe($("stage"));
