// Colours of numbers: blue above zero, orange below, paper at zero; and of classes. They are the theme's.

const LEVELS = 128; // on either side of zero
let theme, ramp, paleRamp, paintOf; // read anew when the system turns dark

function channels(color) {
  const text = color.trim();
  return [1, 3, 5].map((start) => parseInt(text.slice(start, start + 2), 16));
}
const packed = ([r, g, b]) => (255 << 24 | b << 16 | g << 8 | r) >>> 0; // as an image has it
const mixed = (from, to, share) => from.map((x, at) => Math.round(x + (to[at] - x) * share));

function readTheme() {
  const style = getComputedStyle(document.documentElement);
  const color = (role) => channels(style.getPropertyValue(`--${role}`));
  theme = Object.fromEntries(["paper", "ink", "muted", "line", "positive", "negative"].map((role) => [role, color(role)]));
  theme.isPlain = String(theme.positive) === String(theme.negative); // for print: below zero is hatched
  const sideOf = (role, most) => [...Array(LEVELS + 1).keys()].map((level) => packed(mixed(theme.paper, theme[role], most * level / LEVELS)));
  const rampTo = (most) => Uint32Array.from([...sideOf("negative", most).reverse(), ...sideOf("positive", most).slice(1)]);
  [ramp, paleRamp] = [rampTo(0.9), rampTo(0.5)];
  const others = ["#009E73", "#CC79A7", "#8a7a00", "#6f5bd6", "#7a5230", "#00857f"].map(channels);
  paintOf = classes.length === 2 || !classes.length ? [theme.negative, theme.positive] : [theme.negative, theme.positive, ...others];
}
const css = (rgb, share = 1) => `rgb(${rgb.join(" ")} / ${share})`;
const classColor = (place) => paintOf[place % paintOf.length];

function levelOf(x, most) { // of a number, in the ramp; what is small can still be told from 0
  if (!(most > 0) || x === 0 || Number.isNaN(x)) return LEVELS;
  const share = Math.min(1, Math.abs(x) / most), level = Math.max(1, Math.round(LEVELS * share ** 0.8));
  return x > 0 ? LEVELS + level : LEVELS - level;
}

function imageOf(canvas, side) { // its pixels, and what puts them there
  if (canvas.width !== side) { canvas.width = side; canvas.height = side; }
  const context = canvas.getContext("2d"), image = context.createImageData(side, side);
  return { pixels: new Uint32Array(image.data.buffer), put: () => context.putImageData(image, 0, 0) };
}

function paintMap(canvas, values, side, most, colors = ramp) { // values (side × side), row after row from the top
  const { pixels, put } = imageOf(canvas, side);
  for (let at = 0; at < pixels.length; at++) {
    const level = levelOf(pick(values, at), most);
    const isHatched = theme.isPlain && level < LEVELS && (at + Math.floor(at / side)) % 4 > 1;
    pixels[at] = colors[isHatched ? LEVELS : level];
  }
  put();
}

function paintClasses(canvas, scores, side) { // the largest score's colour, the stronger the surer
  const { pixels, put } = imageOf(canvas, side);
  for (let place = 0; place < pixels.length; place++) {
    const found = scores.map((score) => pick(score, place)), best = placeOfMost(found);
    const lead = found[best] - Math.max(...found.filter((_, each) => each !== best));
    pixels[place] = packed(mixed(theme.paper, classColor(Math.max(0, best)), 0.15 + 0.35 * Math.tanh(lead)));
  }
  put();
}
