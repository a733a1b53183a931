// Numbers as text, and the lines that they give, as `text.py`, `graphs.py` and `dot_source.py` have them in a picture.
// They may be more than a call takes as arguments.

const parsed = (text) => JSON.parse(text, (key, value) =>
  value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : value);

const isWhole = (x) => Number.isInteger(x) && Math.abs(x) < 1e6;

function rounded(x, digits) { // as toExponential, but what lies in the middle goes to the even digit, as in Python
  const text = x.toExponential(digits - 1), exact = x.toExponential(60);
  const kept = exact.indexOf(".") + digits, end = exact.indexOf("e");
  const isTie = /^50*$/.test(exact.slice(kept, end)), isOdd = "13579".includes(text[text.indexOf("e") - 1]);
  return isTie && isOdd ? exact.slice(0, kept) + exact.slice(end) : text;
}

function number(x, digits = 4) {
  if (!Number.isFinite(x)) return "! " + String(x).replace("Infinity", "inf").replace("NaN", "nan");
  if (isWhole(x)) return String(x);
  const text = rounded(x, digits), [mantissa, power] = text.split("e");
  if (power >= -4 && power < digits) return String(Number(text));
  return `${Number(mantissa)}e${power[0]}${power.slice(1).padStart(2, "0")}`;
}
const signed = (x) => (x > 0 && x < Infinity ? "+" : "") + number(x);
const sign = (x) => (!Number.isFinite(x) ? "alarm" : x > 0 ? "positive" : x < 0 ? "negative" : "");

const ends = (numbers) => [Math.min, Math.max].map((end) => numbers.reduce((x, y) => end(x, y)));
function range(numbers) { // as `ends` in `text.py`
  const [low, high] = ends(numbers), texts = [low, high].map((x) => number(x));
  if (numbers.length === 1) return texts[0];
  return texts[0] !== texts[1] ? texts.join(" … ") : `${low === high || Number.isNaN(low) ? "" : "about "}${texts[0]} each`;
}
const lengthOf = (numbers) => numbers.reduce((length, x) => Math.hypot(length, x), 0);
const greatest = (numbers) => numbers.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0);

function width(x, most) { // of a line, as in the picture
  if (!most) return 1;
  if (!Number.isFinite(x)) return 4;
  return x ? 1 + 3 * Math.max(0, 1 + Math.log10(Math.abs(x) / most) / 3) : 1;
}

function together(sums) { // what passes back along one line to these Values: how much, and its colour
  if (!sums.length) return { flow: null, color: "line" };
  const length = lengthOf(sums), isUp = sums.some((x) => x > 0), isDown = sums.some((x) => x < 0);
  const flow = isDown && !isUp ? -length : length, isMixed = isUp && isDown && Number.isFinite(length);
  return { flow, isMixed, color: isMixed ? "line" : sign(flow) || "muted" };
}

function tint(line, { flow, color }) { // a part of an arrow: below zero dashed, dotted where nothing passes back; its head in full
  const paint = `var(--${color})`;
  line.setAttribute("stroke", paint);
  if (line.tagName === "polygon") line.setAttribute("fill", paint);
  else if (flow === null || !(flow <= 0)) line.removeAttribute("stroke-dasharray");
  else line.setAttribute("stroke-dasharray", flow ? "5,2" : "1,5");
}

const strokes = (group) => [...group.querySelectorAll("path, polygon, polyline")].filter((shape) => shape.getAttribute("stroke") !== "transparent");
