// Moving through time: buttons, keys and the slider; what each event shows is the business of the other files.

let now = 0, asking = false, timer = 0;

const events = () => view.timeline.events;
const atEnd = () => now === events().length - 1;

const isForward = ({ kind }) => kind === "start" || kind === "forward";

function show() { // the state at the event, everywhere
  const event = events()[now], state = gradients(event.added - (asking ? 1 : 0), !isForward(event));
  paint(event, state, asking);
  say(event, state, asking);
  fillTable(event, state, asking);
  $("time").value = now;
  $("time").setAttribute("aria-valuetext", $("words").textContent);
  $("count").textContent = `${now} / ${events().length - 1}`;
}

function go(to) {
  now = Math.max(0, Math.min(events().length - 1, to));
  const { kind, add } = events()[now];
  asking = $("predict").checked && kind === "add" && !isByHand(add.from);
  ask(asking ? add : null);
  show();
  keepInSight();
  if (asking) { pause(); $("answer").focus({ preventScroll: true }); }
}

function keepInSight() { // the words have their own height, and leave the rest to the stage
  resized();
  const lit = [...litPlaces(events()[now]).keys()];
  follow(lit.length ? lit : [view.boxOf[now ? root : 0]]);
}

function reveal(right) {
  asking = false;
  ask(null);
  show();
  if (right) $("words").append(span(" ✓", "positive"));
  $("next").focus({ preventScroll: true });
}

function pause() {
  clearInterval(timer);
  timer = 0;
  document.body.classList.remove("playing");
  $("play").setAttribute("aria-label", "play");
}

function play() {
  if (timer) return pause();
  if (atEnd()) go(0);
  document.body.classList.add("playing");
  $("play").setAttribute("aria-label", "pause");
  timer = setInterval(() => { go(now + 1); if (atEnd()) pause(); }, Number($("speed").value));
}

const step = (by) => { pause(); if (by > 0 && asking) reveal(false); else go(now + by); };
const jump = (to) => { pause(); go(to); };

function start(at) { // at an event of the view
  offerLeaves();
  $("time").max = events().length - 1;
  go(at);
}

function changed() { // a box was opened or closed: the same moment of the same run, in the new view
  const event = events()[now], { step } = view.timeline;
  useView();
  start(momentIn(event, step, view.timeline));
}

$("first").addEventListener("click", () => jump(0));
$("back").addEventListener("click", () => step(-1));
$("play").addEventListener("click", play);
$("next").addEventListener("click", () => step(1));
$("last").addEventListener("click", () => jump(events().length - 1));
$("time").addEventListener("input", () => jump(Number($("time").value)));
$("speed").addEventListener("change", () => { if (timer) { pause(); play(); } });
$("predict").addEventListener("change", () => go(now));
$("numbers").addEventListener("toggle", show);
$("reveal").addEventListener("click", () => reveal(false));
$("hint").addEventListener("click", () => { giveHint(events()[now].add); $("answer").focus(); });
$("question").addEventListener("submit", (event) => {
  event.preventDefault();
  const mistake = judge($("answer").value, events()[now].add);
  if (mistake) $("verdict").textContent = "✗ " + mistake; else reveal(true);
});
for (const line of ["words", "more"]) $(line).addEventListener("click", (event) => {
  const { place } = event.target.dataset;
  if (place) follow([...litPlaces(events()[now])].filter(([, role]) => role === place).map(([lit]) => lit));
});
document.addEventListener("keydown", (event) => {
  if (!view || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches("input:not(#time):not([type=checkbox]), select");
  const keys = { ...LOOKING, ArrowRight: () => step(1), ArrowLeft: () => step(-1), " ": play, Home: () => jump(0), End: () => jump(events().length - 1) };
  if (!keys[event.key] || typing || (event.key === " " && event.target.matches("button, summary, input[type=checkbox]"))) return;
  event.preventDefault();
  keys[event.key]();
});

unpacked($("levels").textContent).then(({ nodes: program, levels }) => {
  record(program);
  begin(levels, nodes.length);
  useView();
  sayWhatIsFixed();
  start(0);
  new ResizeObserver(keepInSight).observe(stage);
  document.body.dataset.ready = "";
  dispatchEvent(new Event("ready"));
});
