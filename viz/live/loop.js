// Playing: steps between two pictures, and what is painted. Painting takes no step and notes nothing.

const BUDGET = 24, SLOW = 24; // milliseconds of steps for a picture, as fast as it can; pictures for one slow step
let playing = false, pictures = 0, one = null, speed = 1, waiting = 0;

const slopes = () => (chosen ? oneGradient : gradientOfData());
const shownNumbers = () => (linesShow === "weights" ? weights : slopes());

function paint() {
  if (!samples.includes(chosen)) chosen = has.grid || !samples.length ? null : samples[0]; // without a plane one sample is always looked at
  one = chosen ? examine(chosen) : null;
  goOverGrid(!playing);
  const numbers = shownNumbers();
  paintBoxes();
  paintLines(numbers);
  paintColumnNorms(numbers);
  if (has.plane) paintPlane();
  if (has.line) paintLine();
  if (has.parts) paintParts();
  paintCurve();
  paintStatus();
  sayAll();
  if (!playing) fillTables();
}

function paintStatus() {
  $("unit").textContent = unit;
  $("step").textContent = step.toLocaleString("en");
  $("loss").textContent = number(measured.train, 3);
  $("held").textContent = measured.heldOut === undefined ? "" : number(measured.heldOut, 3);
  $("right").textContent = measured.right !== undefined ? `${measured.right}/${train.length}` : task.metric !== null ? number(measured.metric, 3) : "";
  $("time").max = Math.max(0, frames.length - 1);
  $("time").value = shown;
  $("time").setAttribute("aria-valuetext", `${unit} ${step}`);
  $("reset-data").disabled = !isChanged();
}

function tell() { // for those who listen: silent while playing
  $("told").textContent = playing ? "" : failed ? `stopped. ${failedWords()}; step ${step} is shown`
    : `${unit} ${step}, loss ${number(measured.train)}`;
}

function tick() {
  waiting = 0;
  if (!playing) return;
  pictures += 1;
  let goes = true;
  if (speed > 0) for (let each = 0; each < speed && goes; each++) goes = advance();
  else if (speed === 0) { const end = performance.now() + BUDGET; while (goes && performance.now() < end) goes = advance(); }
  else if (pictures % SLOW === 0) goes = advance();
  if (!goes) pause();
  else { if (speed >= 0 || pictures % SLOW === 0) paint(); waiting = requestAnimationFrame(tick); }
}

function play() {
  if (playing) return pause();
  playing = true;
  document.body.classList.add("playing");
  $("play").setAttribute("aria-label", "pause");
  tell();
  waiting = requestAnimationFrame(tick);
}

function pause() {
  playing = false;
  cancelAnimationFrame(waiting);
  document.body.classList.remove("playing");
  $("play").setAttribute("aria-label", "play");
  paint();
  tell();
}

function onceMore() { // one step on, by hand, from what is shown
  if (playing) return pause();
  isBranching = true;
  advance();
  paint();
  tell();
}

function goTo(frame) {
  if (playing) pause();
  showFrame(frame);
  paint();
  tell();
}

function startOver() {
  reset();
  if (!playing) { paint(); tell(); }
}

document.addEventListener("visibilitychange", () => { if (document.hidden && playing) pause(); });
