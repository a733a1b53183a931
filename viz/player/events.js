// What is played of a view: one event per operation forward; backward one for the seed, one per edge, and one for each
// folded box that holds leaves, when their gradients are whole. Inside a folded box nothing is shown, and several edges
// between two boxes are one event. `step` says of each Value at which event it is known, and `added` how many additions
// are done at an event.

function eventsOf({ boxes, boxOf, arrowsOf }) {
  const inner = arrowsOf.map((arrows) => arrows[arrows.length - 1]), lastAdd = new Map();
  for (const { to, place } of adds) {
    lastAdd.set(inner[place], place);
    if (nodes[to].rule < 0 && boxOf[to].folded) lastAdd.set(boxOf[to], place);
  }
  const events = [{ kind: "start", added: 0 }], step = nodes.map(() => 0);
  for (const box of inTurn(boxes, boxOf)) {
    for (const at of box.computed) step[at] = events.length;
    events.push({ kind: "forward", at: box.computed[box.computed.length - 1], box, added: 0 });
  }
  events.push({ kind: "seed", at: root, added: 0 });
  for (const add of adds) {
    const arrow = inner[add.place], box = boxOf[add.to], added = add.place + 1;
    if (arrow && lastAdd.get(arrow) === add.place) events.push({ kind: arrow.edges.length > 1 ? "bundle" : "add", add, arrow, added });
    if (lastAdd.get(box) === add.place) events.push({ kind: "held", box, added });
  }
  events.push({ kind: "end", added: adds.length });
  events.forEach((event, place) => { event.place = place; });
  return { events, step };
}

function inTurn(boxes, boxOf) { // those that compute something, each after those whose results it uses
  const computing = boxes.filter(({ computed }) => computed.length), sources = new Map(computing.map((box) => [box, new Set()]));
  for (const { from, to } of adds) if (nodes[to].rule >= 0 && boxOf[from] !== boxOf[to]) sources.get(boxOf[from]).add(boxOf[to]);
  const last = ({ computed }) => computed[computed.length - 1], found = new Set();
  for (const box of computing.sort((a, b) => last(a) - last(b))) {
    for (const waiting = [box]; waiting.length;) {
      const top = waiting[waiting.length - 1], next = [...sources.get(top)].find((source) => !found.has(source));
      if (next) { waiting.push(next); continue; }
      found.add(top);
      waiting.pop();
    }
  }
  return found;
}

function momentIn(event, step, { events }) { // of the event of another view at the same moment, or the last one before that
  if (event.kind === "end") return events.length - 1;
  const seed = events.findIndex(({ kind }) => kind === "seed");
  if (event.kind === "seed") return seed;
  let place = 0;
  if (event.kind === "forward" || event.kind === "start") {
    const isKnown = ({ box }) => box.computed.every((at) => step[at] <= event.place);
    while (place + 1 < seed && isKnown(events[place + 1])) place += 1;
    return place;
  }
  const done = events.slice(seed, -1).filter(({ added }) => added <= event.added), last = done[done.length - 1];
  return event.kind === "held" ? last.place : done.find(({ added }) => added === last.added).place;
}
