// The plane: what the model answers everywhere, or the neuron that is looked at; the points on it; the boundary.

let chosen = null; // the sample that is looked at
let drags = null, tool = "choose"; // or the class of the points that a click adds

const answerScale = () => Math.max(...samples.map((sample) => Math.abs(targetOf(sample)[0] - task.level)), 1e-12);

function shapePath(name, r) {
  const corner = (angle, length = r) => `${(length * Math.sin(angle)).toFixed(2)} ${(-length * Math.cos(angle)).toFixed(2)}`;
  const ring = (count, turn = 0, inner) => "M" + upTo(count).map((k) => corner(turn + 2 * Math.PI * k / count, inner && k % 2 ? inner : r)).join("L") + "Z";
  if (name === "circle") return `M${-r * 0.92} 0a${r * 0.92} ${r * 0.92} 0 1 0 ${r * 1.84} 0a${r * 0.92} ${r * 0.92} 0 1 0 ${-r * 1.84} 0Z`;
  if (name === "triangle") return `M0 ${-r * 1.1}L${r} ${r * 0.75}L${-r} ${r * 0.75}Z`;
  if (name === "square") return ring(4, Math.PI / 4);
  if (name === "diamond") return ring(4);
  if (name === "star") return ring(10, 0, r * 0.45);
  const a = r * 0.36;
  return `M${-a} ${-r}H${a}V${-a}H${r}V${a}H${a}V${r}H${-a}V${a}H${-r}V${-a}H${-a}Z`;
}

function paintPlane() {
  const looked = lookedAt(), canvas = $("map");
  if (looked) paintMap(canvas, grid.results[looked.output], side, scaleOf(looked.column), paleRamp);
  else if (task.task === "classes") paintClasses(canvas, classes.map((each) => grid.results[1 + each]), side);
  else {
    const scale = answerScale(), shifted = task.level ? grid.results[1].map((x) => x - task.level) : grid.results[1];
    paintMap(canvas, shifted, side, scale, paleRamp);
  }
  const path = boundaries().flatMap((values) => contour(values, side))
    .map((cut) => cut.map((share) => (100 * share).toFixed(2))).map(([x, y, p, q]) => `M${x} ${y}L${p} ${q}`).join("");
  for (const line of document.querySelectorAll("#boundary path")) line.setAttribute("d", path);
  paintPoints();
}

const planeSize = () => $("points").clientWidth || 1;
const marks = new Map(); // the shape of each sample, and how it was drawn: most points stay as they are

function paintPoints() {
  const size = planeSize(), radius = emOf() * (samples.length > 400 ? 4 : samples.length > 150 ? 5 : 6.5);
  $("points").setAttribute("viewBox", `0 0 ${size} ${size}`);
  const present = new Set(samples);
  for (const [sample, { shape }] of marks) if (!present.has(sample)) { shape.remove(); marks.delete(sample); }
  for (const sample of [...samples].sort((a, b) => b.heldOut - a.heldOut)) {
    if (!marks.has(sample)) marks.set(sample, { shape: $("points").appendChild(make("path", {})), as: "" });
    const mark = marks.get(sample), [x, y] = seenAt(sample);
    const place = classes.length ? placeOf(targetOf(sample)[0]) : 1;
    const color = classes.length ? classColor(place) : has.plane && targetOf(sample)[0] < 0 ? theme.negative : theme.positive;
    const as = [x, y, size, radius, place, color, theme.paper].join(" ");
    if (mark.as === as) continue;
    mark.as = as;
    const { shape } = mark;
    shape.setAttribute("d", shapePath(SHAPES[place % SHAPES.length], sample.heldOut ? radius * 0.85 : radius));
    shape.setAttribute("transform", `translate(${(x * size).toFixed(1)} ${((1 - y) * size).toFixed(1)})`);
    shape.setAttribute("fill", css(sample.heldOut ? theme.paper : color));
    shape.setAttribute("stroke", css(sample.heldOut ? color : theme.paper));
    shape.setAttribute("stroke-width", sample.heldOut ? 2 : 1.3);
  }
  $("ring").setAttribute("visibility", chosen ? "visible" : "hidden");
  if (!chosen) return;
  const [x, y] = seenAt(chosen);
  for (const [name, length] of [["cx", x * size], ["cy", (1 - y) * size], ["r", radius + 6]]) $("ring").setAttribute(name, length);
  $("points").append($("ring"));
}

function placeUnder(event) { // the numbers at the pointer, and the sample there, if one is near
  const frame = $("points").getBoundingClientRect();
  const shares = [(event.clientX - frame.left) / frame.width, 1 - (event.clientY - frame.top) / frame.height];
  const inside = shares.map((share) => Math.min(1, Math.max(0, share)));
  const numbers = inside.slice(0, spans.length).map((share, axis) => across(axis, share));
  let sample = null, least = 14;
  for (const each of samples) {
    const [x, y] = seenAt(each), away = Math.hypot((x - shares[0]) * frame.width, (y - shares[1]) * frame.height);
    if (away < least) { least = away; sample = each; }
  }
  return { numbers, sample, height: inside[1] };
}
const seenAt = (sample) => [shareOf(0, position(sample, 0)), has.plane ? shareOf(1, position(sample, 1)) : heightOf(targetOf(sample)[0])];

function ticks() { // the ends of both axes
  const words = (span) => span.map((x) => number(x, 2));
  [$("left").textContent, $("right-end").textContent] = words(spans[0]);
  [$("bottom").textContent, $("top").textContent] = words(has.plane ? spans[1] : heights);
  [$("along").textContent, $("up").textContent] = has.plane ? ["x₁", "x₂"] : ["x", "y"];
}
