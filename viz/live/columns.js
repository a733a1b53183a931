// The network: columns of neurons, each with its map, and lines that are weights or their gradients.

const ROWS = 8, MOST = 32, LINES = 48, STRONGEST = 32; // neurons in a row of a column, shown of a column; lines between two columns
let linesShow = "weights", looking = null, pinned = null; // a neuron {column, at}: under the pointer or focus; or chosen by a click
const stages = []; // the columns as they are drawn, the inputs first

const lookedAt = () => {
  const key = looking || pinned;
  return key && key.column >= 0 ? { ...key, output: task.columns[key.column].outputs[key.at] } : null;
};
const titleOf = (column) => column === task.columns.length - 1 ? "output" : `${task.columns[column].outputs.length} ${task.columns[column].activation}`;

function folded(count) { // the neurons that are shown of so many: the first and the last
  const all = upTo(count);
  return count <= MOST ? all : [...all.slice(0, MOST / 2), ...all.slice(-MOST / 2)];
}

function build() { // the boxes, once
  if (!has.columns) return;
  const counts = [inputs, ...task.columns.map((column) => column.outputs.length)];
  counts.forEach((count, stage) => {
    const isImage = stage === 0 && count > 2 * ROWS, column = stage - 1;
    const title = element("div", "title", stage === 0 ? "inputs" : titleOf(column)), more = element("div", "more");
    const boxes = (isImage ? [0] : folded(count)).map((neuron) => boxFor(column, neuron, isImage));
    if (!isImage && count > MOST) more.textContent = `${count - MOST} more between`;
    stages.push({ column, title, more, boxes, count, isImage });
    $("net").append(title, more, ...boxes.map((box) => box.button));
  });
}

function boxFor(column, neuron, isImage) {
  const canvas = element("canvas", ""), plate = element("span", "plate"), button = element("button", isImage ? "neuron image" : "neuron", canvas, plate);
  button.type = "button";
  const box = { column, at: neuron, canvas, plate, button };
  if (column < 0) { button.tabIndex = -1; button.disabled = true; }
  button.addEventListener("pointerenter", () => look(box));
  button.addEventListener("pointerleave", () => look(null));
  button.addEventListener("focus", () => { if (button.matches(":focus-visible")) look(box); });
  button.addEventListener("blur", () => look(null));
  button.addEventListener("click", () => { pinned = pinned && pinned.button === button ? null : box; paint(); });
  return box;
}
function look(box) { looking = box && box.column >= 0 ? box : null; paint(); }

// ---- where they are ------------------------------------------------------------------------------

function placeBoxes() { // every box, for the room there is
  if (!stages.length) return;
  const wide = $("net").clientWidth, high = $("net").clientHeight, em = emOf(), head = 38 * em;
  const shapes = stages.map(({ boxes, isImage }) => ({ across: isImage ? 2 : Math.ceil(boxes.length / ROWS), down: Math.min(boxes.length, ROWS) }));
  const across = shapes.reduce((sum, shape) => sum + shape.across, 0), down = Math.max(...shapes.map((shape) => shape.down + (shape.across > 1 ? 0.5 : 0)));
  const pitch = Math.max(24 * em, Math.min((high - head - 6) / down, (wide - 70 * (stages.length - 1)) / across, 104 * em));
  const size = Math.round(pitch - Math.max(6, 0.16 * pitch)), gap = Math.min(190 * em, (wide - across * pitch) / (stages.length - 1 || 1));
  let left = Math.max(0, (wide - across * pitch - gap * (stages.length - 1)) / 2);
  stages.forEach((stage, at) => {
    const { across: columns, down: rows } = shapes[at], width = columns * pitch - (pitch - size);
    const tall = (rows + (columns > 1 && !stage.isImage ? 0.5 : 0)) * pitch, top = head + (high - head - tall) / 2;
    stage.left = left;
    stage.right = left + width;
    stage.boxes.forEach((box, index) => {
      const column = stage.isImage ? 0 : index % columns, row = stage.isImage ? 0 : Math.floor(index / columns);
      box.size = stage.isImage ? width : size;
      box.x = left + column * pitch;
      box.y = stage.isImage ? head + (high - head - width) / 2 : top + (row + (columns > 1 && column % 2 ? 0.5 : 0)) * pitch;
      for (const [name, length] of [["left", box.x], ["top", box.y], ["width", box.size], ["height", box.size]]) box.button.style[name] = `${length}px`;
      box.button.classList.toggle("small", size < 44 * em);
    });
    const middle = left + width / 2;
    for (const words of [stage.title, stage.more]) words.style.left = `${middle}px`;
    stage.more.style.top = `${top + tall - 4}px`;
    left += width + (pitch - size) + gap;
  });
  lines.clear();
  $("lines").replaceChildren();
  $("lines").setAttribute("viewBox", `0 0 ${wide} ${high}`);
}

// ---- lines ---------------------------------------------------------------------------------------

const lines = new Map(); // by "stage,source,target": its shape, kept

function route(stage, from, to) { // out of the column, across, and into the other one, to the neuron itself
  const before = stages[stage - 1], after = stages[stage], y = from.y + from.size / 2, below = to.y + to.size / 2;
  const middle = (before.right + after.left) / 2;
  return `M${from.x + from.size} ${y}H${before.right + 2}C${middle} ${y} ${middle} ${below} ${after.left - 6} ${below}H${to.x}`;
}

function pixel(stage, source) { // where an input lies in the image
  const box = stages[0].boxes[0], along = Math.ceil(Math.sqrt(stages[0].count)), step = box.size / along;
  return { x: box.x + box.size - 1, y: box.y + (Math.floor(source / along) + 0.5) * step, size: 0 };
}

