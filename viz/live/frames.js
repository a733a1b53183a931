// What happened: a point of the curve for each step, and frames to go back to. Earlier runs stay as grey curves.

const FAR = 1e12; // times the first loss, and more: the steps were too large
const ROOM = 24e6; // bytes of frames; of more, every second one goes
let run = emptyRun();
let frames = [], shown = 0, stride = 1, earlier = [];
let isBranching = false; // whether to train on from the frame that is shown, whatever is known after it
let failed = null; // the step whose loss was not finite, or beyond all bounds, and that loss

function emptyRun() { return { steps: [], train: [], heldOut: [], norms: {} }; }

function note() { // the step that was taken
  run.steps.push(step);
  run.train.push(measured.train);
  run.heldOut.push(measured.heldOut ?? null);
  if (step % stride === 0 || !frames.length) keep();
}

function keep() {
  frames.push(standing());
  shown = frames.length - 1;
  const each = 8 * weights.length * (1 + Object.keys(optimizer().state).length);
  if (frames.length * each > ROOM && frames.length > 50) {
    frames = frames.filter((_, at) => at % 2 === 0);
    stride *= 2;
    shown = frames.length - 1;
  }
}

function setAside() { // the run so far, as a grey curve
  if (run.steps.length > 2) earlier = [...earlier, run].slice(-5);
}

function forgetAfter(last) { // what came after a step, before training goes on from it
  frames = frames.filter((frame) => frame.step <= last);
  shown = frames.length - 1;
  const kept = run.steps.filter((each) => each <= last).length;
  if (kept < run.steps.length) setAside();
  run = { ...run, steps: run.steps.slice(0, kept), train: run.train.slice(0, kept), heldOut: run.heldOut.slice(0, kept) };
}

function advance() { // one step, or one frame that is known; whether there may be another
  if (shown < frames.length - 1 && !isBranching) {
    showFrame(shown + 1);
    return step !== settings.stopAt && (has.program || shown < frames.length - 1);
  }
  if (!has.program) return false;
  if (run.steps.at(-1) > step) forgetAfter(step);
  isBranching = false;
  failed = null;
  takeStep();
  if (!(measured.train < FAR * Math.max(1, run.train[0]))) {
    failed = { step, loss: measured.train };
    stand(frames.at(-1));
    return false;
  }
  note();
  return step !== settings.stopAt;
}

function showFrame(at) {
  shown = Math.max(0, Math.min(frames.length - 1, at));
  failed = null;
  stand(frames[shown]);
}

function reset() { // to the weights at the start
  setAside();
  run = emptyRun();
  frames = [];
  stride = 1;
  failed = null;
  stand(start);
  note();
}

const placeNow = () => run.steps.findLastIndex((each) => each <= step); // in the run, of what is shown

function readCurve() { // what was noted at this step, where the page has no program
  const place = placeNow();
  measured = { train: run.train[place] ?? NaN, heldOut: run.heldOut[place] ?? undefined };
}

function takeFilm({ unit: counted, steps, curve, parameters }) { // frames that were recorded in Python, after those that are here
  unit = counted;
  const numbers = floats(parameters), size = weights.length;
  steps.forEach((each, at) => frames.push({ step: each, weights: numbers.slice(at * size, (at + 1) * size) }));
  run.steps.push(...curve.steps);
  run.train.push(...curve.train);
  for (const [name, lengths] of Object.entries(curve.norms)) (run.norms[name] = run.norms[name] || []).push(...lengths);
  run.heldOut.push(...(curve.heldOut.length ? curve.heldOut : curve.steps.map(() => null)));
}
