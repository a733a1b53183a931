// The samples: as given, shaken by noise, and as the reader has added, moved and deleted them.
// Noise scales one fixed draw, so that points glide.

const shake = new Random(task.settings.seed);
const sampleOf = (x, y, heldOut = false) => ({ x, y, heldOut, drift: x.map(() => shake.normal()) });
const given = [[task.train, false], [task.heldOut, true]].filter(([set]) => set)
  .flatMap(([{ x, y }, isHeldOut]) => x.map((numbers, at) => sampleOf(numbers, y[at], isHeldOut)));
const spreads = upTo(inputs).map((at) => spreadOf(task.train.x.map((x) => x[at])));

let samples = [...given], noise = task.settings.noise;
let version = 0; // of the samples: another one after each change
let train, heldOut; // those that are trained on, and those that are not
const moved = new Map(); // of a sample, the numbers and the target that the reader has given it

const numbersOf = (sample) => (moved.get(sample) || sample).x, targetOf = (sample) => (moved.get(sample) || sample).y;
const noiseOf = (sample, at) => (noise ? noise * spreads[at] * sample.drift[at] : 0);
const position = (sample, at) => numbersOf(sample)[at] + noiseOf(sample, at);
const positions = (sample) => sample.x.map((_, at) => position(sample, at));
const isChanged = () => moved.size > 0 || samples.length !== given.length || samples.some((sample, at) => sample !== given[at]);

function moveTo(sample, numbers, target = targetOf(sample)) { // the place that is seen, so that what noise adds is taken away
  moved.set(sample, { x: numbers.map((x, at) => x - noiseOf(sample, at)), y: target });
  changed();
}
function addSample(numbers, target) {
  const sample = sampleOf(numbers, [target]);
  samples.push(sample);
  moveTo(sample, numbers);
}
function deleteSample(sample) { // the last one stays: a mean needs one
  if (samples.filter((other) => other.heldOut === sample.heldOut).length > 1) samples = samples.filter((other) => other !== sample);
  changed();
}
function resetSamples() {
  samples = [...given];
  moved.clear();
  changed();
}

function changed() {
  version += 1;
  [train, heldOut] = [false, true].map((is) => samples.filter((sample) => sample.heldOut === is));
}
changed();

function setNoise(spreads) {
  noise = spreads;
  changed();
}

function fill(into, batch) { // the numbers of these samples, and their targets, side by side
  const count = batch.length;
  for (let at = 0; at < inputs; at++) for (let s = 0; s < count; s++) into[at * count + s] = position(batch[s], at);
  for (let at = 0; at < targets; at++) for (let s = 0; s < count; s++) into[(inputs + at) * count + s] = targetOf(batch[s])[at];
}