function paintLines(numbers) { // numbers: of all parameters, weights or gradients
  const isGradient = linesShow === "gradients", most = isGradient ? greatest(numbers) : 0, looked = lookedAt(), visible = new Set();
  for (let stage = 1; stage < stages.length; stage++) {
    const { weights: rows } = task.columns[stage - 1], sources = new Map(stages[stage - 1].boxes.map((box) => [box.at, box]));
    const found = [];
    for (const to of stages[stage].boxes) rows[to.at].forEach((row, source) => {
      if (stages[stage - 1].isImage || sources.has(source)) found.push({ row, source, to, size: Math.abs(numbers[row]) });
    });
    const largest = isGradient ? most : found.reduce((top, { size }) => Math.max(top, size), 0);
    const own = ({ source, to }) => looked && ((looked.column === stage - 1 && looked.at === to.at) || (looked.column === stage - 2 && looked.at === source));
    const kept = found.length > LINES ? [...found.sort((a, b) => b.size - a.size).slice(0, STRONGEST), ...found.slice(STRONGEST).filter(own)] : found;
    for (const line of kept) {
      const key = `${stage},${line.source},${line.to.at}`;
      visible.add(key);
      if (!lines.has(key)) {
        const from = stages[stage - 1].isImage ? pixel(stage, line.source) : sources.get(line.source);
        const d = route(stage, from, line.to), group = make("g", {}), shape = make("path", { d });
        group.append(shape, make("path", { d, class: "touch" }));
        group.addEventListener("pointerenter", () => sayLine(stage, line.source, line.to.at));
        group.addEventListener("pointerleave", () => sayAll());
        lines.set(key, { group, shape });
      }
      const { group, shape } = lines.get(key), x = numbers[line.row];
      const strength = !largest || !x ? 0 : isGradient ? Math.max(0, 1 + Math.log10(line.size / largest) / 4) : line.size / largest;
      shape.setAttribute("stroke-width", (0.6 + 3.6 * strength).toFixed(2));
      shape.setAttribute("class", `${x > 0 ? "up" : x < 0 ? "down" : "none"}${own(line) ? " own" : ""}`);
      shape.setAttribute("stroke-opacity", own(line) ? 1 : (0.2 + 0.55 * strength).toFixed(2));
      if (!group.parentNode) $("lines").append(group);
    }
  }
  for (const [key, { group }] of lines) if (!visible.has(key)) group.remove();
  $("lines").classList.toggle("some", Boolean(looked));
}

// ---- boxes ---------------------------------------------------------------------------------------

function scaleOf(column) { // what has the full colour in a column's maps, or among its numbers for one sample
  const { outputs } = task.columns[column];
  return outputs.reduce((most, output) => Math.max(most, greatest(grid ? grid.results[output] : one ? one.results[output] : [])), 0);
}

function paintBoxes() {
  for (const stage of stages) {
    const { column } = stage, isInput = column < 0, scale = isInput ? 0 : scaleOf(column);
    if (stage.isImage) { paintImage(stage); continue; }
    for (const box of stage.boxes) {
      const output = isInput ? null : task.columns[column].outputs[box.at];
      if (grid) {
        const values = isInput ? grid.inputs.subarray(box.at * grid.results[0].length, (box.at + 1) * grid.results[0].length) : grid.results[output];
        const most = isInput ? greatest(values) : scale;
        if (has.plane) paintMap(box.canvas, values, side, most); else paintSmallCurve(box.canvas, values, most);
      } else paintMap(box.canvas, [one ? (isInput ? one.inputs[box.at] : one.results[output][0]) : 0], 1, isInput ? greatest(one ? one.inputs.subarray(0, inputs) : [0]) : scale);
      paintPlate(box, isInput, output);
    }
  }
}

function paintPlate(box, isInput, output) {
  const isGradient = linesShow === "gradients" && !isInput;
  const x = !one ? null : isInput ? one.inputs[box.at] : isGradient ? cotangentOf(output) : one.results[output][0];
  box.plate.textContent = x === null ? (isInput && has.plane ? `x${"₁₂"[box.at]}` : "") : short(x);
  box.plate.className = `plate ${x === null ? "" : sign(x)}`;
  const key = looking || pinned, name = isInput ? `input ${box.at + 1}` : nameOf(box);
  box.button.classList.toggle("looked", Boolean(key && key.button === box.button));
  box.button.setAttribute("aria-label", x === null ? name : `${name}: ${isGradient ? "gradient " : ""}${number(x)}`);
  box.button.title = isInput || x === null ? name : `${name}\n${isGradient ? "gradient of the loss" : "output"} for this sample: ${x}`;
}
const nameOf = ({ column, at: neuron }) => column === task.columns.length - 1 && task.columns[column].outputs.length === 1
  ? "output neuron" : `neuron ${neuron} of ${column === task.columns.length - 1 ? "the output" : `layer ${column + 1}`}`;

function short(x) { // for a plate, in five or six characters
  const isPlain = x === 0 || !Number.isFinite(x) || (Math.abs(x) >= 0.01 && Math.abs(x) < 1000);
  const text = isPlain ? number(x, Math.abs(x) >= 100 ? 3 : 2) : x.toExponential(0).replace("e+", "e");
  return x > 0 ? `+${text}` : text;
}

function paintImage(stage) { // many inputs, as they lie in a square
  const { canvas, plate } = stage.boxes[0], along = Math.ceil(Math.sqrt(stage.count)), numbers = new Float64Array(along * along);
  if (one) numbers.set(one.inputs.subarray(0, inputs));
  paintMap(canvas, numbers, along, greatest(numbers));
  plate.textContent = "";
}
