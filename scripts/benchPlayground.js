import { initialWeights, noise, spelledOut } from './benchUnits.js';

const RATE = 0.03;

/**
 * The way of the TensorFlow Playground: a graph of objects, one per neuron and one per connection, walked sample by sample;
 * one tanh output, squared error, plain SGD on the batch's mean. Written anew from that description.
 */
export async function start(unit) {
  const net = graph(unit);
  const { inputs, labels } = noise(unit);
  const size = unit.shape[0];
  const samples = Array.from({ length: unit.batch }, (_, n) => ({
    point: Array.from(inputs.subarray(n * size, (n + 1) * size)),
    label: labels[n] === 0 ? -1 : 1,
  }));
  return {
    note: 'another algorithm: one output, squared error, SGD; losses not compared',
    step() {
      let loss = 0;
      for (const { point, label } of samples) {
        const output = forward(net, point);
        loss += 0.5 * (output - label) ** 2;
        backward(net, label);
      }
      update(net);
      return loss / samples.length;
    },
  };
}

const tanh = { output: (x) => Math.tanh(x), slope: (x) => 1 - Math.tanh(x) ** 2 };

function node(bias) {
  return { incoming: [], outgoing: [], bias, total: 0, output: 0, toOutput: 0, toInput: 0, sum: 0, count: 0, fn: tanh };
}

/** Layers of nodes, the input's first. */
function graph(unit) {
  const weights = initialWeights(unit);
  const dense = spelledOut(unit).filter(({ kind }) => kind === 'dense');
  const layers = [Array.from({ length: unit.shape[0] }, () => node(0))];
  dense.forEach(({ id, units }, i) => {
    const before = layers[i];
    const isLast = i === dense.length - 1;
    const own = Array.from({ length: isLast ? 1 : units }, (_, k) => node(weights[`${id}/bias`][k]));
    for (const [j, source] of before.entries()) {
      for (const [k, target] of own.entries()) {
        const link = { source, target, weight: weights[`${id}/kernel`][j * units + k], slope: 0, sum: 0, count: 0 };
        source.outgoing.push(link);
        target.incoming.push(link);
      }
    }
    layers.push(own);
  });
  return layers;
}

function forward(layers, point) {
  layers[0].forEach((one, i) => (one.output = point[i]));
  for (let l = 1; l < layers.length; l++) {
    for (const one of layers[l]) {
      one.total = one.bias;
      for (const link of one.incoming) one.total += link.weight * link.source.output;
      one.output = one.fn.output(one.total);
    }
  }
  return layers.at(-1)[0].output;
}

function backward(layers, label) {
  const [last] = layers.at(-1);
  last.toOutput = last.output - label;
  for (let l = layers.length - 1; l >= 1; l--) {
    for (const one of layers[l]) {
      one.toInput = one.toOutput * one.fn.slope(one.total);
      one.sum += one.toInput;
      one.count += 1;
      for (const link of one.incoming) {
        link.slope = one.toInput * link.source.output;
        link.sum += link.slope;
        link.count += 1;
      }
    }
    if (l === 1) continue;
    for (const one of layers[l - 1]) {
      one.toOutput = 0;
      for (const link of one.outgoing) one.toOutput += link.weight * link.target.toInput;
    }
  }
}

function update(layers) {
  for (let l = 1; l < layers.length; l++) {
    for (const one of layers[l]) {
      one.bias -= (RATE * one.sum) / one.count;
      one.sum = 0;
      one.count = 0;
      for (const link of one.incoming) {
        link.weight -= (RATE * link.sum) / link.count;
        link.sum = 0;
        link.count = 0;
      }
    }
  }
}
