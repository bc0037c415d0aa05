import * as tfjs from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { registerGradients } from '#kernels';
import { build, network, random, startEngine, startTraining, type LoadedDataset, type Model } from '#src';

/**
 * The union package's layers are an oracle that was not written here: the same weights, the same batches and the same
 * optimiser must give the same losses. Its optimisers differ from ours in the order of float32 operations only.
 */
const TOLERANCE = 2e-5;
const STEPS = 6;
const BATCH = 6;

beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  // The union import registers tfjs' own gradients over ours.
  registerGradients();
});

/** Noise with labels: what is learned does not matter here. One batch is the whole set, so its order is free. */
function noise(shape: readonly number[], classes: number): LoadedDataset {
  const stream = random(5, 'noise');
  const size = shape.reduce((product, n) => product * n, 1);
  const samples = {
    inputs: Float32Array.from({ length: BATCH * size }, () => stream.normal()),
    labels: Int32Array.from({ length: BATCH }, (_, i) => i % classes),
    count: BATCH,
  };
  const names = Array.from({ length: classes }, (_, i) => `${i}`);
  return { id: 'noise', title: 'Noise', shape, classes: names, train: samples, test: samples, units: 'none' };
}

async function ours(model: Model, data: LoadedDataset, optimizer: string, learningRate: number): Promise<number[]> {
  const trainer = startTraining(model, data, { batchSize: BATCH, optimizer, learningRate });
  for (let i = 0; i < STEPS; i++) await trainer.advance();
  const losses = [...(await trainer.losses())];
  trainer.dispose();
  return losses;
}

async function theirs(
  layers: tfjs.LayersModel,
  weights: Record<string, Float32Array>,
  data: LoadedDataset,
  optimizer: tfjs.Optimizer,
): Promise<number[]> {
  const shapes = layers.getWeights().map((weight) => weight.shape);
  // Shape parameters such as the depth of elu are weights of ours and constants of theirs.
  const shared = Object.entries(weights).filter(([name]) => /\/(kernel|bias)$/.test(name));
  const values = shared.map(([, value], i) => tf.tensor(value, shapes[i]));
  layers.setWeights(values);
  layers.compile({ optimizer, loss: (truth, logits) => tf.losses.softmaxCrossEntropy(truth, logits) });
  const x = tf.tensor(data.train.inputs, [BATCH, ...data.shape]);
  const y = tf.oneHot(tf.tensor1d(data.train.labels, 'int32'), data.classes.length);
  const losses: number[] = [];
  for (let i = 0; i < STEPS; i++) losses.push((await layers.trainOnBatch(x, y)) as number);
  return losses;
}

const OPTIMIZERS = [
  ['sgd', 0.1, () => tfjs.train.sgd(0.1)],
  ['momentum', 0.05, () => tfjs.train.momentum(0.05, 0.9)],
  ['adam', 0.01, () => tfjs.train.adam(0.01, 0.9, 0.999, 1e-8)],
] as const;

test.for(OPTIMIZERS)('a perceptron trains like a tfjs LayersModel with %s', async ([id, rate, make]) => {
  const data = noise([5], 3);
  const nodes = [
    { kind: 'dense', units: 7 },
    { kind: 'activate', fn: 'tanh' },
    { kind: 'dense', units: 3 },
  ];
  const model = build(network([5], nodes), { seed: 3 });
  const layers = tfjs.sequential({
    layers: [tfjs.layers.dense({ units: 7, activation: 'tanh', inputShape: [5] }), tfjs.layers.dense({ units: 3 })],
  });
  const expected = await theirs(layers, await model.read(), data, make());
  const found = await ours(model, data, id, rate);
  found.forEach((loss, i) => expect(Math.abs(loss - expected[i]!)).toBeLessThan(TOLERANCE));
  expect(found[STEPS - 1]).toBeLessThan(found[0]!);
  model.dispose();
});

test('a convolutional net with stride, pooling and flatten trains like a tfjs LayersModel', async () => {
  const data = noise([8, 8, 2], 3);
  const nodes = [
    { kind: 'conv2d', filters: 4, size: 3 },
    { kind: 'activate', fn: 'relu' },
    { kind: 'maxPool', size: 2 },
    { kind: 'conv2d', filters: 5, size: 3, stride: 2 },
    { kind: 'activate', fn: 'elu' },
    { kind: 'flatten' },
    { kind: 'dense', units: 3 },
  ];
  const model = build(network([8, 8, 2], nodes), { seed: 4 });
  const layers = tfjs.sequential({
    layers: [
      tfjs.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu', inputShape: [8, 8, 2] }),
      tfjs.layers.maxPooling2d({ poolSize: 2 }),
      tfjs.layers.conv2d({ filters: 5, kernelSize: 3, strides: 2, padding: 'same', activation: 'elu' }),
      tfjs.layers.flatten(),
      tfjs.layers.dense({ units: 3 }),
    ],
  });
  const expected = await theirs(layers, await model.read(), data, tfjs.train.adam(0.01, 0.9, 0.999, 1e-8));
  const found = await ours(model, data, 'adam', 0.01);
  found.forEach((loss, i) => expect(Math.abs(loss - expected[i]!)).toBeLessThan(TOLERANCE));
  model.dispose();
});
