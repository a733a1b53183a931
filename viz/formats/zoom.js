// The page of a drawing: the numbers in the levels, as they were when it was drawn, and the keys.

let nodes;

const nameOf = (at) => nodes.name[at];
const operandsOf = (at) => nodes.operands[at].map((back) => (back === null ? null : at - back));
const changed = () => {};

function fill(level) {
  const { boxes, arrows, crowded } = level, { backs, passed } = nodes.data.length ? written(level) : said(level);
  const highest = greatest(backs), strongest = greatest(passed.map(({ flow }) => flow));
  boxes.forEach(({ group, folded, root }, place) => {
    const back = backs[place], reached = back !== null, color = (reached && sign(back)) || "muted";
    group.querySelector(".gradient")?.setAttribute("fill", `var(--${color})`);
    for (const line of strokes(group)) {
      line.setAttribute("stroke", `var(--${folded || !reached ? "line" : color})`);
      line.setAttribute("stroke-width", reached ? Math.min(width(back, highest), root || folded ? 2 : 4) : 1);
    }
  });
  arrows.forEach(({ group }, place) => {
    const { flow } = passed[place];
    for (const line of strokes(group)) {
      line.setAttribute("stroke-width", (flow === null ? 1 : width(flow, strongest)) / (crowded ? 2 : 1));
      tint(line, passed[place]);
    }
  });
}

function said({ boxes, arrows }) { // what passes back, where the page has no numbers but those in its words
  return { backs: boxes.map(({ gradient = null }) => gradient),
    passed: arrows.map(({ flow = null, mixed }) => ({ flow, color: flow === null || mixed ? "line" : sign(flow) || "muted" })) };
}

function written(level) { // puts the numbers in: what passes back to each box, and along each arrow
  const { boxes, arrows, at, names } = level;
  const gradient = (place) => nodes.gradient[at[place]];
  const partial = (edge) => nodes.partials[at[edge[1]]][edge[2]];
  const passes = (edge) => (gradient(edge[1]) === null || partial(edge) === null ? null : gradient(edge[1]) * partial(edge));
  const norms = boxes.map(({ members }) => norm(members.map(gradient)));
  const backs = boxes.map(({ folded, members: [one] }, place) => (folded || norms[place] === null ? norms[place] : gradient(one)));
  boxes.forEach((box, place) => {
    const data = box.out.map((here) => nodes.data[at[here]]), [low, high] = ends(data);
    const one = at[box.members[0]], back = backs[place], reached = back !== null;
    put(box.group, ".data", range(data));
    put(box.group, ".norm", reached ? number(back) : "–");
    put(box.group, ".gradient", reached ? signed(back) : "–");
    if (box.folded) put(box.group, "title", `${box.title}\n${box.members.length} Values, ${data.length} used outside\nfrom ${low} to ${high}${box.opens === null ? "\ndoes not open in this page" : ""}`);
    else {
      put(box.group, ".name", names[box.members[0]]);
      put(box.group, "title", [nodes.name[one], `data ${low}`, `grad ${reached ? back : "–"}`].filter(Boolean).join("\n"));
      literals(box.group, nodes.literals[one]);
    }
  });
  const passed = arrows.map(({ group, edges }) => {
    const sums = new Map();
    for (const edge of edges) if (passes(edge) !== null) sums.set(edge[0], (sums.get(edge[0]) || 0) + passes(edge));
    const many = sums.size, { flow, isMixed, color } = together([...sums.values()]);
    const local = edges.length === 1 ? partial(edges[0]) : null;
    const back = many > 1 ? `\npasses back gradients of length ${Math.abs(flow)}${isMixed ? ", of both signs" : ""}` : many ? `\npasses back ${flow}` : "";
    if (local !== null) put(group, "text", number(local));
    put(group, "title", (edges.length > 1 ? `used ${edges.length} times` : `local derivative ${local === null ? "not known" : local}`) + back);
    return { flow, color };
  });
  return { backs, passed };
}

const norm = (numbers) => (numbers.every((x) => x === null) ? null : lengthOf(numbers.filter((x) => x !== null)));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = 60, keys = { ...LOOKING,
    ArrowLeft: () => pan(-step, 0), ArrowRight: () => pan(step, 0), ArrowUp: () => pan(0, -step), ArrowDown: () => pan(0, step) };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

unpacked($("levels").textContent).then((shipped) => {
  const number = (place) => (place === null ? null : nodes.numbers[place]);
  nodes = shipped.nodes;
  nodes.data = nodes.data.map(number);
  nodes.gradient = nodes.gradient.map(number);
  nodes.partials = nodes.partials.map((places) => places.map(number));
  begin(shipped.levels, nodes.data.length);
  new ResizeObserver(resized).observe(stage);
  document.body.dataset.ready = "";
});
