import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { batchEntropy, batchEntropyOf, build, entropyPerUnit, InputError, network, random, startEngine } from '#src';
import { finiteDifferences, relativeError } from '../../support/finiteDifference.ts';
import { plainForward, type Plain } from '../../support/plainNet.ts';
import { randomNet, randomPlain, randomWeights } from '../../support/plainNetRandom.ts';
import { messageOf, messageOfAsync } from '../message.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** Float32 variances of a few samples. */
const TOLERANCE = 2e-6;

/** h_i = ½ log(πe·v_i + 1), v_i = Σ (A_ni − mean_i)² / (N − 1), with every position of every channel a unit. */
function plainEntropies({ shape, data }: Plain): Float64Array {
  const count = shape[0]!;
  const units = data.length / count;
  return Float64Array.from({ length: units }, (_, i) => {
    const values = Array.from({ length: count }, (_, n) => data[n * units + i]!);
    const mean = values.reduce((a, b) => a + b, 0) / count;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (count - 1);
    return 0.5 * Math.log1p(Math.PI * Math.E * variance);
  });
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

async function entropies(rows: number[][]): Promise<Float32Array> {
  const h = tf.tidy(() => entropyPerUnit(tf.tensor2d(rows)));
  const read = (await h.data()) as Float32Array;
  h.dispose();
  return read;
}

test('every stage of random nets has the entropy of float64 loops', async () => {
  for (let seed = 0; seed < 15; seed++) {
    const net = randomNet(seed);
    const source = random(seed, 'numbers');
    const weights = randomWeights(net, source);
    const x = randomPlain(source, [5, ...net.input]);
    const model = build(net);
    model.write(weights);
    const { data } = await batchEntropy.measure(model, {
      inputs: Float32Array.from(x.data),
      labels: new Int32Array(5),
      count: 5,
      shape: net.input,
    });
    model.dispose();
    const values = plainForward(net, weights, x);
    expect(data.samples).toBe(5);
    for (const layer of data.layers) {
      const expected = plainEntropies(values.get(layer.at)!);
      expect(relativeError(layer.units, expected), layer.at).toBeLessThan(1e-5);
      expect(Math.abs(layer.mean - mean(expected))).toBeLessThan(1e-5);
      const channels = net.nodes.find(({ id }) => id === layer.at)!.shape.at(-1)!;
      const perChannel = Array.from({ length: channels }, (_, c) =>
        mean(expected.filter((_, i) => i % channels === c)),
      );
      expect(relativeError(layer.channels, perChannel)).toBeLessThan(1e-5);
    }
  }
});

test('a unit that does not change has entropy exactly 0, whatever its value and the size of the batch', async () => {
  for (const value of [0, 0.1, -0.3, 1 / 3, 1e-20, 1e6, 123456.789, -7.7e30]) {
    for (const count of [2, 3, 5, 7, 10, 100]) {
      const [h] = await entropies(Array.from({ length: count }, () => [value]));
      expect(h, `${count} times ${value}`).toBe(0);
    }
  }
});

test('tiny variances keep their size: h ≈ πe·v / 2 down to 1e-30', async () => {
  for (const variance of [1e-6, 1e-10, 1e-20, 1e-30]) {
    const s = Math.sqrt(variance / 2);
    const [h] = await entropies([[s], [-s]]);
    expect(Math.abs(h! / ((Math.PI * Math.E * variance) / 2) - 1)).toBeLessThan(1e-5);
  }
});

test('a small variance on a large mean is not lost in the subtraction', async () => {
  const [h] = await entropies([[1000], [1000.5], [1001]]);
  expect(
    relativeError([h!], plainEntropies({ shape: [3, 1], data: Float64Array.of(1000, 1000.5, 1001) })),
  ).toBeLessThan(TOLERANCE);
});

test('the slope of the mean entropy is the finite difference, and 0 for a unit that does not change', async () => {
  const rows = Float64Array.of(0.5, 2, -1, 1.25, 2, 3, -0.75, 2, 0.1, 0.2, 2, -2).map(Math.fround);
  const g = tf.tidy(() => tf.grad((x: tf.Tensor) => batchEntropyOf(x))(tf.tensor2d(Float32Array.from(rows), [4, 3])));
  const expected = finiteDifferences(rows, () => mean(plainEntropies({ shape: [4, 3], data: rows })));
  const found = await g.data();
  g.dispose();
  expect(relativeError(found, expected)).toBeLessThan(TOLERANCE);
  for (const i of [1, 4, 7, 10]) expect(Math.abs(found[i]!)).toBe(0);
});

test('one sample has no entropy', async () => {
  const message = (count: number) => `batch entropy needs two samples or more: got ${count}; use a larger batch`;
  expect(messageOf(() => tf.tidy(() => entropyPerUnit(tf.ones([1, 3]))))).toBe(message(1));
  expect(messageOf(() => tf.tidy(() => entropyPerUnit(tf.scalar(1))))).toBe(message(0));
  expect(() => tf.tidy(() => entropyPerUnit(tf.ones([1, 3])))).toThrow(InputError);
  const model = build(network([3], [{ kind: 'dense' }]));
  const x = tf.ones([1, 3]);
  expect(await messageOfAsync(() => batchEntropy.measure(model, x))).toBe(message(1));
  x.dispose();
  model.dispose();
});

const small = () =>
  build(
    network(
      [2],
      [
        { kind: 'dense', units: 3, id: 'a' },
        { kind: 'activate', id: 'r' },
        { kind: 'dense', units: 2, id: 'b' },
      ],
    ),
  );

test('layers are named by their stage; nodes asked for by name come in that order', async () => {
  const model = small();
  const x = tf.tensor2d([
    [1, 2],
    [3, -1],
    [0, 0],
  ]);
  const names = async (at?: string[]) =>
    (await batchEntropy.measure(model, x, at ? { at } : {})).data.layers.map((layer) => [layer.at, layer.stage]);
  expect(await names()).toEqual([
    ['r', 'a'],
    ['b', 'b'],
  ]);
  expect(await names(['b', 'a'])).toEqual([
    ['b', 'b'],
    ['a', 'a'],
  ]);
  expect(await messageOfAsync(() => batchEntropy.measure(model, x, { at: ['c'] }))).toBe(
    'unknown node: "c"; nodes: a, r, b',
  );
  x.dispose();
  model.dispose();
});

test('units that a batch leaves at rest are counted as dead', async () => {
  const model = small();
  model.write({
    'a/kernel': Float32Array.of(1, 0, -1, 1, 0, -1),
    'a/bias': Float32Array.of(0, 0.3, -9),
    'b/kernel': new Float32Array(6),
    'b/bias': Float32Array.of(1, 2),
  });
  const x = tf.tensor2d([
    [1, 2],
    [3, 1],
    [2, 2],
  ]);
  const { layers } = (await batchEntropy.measure(model, x)).data;
  expect(layers.map(({ dead }) => dead)).toEqual([2, 2]);
  x.dispose();
  model.dispose();
});

test('numbers that are not finite are reported with their node', async () => {
  const model = small();
  const x = tf.tensor2d([
    [1, 2],
    [Infinity, 1],
  ]);
  expect(await messageOfAsync(() => batchEntropy.measure(model, x))).toMatch(
    /^not a finite number: the entropy of "r" holds NaN at \d; the run has diverged$/,
  );
  x.dispose();
  model.dispose();
});
