// The grid: what every neuron answers all over the plane, or along the line. Coarse while playing, fine at rest.

const SIDES = [100, 50, 34, 24, 16], PATIENCE = 8; // points along a side; milliseconds for a picture
const ALONG = 160; // points along a line
let coarse = 1, grid = null, side = 0; // `grid`: a net that has gone forward on `side` × `side` points

const spans = has.grid ? task.train.x[0].map((_, axis) => {
  const [low, high] = ends(given.map((sample) => sample.x[axis])), room = 0.18 * (high - low || 1);
  return [low - room, high + room];
}) : [];
const across = (axis, share) => spans[axis][0] + share * (spans[axis][1] - spans[axis][0]);
const shareOf = (axis, x) => (x - spans[axis][0]) / (spans[axis][1] - spans[axis][0]);

function layOut(found, count) { // rows from the top: the second input grows upward
  const numbers = found.inputs, points = has.plane ? count * count : count;
  for (let place = 0; place < points; place++) {
    numbers[place] = across(0, ((place % count) + 0.5) / count);
    if (has.plane) numbers[points + place] = across(1, 1 - (Math.floor(place / count) + 0.5) / count);
  }
}

function goOverGrid(isResting) {
  if (!has.grid) return;
  const began = performance.now(), isFine = isResting && (coarse < 2 || has.line);
  side = has.line ? ALONG : SIDES[isFine ? 0 : coarse];
  const use = isFine ? "fine grid" : "grid", was = nets.get(use)?.net;
  grid = net(use, has.plane ? side * side : side, evaluated);
  if (grid !== was) layOut(grid, side);
  grid.forward();
  if (grid === was && !isFine && performance.now() - began > PATIENCE && coarse < SIDES.length - 1) coarse += 1;
}

// ---- the line where a number is 0 all over the plane: marching squares ------------------------------

function contour(values, count) { // segments [x, y, x, y] from 0 to 1, from the top left
  const found = [], value = (i, j) => pick(values, j * count + i), share = (a, b) => a / (a - b);
  const isUncut = (i, j) => { // as most of them are
    const above = value(i, j) > 0;
    return above === (value(i + 1, j) > 0) && above === (value(i + 1, j + 1) > 0) && above === (value(i, j + 1) > 0);
  };
  const place = (i, j) => [(i + 0.5) / count, (j + 0.5) / count];
  for (let j = 0; j < count - 1; j++) for (let i = 0; i < count - 1; i++) {
    if (isUncut(i, j)) continue;
    const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]], numbers = corners.map(([a, b]) => value(a, b)), cuts = [];
    for (let edge = 0; edge < 4; edge++) {
      const a = numbers[edge], b = numbers[(edge + 1) % 4];
      if ((a > 0) === (b > 0)) continue;
      const [x, y] = place(...corners[edge]), [p, q] = place(...corners[(edge + 1) % 4]), t = share(a, b);
      cuts.push([x + t * (p - x), y + t * (q - y)]);
    }
    for (let each = 0; each + 1 < cuts.length; each += 2) found.push([...cuts[each], ...cuts[each + 1]]);
  }
  return found;
}

function boundaries() { // where the answer changes
  const minus = (a, b) => Float64Array.from({ length: side * side }, (_, place) => pick(a, place) - b(place));
  if (task.task === "classes") return classes.map((each) => minus(grid.results[1 + each], (place) =>
    Math.max(...classes.filter((other) => other !== each).map((other) => pick(grid.results[1 + other], place)))));
  return task.task === "sign" ? [minus(grid.results[1], () => task.level)] : [];
}
