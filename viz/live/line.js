// One input: the model's answer is a curve, the targets are points beside it, and each neuron is a small curve.

const heights = (() => {
  const [low, high] = ends(given.map((sample) => sample.y[0])), room = 0.25 * (high - low || 1);
  return [low - room, high + room];
})();
const heightOf = (y) => (y - heights[0]) / (heights[1] - heights[0]);
const targetAt = (height) => heights[0] + height * (heights[1] - heights[0]);

function paintSmallCurve(canvas, values, most) { // of a neuron: blue above zero, orange below
  const wide = 80, high = 80, context = canvas.getContext("2d"), zero = high / 2;
  canvas.width = wide;
  canvas.height = high;
  for (let x = 0; x < wide; x++) {
    const value = pick(values, Math.floor(x / wide * values.length)), y = most ? Math.max(-1, Math.min(1, value / most)) * zero * 0.9 : 0;
    if (!value) continue;
    context.fillStyle = css(value > 0 ? theme.positive : theme.negative, 0.45);
    context.fillRect(x, Math.min(zero, zero - y), 1, Math.abs(y));
    context.fillStyle = css(value > 0 ? theme.positive : theme.negative);
    context.fillRect(x, zero - y - 1.5, 1, 3);
  }
  context.fillStyle = css(theme.line);
  context.fillRect(0, zero, wide, 1);
}

function paintLine() {
  const looked = lookedAt(), values = looked ? grid.results[looked.output] : grid.results[1];
  const path = upTo(side).map((place) => `${((place + 0.5) / side * 100).toFixed(2)} ${(100 * (1 - heightOf(pick(values, place)))).toFixed(2)}`);
  for (const line of document.querySelectorAll("#boundary path")) line.setAttribute("d", `M${path.join("L")}`);
  paintPoints();
}
