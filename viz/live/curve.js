// The loss, step by step: training solid, held-out dashed, earlier runs grey. It draws what was noted, and notes nothing.

const MARGIN = { left: 24, right: 14, top: 24, bottom: 22 };

let unit = "step"; // that is counted; a film of `fit` counts epochs

function lineThrough(steps, losses, x, y) { // as a path; at most some hundred points
  const stride = Math.ceil(steps.length / 800);
  let path = "", isDown = false;
  steps.forEach((each, place) => {
    if (place % stride && place < steps.length - 1) return;
    const isThere = losses[place] !== null && Number.isFinite(losses[place]);
    if (isThere) path += `${isDown ? "L" : "M"}${x(each).toFixed(1)} ${y(losses[place]).toFixed(1)}`;
    isDown = isThere;
  });
  return path;
}

function paintCurve() {
  const stage = $("curve"), wide = stage.clientWidth, high = stage.clientHeight, runs = [...earlier, run];
  if (wide < 50 || high < 50) return;
  const em = emOf(), margin = Object.fromEntries(Object.entries(MARGIN).map(([side, width]) => [side, em * width]));
  const all = runs.flatMap((each) => [...each.train, ...each.heldOut]).filter((loss) => loss !== null && Number.isFinite(loss));
  let [low, top] = all.length ? ends(all) : [0, 1];
  const isLog = low > 0 && top / low > 30;
  const scale = isLog ? Math.log10 : (loss) => loss;
  if (!isLog) low = Math.min(low, 0);
  if (scale(top) - scale(low) < 1e-12) top = low + (Math.abs(low) || 1);
  const marks = [...new Set([top, low])], words = marks.map((loss) => number(loss, 3)), left = margin.left + 8 * em * Math.max(...words.map((each) => each.length));
  const last = Math.max(10, ...runs.map((each) => each.steps.at(-1) || 0));
  const x = (each) => left + each / last * (wide - left - margin.right);
  const y = (loss) => margin.top + (scale(top) - scale(loss)) / (scale(top) - scale(low)) * (high - margin.top - margin.bottom);
  stage.setAttribute("viewBox", `0 0 ${wide} ${high}`);
  const line = (each, of, name) => make("path", { d: lineThrough(each.steps, each[of], x, y), class: name });
  const text = (words, along, below, anchor = "start", name = "") => make("text", { x: along, y: below, "text-anchor": anchor, class: name }, words);
  const now = placeNow();
  stage.replaceChildren(
    make("path", { d: `M${left} ${margin.top}V${high - margin.bottom}H${wide - margin.right}`, class: "axis" }),
    ...marks.map((loss, place) => text(words[place], left - 6, y(loss) + 5 * em, "end")),
    text("0", left, high - 5 * em), text(`${unit} ${last.toLocaleString("en")}`, wide - margin.right, high - 5 * em, "end"),
    ...earlier.map((each) => line(each, "train", "earlier")),
    line(run, "heldOut", "held-out"), line(run, "train", "train"),
    ...(Number.isFinite(run.train[now]) ? [make("circle", { cx: x(run.steps[now]), cy: y(run.train[now]), r: 4.5, class: "now" })] : []),
    text(isLog ? "loss, log scale" : "loss", left, 16 * em, "start", "heading"),
    ...legend(wide - margin.right, text, em),
  );
}

function legend(end, text, em) {
  const entries = [["train", "training"], ...(has.heldOut ? [["held-out", "held out"]] : []), ...(earlier.length ? [["earlier", "earlier runs"]] : [])];
  let right = end;
  return entries.reverse().flatMap(([name, words]) => {
    const size = words.length * 6.6 * em, made = [text(words, right, 16 * em, "end"), make("path", { d: `M${right - size - 36 * em} ${11 * em}h${28 * em}`, class: name })];
    right -= size + 52 * em;
    return made;
  });
}
