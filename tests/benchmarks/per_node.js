"use strict";
// The loop that interactive playgrounds of small networks have: an object for each neuron and each link, one
// sample at a time, and an update of every link's weight when the batch is through.

const ACTIVATIONS = {
  relu: { output: x => Math.max(0, x), slope: x => x > 0 ? 1 : 0 },
  linear: { output: x => x, slope: () => 1 },
};

class Link {
  constructor(from, to, weight) {
    this.from = from;
    this.to = to;
    this.weight = weight;
    this.gradient = 0;
  }
}

class Neuron {
  constructor(activation, bias) {
    this.activation = activation;
    this.bias = bias;
    this.incoming = [];
    this.outgoing = [];
    this.input = 0;
    this.output = 0;
    this.outputSlope = 0;
    this.inputSlope = 0;
    this.gradient = 0;
  }

  compute() {
    this.input = this.bias;
    for (const link of this.incoming) this.input += link.weight * link.from.output;
    this.output = this.activation.output(this.input);
  }

  passBack() {
    this.inputSlope = this.outputSlope * this.activation.slope(this.input);
    this.gradient += this.inputSlope;
    for (const link of this.incoming) link.gradient += this.inputSlope * link.from.output;
  }
}

// A network from its layers' sizes and its parameters: neuron by neuron, the weights and then the bias.
function perNode(sizes, parameters) {
  const layers = [Array.from({ length: sizes[0] }, () => new Neuron(ACTIVATIONS.linear, 0))];
  let at = 0;
  for (const size of sizes.slice(1)) {
    const before = layers[layers.length - 1], isLast = layers.length === sizes.length - 1;
    layers.push(Array.from({ length: size }, () => {
      const neuron = new Neuron(isLast ? ACTIVATIONS.linear : ACTIVATIONS.relu, 0);
      for (const source of before) {
        const link = new Link(source, neuron, parameters[at++]);
        neuron.incoming.push(link);
        source.outgoing.push(link);
      }
      neuron.bias = parameters[at++];
      return neuron;
    }));
  }

  function forward(sample) {
    layers[0].forEach((neuron, place) => { neuron.output = sample[place]; });
    for (const layer of layers.slice(1)) for (const neuron of layer) neuron.compute();
    return layers[layers.length - 1][0].output;
  }

  function backward(slope) {
    layers[layers.length - 1][0].outputSlope = slope;
    for (let depth = layers.length - 1; depth > 0; depth--) {
      for (const neuron of layers[depth]) neuron.passBack();
      if (depth === 1) continue;
      for (const neuron of layers[depth - 1]) {
        neuron.outputSlope = 0;
        for (const link of neuron.outgoing) neuron.outputSlope += link.weight * link.to.inputSlope;
      }
    }
  }

  function update(rate, count) {
    for (const layer of layers.slice(1)) {
      for (const neuron of layer) {
        neuron.bias -= rate * neuron.gradient / count;
        neuron.gradient = 0;
        for (const link of neuron.incoming) {
          link.weight -= rate * link.gradient / count;
          link.gradient = 0;
        }
      }
    }
  }

  // One step on the whole batch, of the hinge loss; the mean loss before it.
  function step(samples, targets, rate) {
    let loss = 0;
    samples.forEach((sample, place) => {
      const target = targets[place], margin = 1 - target * forward(sample);
      loss += Math.max(0, margin);
      backward(margin > 0 ? -target : 0);
    });
    update(rate, samples.length);
    return loss / samples.length;
  }

  return { step };
}
