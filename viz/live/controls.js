// Controls: buttons, keys, the mouse on the plane. Each acts at once, while it trains too.

const RATES = [0.00001, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 100];
const DECAYS = [0, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3];
const repaint = () => { if (!playing) { paint(); tell(); } };
const remeasure = () => { isBranching = true; measure(); repaint(); };

function choices(id, values, now, words = String) { // the given number is among them, in its place
  const all = [...new Set([...values, now])].sort((a, b) => a - b);
  $(id).replaceChildren(...all.map((value) => Object.assign(element("option", "", words(value)), { value, selected: value === now })));
}

const size = train.length || 1;
choices("rate", RATES, settings.rate);
choices("decay", DECAYS, settings.decay);
choices("batch", [1, 4, 16, 64, 256].filter((each) => each < size), sizeOf(size), (each) => (each >= size ? "all" : String(each)));
choices("noise", [0, 0.05, 0.1, 0.2, 0.3, 0.5], noise);
$("method").replaceChildren(...task.methods.map(({ title }, at) => Object.assign(element("option", "", title), { value: at })));

const setRate = () => { settings.rate = Number($("rate").value); isBranching = true; };
$("rate").addEventListener("change", setRate);
$("decay").addEventListener("change", () => { settings.decay = Number($("decay").value); isBranching = true; });
$("batch").addEventListener("change", () => { const each = Number($("batch").value); settings.batch = each >= size ? null : each; isBranching = true; measure(); });
$("method").addEventListener("change", () => {
  settings.method = Number($("method").value);
  optimizer().reset();
  isBranching = true;
  $("decay").disabled = !task.methods[settings.method].decays;
});
$("noise").addEventListener("change", () => { setNoise(Number($("noise").value)); remeasure(); });
$("speed").addEventListener("change", () => { speed = Number($("speed").value); });
$("shows").addEventListener("change", () => { linesShow = $("shows").value; paint(); });
$("stop").addEventListener("change", () => { settings.stopAt = Number($("stop").value) || Infinity; });

$("reset").addEventListener("click", startOver);
$("play").addEventListener("click", play);
$("next").addEventListener("click", onceMore);
$("time").addEventListener("input", () => goTo(Number($("time").value)));
let lastSeed = task.settings.seed;
$("redraw").addEventListener("click", () => { drawWeights(lastSeed += 1); startOver(); });
$("reset-data").addEventListener("click", () => { resetSamples(); remeasure(); });
$("delete").addEventListener("click", deleteChosen);

function choose(sample) {
  chosen = sample;
  paint();
}
function chooseNext(by) {
  const now = samples.indexOf(chosen);
  choose(samples[(now + by + samples.length) % samples.length] || samples[0]);
  $("told").textContent = $("sample").textContent;
}
function deleteChosen() {
  deleteSample(chosen);
  measure();
  choose(null);
}

// ---- points ---------------------------------------------------------------------------------------

const adders = has.line ? [0] : has.plane ? classes : [];
$("adders").append(...adders.map((target, place) => {
  const mark = make("svg", { viewBox: "-9 -9 18 18", class: "mark" });
  mark.append(make("path", { d: shapePath(has.line ? "circle" : SHAPES[place % SHAPES.length], 6.5) }));
  return element("label", "", Object.assign(element("input", ""), { type: "radio", name: "tool", value: target }), mark, span(has.line ? "add" : String(target)));
}));
function paintAdders() {
  document.querySelectorAll("#adders path").forEach((mark, place) => mark.setAttribute("fill", css(has.line ? theme.positive : classColor(place))));
}
for (const radio of document.querySelectorAll("[name=tool]")) radio.addEventListener("change", () => { tool = radio.value; });

function press(event) {
  const { sample, numbers, height } = placeUnder(event);
  $("points").focus({ preventScroll: true });
  if (sample) {
    drags = { sample, moves: false };
    $("points").setPointerCapture(event.pointerId);
  } else if (tool !== "choose") {
    const target = has.line ? targetAt(height) : Number(tool);
    addSample(numbers, target);
    remeasure();
  } else choose(null);
}
function drag(event) {
  if (!drags) return;
  const { numbers, height } = placeUnder(event), before = seenAt(drags.sample);
  if (!drags.moves && Math.hypot(event.movementX, event.movementY) < 1) return;
  drags.moves = true;
  moveTo(drags.sample, numbers, has.line ? [targetAt(height)] : undefined);
  if (String(before) !== String(seenAt(drags.sample))) remeasure();
}
function release() {
  if (drags && !drags.moves) choose(chosen === drags.sample ? null : drags.sample);
  drags = null;
}
if (has.grid) for (const [kind, act] of [["pointerdown", press], ["pointermove", drag], ["pointerup", release]]) $("points").addEventListener(kind, act);

// ---- keys ------------------------------------------------------------------------------------------

const KEYS = { " ": play, ArrowRight: () => (shown < frames.length - 1 ? goTo(shown + 1) : onceMore()), ArrowLeft: () => goTo(shown - 1),
  Home: () => goTo(0), End: () => goTo(frames.length - 1), r: startOver, R: startOver, "[": () => changeRate(-1), "]": () => changeRate(1),
  Escape: () => { pinned = null; choose(null); } };

function changeRate(by) {
  $("rate").selectedIndex = Math.max(0, Math.min($("rate").length - 1, $("rate").selectedIndex + by));
  setRate();
  $("told").textContent = `learning rate ${$("rate").value}`;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("player").open) return;
  const { target, key } = event;
  if (target === $("points") || target === $("scores")) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key];
    if (by) { event.preventDefault(); return chooseNext(by); }
    if (key === "Enter" && chosen && task.player) return openPlayer();
    if (key === "Delete" && chosen && has.grid) return deleteChosen();
  }
  const isTyping = target.matches("select, input:not(#time, [type=radio])") || (target.matches("input[type=radio]") && key.startsWith("Arrow"));
  if (!KEYS[key] || isTyping || (key === " " && target.matches("button, summary, input"))) return;
  event.preventDefault();
  KEYS[key]();
});

// ---- the start --------------------------------------------------------------------------------------

function repaintTheme() {
  readTheme();
  paintAdders();
}

function begin() {
  for (const id of Object.keys(has)) document.body.classList.toggle(`has-${id}`, has[id]);
  $("right-name").textContent = task.metric !== null ? task.metricName : "correct";
  $("right-part").hidden = task.metric === null && !classes.length;
  $("held-part").hidden = !has.heldOut;
  $("decay").disabled = !task.methods[0]?.decays;
  repaintTheme();
  if (!has.columns) document.querySelector("main").prepend($("parts"));
  build();
  placeBoxes();
  if (has.grid) ticks();
  if (task.film) { takeFilm(task.film); showFrame(frames.length - 1); } else reset();
  paint();
}
new ResizeObserver(() => { placeBoxes(); if (!playing && measured) paint(); }).observe($("net"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { repaintTheme(); paint(); });
begin();
document.body.dataset.ready = "";
