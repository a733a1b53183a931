// A level as a picture: boxes, arrows and texts from what is shipped of them. The page writes the numbers.

const POINT = /(-?[\d.]+),(-?[\d.]+)/g;

const titled = (words = "") => make("title", {}, words);
const text = ([x, y], spans) => make("text", { x, y }, ...spans.map(([role, words]) => make("tspan", { class: role }, words)));

function boxDrawn({ kind, root, faint, at: [x, y], outlines, texts, lines, tooltip }) {
  const moved = (line) => line.replace(POINT, (_, left, top) => `${(Number(left) + x).toFixed(1)},${(Number(top) + y).toFixed(1)}`);
  const paper = root && kind === "operation" ? "root" : kind === "outside" ? "constant" : kind;
  const shapes = outlines.map((line, place) => make("path", { d: moved(line), stroke: "var(--line)", fill: place ? "none" : `var(--${paper})` }));
  const words = texts.map(([left, top], place) => text([left + x, top + y], lines[place] || []));
  return make("g", { class: `node ${kind}${root ? " root" : ""}${faint ? " faint" : ""}` }, titled(tooltip), ...shapes, ...words);
}

function arrowDrawn({ lines, head, faint, texts = [], label, tooltip }) {
  const drawn = lines.map((d) => make("path", { d, fill: "none", stroke: "var(--line)" }));
  const points = head.replace(/[MZ]/g, "").replaceAll("L", " ");
  return make("g", { class: `edge${faint ? " faint" : ""}` }, titled(tooltip), ...drawn,
    make("polygon", { points, fill: "var(--line)", stroke: "var(--line)" }), ...texts.map((at) => text(at, [["text", label]])));
}

function drawn(template) { // no arrow over a box
  const boxes = template.boxes.map(boxDrawn), arrows = template.arrows.map(arrowDrawn);
  return { boxes, arrows, graph: make("g", { class: "graph" }, ...arrows, ...boxes) };
}

const pointsOf = (line) => [...line.matchAll(POINT)].map(([, x, y]) => [Number(x), Number(y)]);

function extentOf(points) { // the least frame around them
  const [[left, right], [top, bottom]] = [0, 1].map((side) => ends(points.map((point) => point[side])));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

const corners = ({ x, y, width, height }) => [[x, y], [x + width, y + height]];

const summed = (steps) => { let sum = 0; return steps.map((step) => (sum += step)); };

function expand(template, many) { // what is shipped, in full, and the room that it takes; so many levels there are
  for (const box of template.boxes) {
    const [x, y] = box.at;
    box.extent = extentOf(box.outlines.flatMap(pointsOf).map(([left, top]) => [left + x, top + y]));
    for (const kind of ["members", "inside"]) box[kind] = summed(box[kind] || []);
    box.out = box.out ? summed(box.out) : box.members;
    box.folded = box.kind === "folded";
    box.title = box.lines[0].map(([, words]) => words).join("");
    if (!(box.opens < many)) box.opens = null; // the page has no room for what is in it
  }
  const labels = template.arrows.flatMap(({ texts = [] }) => texts).flatMap(([x, y]) => [[x - 24, y - 12], [x + 24, y + 3]]);
  const lines = template.arrows.flatMap((arrow) => [...arrow.lines, arrow.head].flatMap(pointsOf));
  template.bounds = extentOf([...template.boxes.flatMap((box) => corners(box.extent)), ...lines, ...labels]);
}
