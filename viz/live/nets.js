// The program, made ready for so many samples at once: for the data, a batch, the plane's grid, one sample.
// All have one array of weights.

const weights = task.parameters.slice();
const gradient = new Float64Array(weights.length); // what the optimiser steps along
const shownGradient = new Float64Array(weights.length); // of the data as they are, where a step is along another
const nets = new Map();

function net(use, count, program, into) { // one for each use, made anew for another count
  const key = nets.get(use);
  if (!key || key.count !== count) nets.set(use, { count, net: program(count, weights, into) });
  return nets.get(use).net;
}

const pick = (array, sample) => array[array.length === 1 ? 0 : sample]; // of a result that may be one for all

function netOf(use, batch, program, into) { // for samples that stay the same until they are changed
  const found = net(use, batch.length, program, into), kept = nets.get(use);
  if (kept.version !== version) fill(found.inputs, batch);
  kept.version = version;
  return found;
}

function ran(found) { // forward and backward
  found.forward();
  found.reverse();
  return found;
}

function examine(sample) { // one sample, forward and backward: what it makes of every neuron
  const found = net("one", 1, evaluated, oneGradient);
  fill(found.inputs, [sample]);
  return ran(found);
}
const oneGradient = new Float64Array(weights.length);

function gradientOfData() { // the mean over all training samples, as the weights stand
  if (isFresh) return gradient;
  ran(netOf("gradient", train, evaluated, shownGradient));
  return shownGradient;
}

function isRight(found, sample, place) { // by the largest score, or by the side of the level
  const target = targetOf(sample)[0];
  if (task.task === "sign") return (pick(found.results[1], place) > task.level) === (target > 0);
  const scores = classes.map((each) => pick(found.results[1 + each], place));
  return placeOfMost(scores) === target;
}
const countRight = (found, batch) => batch.filter((sample, place) => isRight(found, sample, place)).length;
