// The picture: it paints the state at an event, lights the places that the sentence speaks of, and keeps them in sight.

let view; // the boxes and arrows that are seen, and what follows from them

const nameOf = (at) => nodes[at].name;
const operandsOf = (at) => nodes[at].operands.map((each) => (isNode(each) ? each : null));

// A level that was opened: what is written into it once, and where the numbers of an event stand.
function fill({ boxes, arrows, at, names }) {
  for (const box of boxes) {
    const { group, members } = box, [first] = members;
    box.values = members.map((here) => at[here]);
    box.data = group.querySelector(".data");
    box.gradient = group.querySelector(".gradient, .norm");
    box.lines = strokes(group);
    box.widest = box.folded || box.root ? 2 : 4;
    if (box.folded) {
      put(group, "title", `${box.title}\n${members.length} Values${box.opens === null ? "\ndoes not open in this page" : ""}`);
      continue;
    }
    const node = nodes[at[first]];
    put(group, ".name", names[first]);
    put(group, "title", node.rule < 0 ? node.name : wordsOf([`${node.name} = `, ...formula(node, namesIn(node))]));
    if (node.rule >= 0 && !RULES[node.rule]?.families) literals(group, node.operands.filter((each) => !isNode(each)).map(([each]) => number(each)));
  }
  for (const arrow of arrows) {
    arrow.label = arrow.group.querySelector("text");
    arrow.strokes = strokes(arrow.group);
    arrow.adds = arrow.edges.map(([, target, slot]) => nodes[at[target]].places[slot]);
    put(arrow.group, "title", arrow.edges.length > 1 ? `used ${arrow.edges.length} times` : "");
  }
}

// What is seen: a Value has its place in the innermost box around it, and stands also where an opened box uses it. An
// addition has an arrow on each level that it leads into, the innermost one last.
function seen() {
  const boxes = [], arrows = [], boxOf = [], arrowsOf = adds.map(() => []);
  const enter = (level, isOwn) => {
    for (const arrow of level.arrows) {
      arrows.push(arrow);
      for (const place of arrow.adds) arrowsOf[place].push(arrow);
    }
    for (const box of level.boxes) {
      const own = box.values.filter(isOwn);
      if (box.opened) { const held = new Set(own); enter(box.opened, (at) => held.has(at)); continue; }
      boxes.push(box);
      box.computed = own.filter((at) => nodes[at].rule >= 0);
      for (const at of own) boxOf[at] = box;
    }
  };
  enter(whole, () => true);
  return { boxes, arrows, boxOf, arrowsOf };
}

function useView() {
  if (view) for (const each of [...view.boxes, ...view.arrows]) light(each.group, null);
  view = seen();
  view.timeline = eventsOf(view);
}

function litPlaces(event) { // what the sentence speaks of, and which of the three places it is; what matters most last
  const { arrows, boxOf, arrowsOf } = view;
  if (event.kind === "forward") return new Map([...arrows.filter(({ to }) => to === event.box).map((arrow) => [arrow, "edge"]), [event.box, "below"]]);
  if (event.kind === "seed") return new Map([[boxOf[event.at], "below"]]);
  if (event.kind === "held") return new Map([[event.box, "below"]]);
  if (!event.add) return new Map();
  const { arrow, add } = event, own = new Set((event.kind === "add" ? [add.place] : arrow.adds).map((place) => boxOf[adds[place].to]));
  const lit = new Map([...own].map((box) => [box, "below"]));
  for (const each of arrowsOf[add.place]) lit.set(each, "edge");
  lit.set(boxOf[add.from], "above");
  const nearest = arrow.from.opened ? boxOf[add.to] : arrow.from; // where the Value stands beside this arrow
  for (const each of [arrow, nearest]) { const role = lit.get(each) || "below"; lit.delete(each); lit.set(each, role); }
  return lit;
}

function light(group, role) {
  group.classList.toggle("now", Boolean(role));
  for (const each of ["above", "edge", "below"]) group.classList.toggle(`is-${each}`, each === role);
}

function write(element, text) { // only what has changed is laid out anew
  if (element.textContent !== text) element.textContent = text;
}

const isKnown = (at, event) => view.timeline.step[at] <= event.place;

function paint(event, state, asking) {
  const lit = litPlaces(event), added = event.added - (asking ? 1 : 0);
  const most = greatest(state.grads);
  for (const box of view.boxes) paintBox(box, event, state, asking, most);
  const passed = new Map(view.arrows.map((arrow) => [arrow, new Map()]));
  for (const add of adds.slice(0, added)) {
    for (const arrow of view.arrowsOf[add.place]) {
      const sums = passed.get(arrow);
      sums.set(add.to, (sums.get(add.to) || 0) + brought(add, state.grads));
    }
  }
  for (const arrow of view.arrows) paintArrow(arrow, event, together([...passed.get(arrow).values()]));
  for (const each of [...view.boxes, ...view.arrows]) light(each.group, lit.get(each));
}

// What a box gives: a number, of a folded box with the name that sentences call it by; or from the least to the largest.
function outOf({ folded, out, level }) {
  const given = out.map((here) => level.at[here]), numbers = range(given.map((at) => run.data[at]));
  return folded && given.length === 1 ? `${nameOf(given[0])} = ${numbers}` : numbers;
}

function paintBox(box, event, state, asking, most) {
  const { folded, group, data, gradient, widest, values } = box, [one] = values;
  const known = values.every((at) => isKnown(at, event));
  group.classList.toggle("ahead", !known);
  write(data, known ? outOf(box) : "");
  const reached = values.some((at) => state.reached[at]);
  const found = folded ? lengthOf(values.map((at) => state.grads[at])) : state.grads[one];
  const shown = reached ? (folded ? number(found) : signed(found)) : "–";
  const asked = asking && !folded && event.add.to === one;
  const kind = reached && !folded ? sign(found) || "muted" : "muted";
  write(gradient, !asked ? shown : reached ? `${shown} → ?` : "?");
  gradient.setAttribute("fill", `var(--${kind})`);
  for (const stroke of box.lines) {
    stroke.setAttribute("stroke", `var(--${reached && !folded ? kind : "line"})`);
    stroke.setAttribute("stroke-width", reached ? Math.min(width(found, most), widest) : 1);
  }
}

function paintArrow({ group, label, strokes, adds: places }, event, passed) {
  const { from: target, slot } = adds[places[0]];
  const known = isKnown(target, event);
  group.classList.toggle("ahead", !known);
  if (label && places.length === 1) write(label, !known ? "" : isByHand(target) ? "?" : number(run.partials[target][slot]));
  for (const stroke of strokes) tint(stroke, passed);
}

// ---- the camera: still where all can be read at once, and along the edge where not ---------------

function follow(places) { // what was lit last matters most, where the stage has no room for all
  settle();
  const frame = stage.getBoundingClientRect(), around = places.map(({ group }) => group.getBoundingClientRect());
  while (around.length > 1 && !hasRoom(frame, around)) around.shift();
  if (!around.length) return;
  const by = (from, to, start, end) => {
    const low = Math.min(...around.map((each) => each[from])), high = Math.max(...around.map((each) => each[to]));
    return low < start || high > end ? (low + high - start - end) / 2 : 0;
  };
  const x = by("left", "right", frame.left, frame.right), y = by("top", "bottom", frame.top, frame.bottom);
  if (x || y) pan(x, y, true);
}

function hasRoom(frame, around) {
  const extent = (from, to) => Math.max(...around.map((each) => each[to])) - Math.min(...around.map((each) => each[from]));
  return extent("left", "right") <= frame.width && extent("top", "bottom") <= frame.height;
}
