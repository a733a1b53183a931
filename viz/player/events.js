// What is played of a view: one event per operation forward; backward one for the seed, one per edge, and one for each
// folded box that holds leaves, when their gradients are whole. Inside a folded box nothing is shown, and several edges
// between two boxes are one event. `shown` nodes are computed at an event, and `added` additions done.

function eventsOf(view) {
  const arrowOf = new Map(), lastOperation = new Map(), lastAdd = new Map();
  for (const arrow of view.arrows) for (const [source, target, slot] of arrow.edges) arrowOf.set(`${source},${target},${slot}`, arrow);
  const arrows = adds.map(({ from, to, slot }) => arrowOf.get(`${to},${from},${slot}`));
  nodes.forEach((node, at) => { if (node.rule >= 0) lastOperation.set(view.boxOf[at], at); });
  for (const { to, place } of adds) {
    lastAdd.set(arrows[place], place);
    if (nodes[to].rule < 0 && view.boxes[view.boxOf[to]].folded) lastAdd.set(view.boxOf[to], place);
  }
  const events = [{ kind: "start", shown: 0, added: 0 }];
  nodes.forEach((node, at) => {
    if (lastOperation.get(view.boxOf[at]) === at) events.push({ kind: "forward", at, shown: at + 1, added: 0 });
  });
  events.push({ kind: "seed", at: root, shown: nodes.length, added: 0 });
  for (const add of adds) {
    const arrow = arrows[add.place], box = view.boxOf[add.to];
    if (arrow && lastAdd.get(arrow) === add.place)
      events.push({ kind: arrow.edges.length > 1 ? "bundle" : "add", add, arrow, shown: nodes.length, added: add.place + 1 });
    if (lastAdd.get(box) === add.place) events.push({ kind: "held", box, shown: nodes.length, added: add.place + 1 });
  }
  events.push({ kind: "end", shown: nodes.length, added: adds.length });
  return { events, arrows, lastOperation };
}
