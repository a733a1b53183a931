// Training: what one step does, and what is measured after it. It paints nothing.

const settings = { method: 0, rate: task.settings.rate, decay: task.settings.decay, batch: task.settings.batch, stopAt: Infinity };
const optimizers = METHODS.map((method) => method(weights, gradient));
const optimizer = () => optimizers[settings.method];

let step = 0, isFresh = false; // whether `gradient` is that of all samples at these weights
let batchOrder = [], batchPlace = 0, random = new Random(task.settings.seed);
let measured; // of the weights as they stand

const sizeOf = (count) => Math.min(settings.batch || count, count);

function measure() {
  if (!has.program) return readCurve();
  const isWhole = sizeOf(train.length) === train.length && !task.trainDraws;
  const found = isWhole ? ran(netOf("all", train, evaluated, gradient)) : netOf("measured", train, evaluated);
  if (!isWhole) found.forward();
  isFresh = isWhole;
  measured = { train: found.loss() };
  if (task.metric !== null) measured.metric = meanOf(found.results[task.metric]);
  if (classes.length) measured.right = countRight(found, train);
  if (!heldOut.length) return;
  const other = netOf("held out", heldOut, evaluated);
  other.forward();
  measured.heldOut = other.loss();
}

function nextBatch() {
  const size = sizeOf(train.length);
  if (size === train.length) return train;
  if (batchPlace + size > train.length || batchOrder.length !== train.length) { batchOrder = random.shuffled(train.length); batchPlace = 0; }
  batchPlace += size;
  return batchOrder.slice(batchPlace - size, batchPlace).map((row) => train[row]);
}

function gradientOfBatch() {
  const batch = nextBatch(), found = net("batch", batch.length, trained, gradient);
  fill(found.inputs, batch);
  for (let row = (inputs + targets) * batch.length; row < found.inputs.length; row++) found.inputs[row] = random.uniform();
  ran(found);
}

function takeStep() {
  if (!isFresh) gradientOfBatch();
  const used = optimizer();
  if (task.methods[settings.method].decays) used.options.weight_decay = settings.decay;
  used.step(settings.rate);
  step += 1;
  measure();
}

// ---- to stand where one has stood ----------------------------------------------------------------

function standing() { // all that the next steps depend on
  const { state, steps } = optimizer();
  const kept = Object.fromEntries(Object.entries(state).map(([name, numbers]) => [name, numbers.slice()]));
  return { step, weights: weights.slice(), method: settings.method, state: kept, steps, batchOrder, batchPlace, random: random.state };
}

function stand(frame) {
  weights.set(frame.weights);
  step = frame.step;
  if (frame.state && frame.method === settings.method) {
    for (const [name, numbers] of Object.entries(frame.state)) optimizer().state[name].set(numbers);
    optimizer().steps = frame.steps;
  } else for (const each of optimizers) each.reset();
  if (frame.random !== undefined) { random = new Random(frame.random); batchOrder = frame.batchOrder; batchPlace = frame.batchPlace; }
  measure();
}

const startWith = (numbers) => ({ step: 0, weights: numbers, random: task.settings.seed, batchOrder: [], batchPlace: 0 });
let start = startWith(weights.slice());

function drawWeights(seed) { // each part of the model anew, with the mean and the spread that it was given
  const source = new Random(seed), from = task.parameters;
  const fresh = from.slice();
  for (const rows of task.draw) {
    const numbers = rows.map((row) => from[row]), mean = meanOf(numbers), spread = spreadOf(numbers);
    for (const row of rows) fresh[row] = mean + spread * source.normal();
  }
  start = startWith(fresh);
}
