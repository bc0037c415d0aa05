import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, forward, layers, network, random, startEngine, type Model, type Network } from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { plainForward, plainMoments, type Plain } from '../../support/plainNet.ts';
import { randomNet, randomPlain, randomWeights } from '../../support/plainNetRandom.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** Float32 keeps 6e-8; a dozen nodes of sums below a hundred terms lose a few dozen of these. Relative to the largest value. */
const FORWARD_TOLERANCE = 1e-5;
const NETS = 60;
const BATCH = 2;

const tensorOf = ({ shape, data }: Plain) => tf.tensor(Float32Array.from(data), [...shape]);

/** Values of every node, read back; `f` runs inside tidy. */
async function valuesOf(model: Model, x: Plain, options = {}): Promise<Map<string, Float32Array>> {
  const values = tf.tidy(() => Object.fromEntries([...forward(model, tensorOf(x), options)].map(([k, v]) => [k, v])));
  const read = new Map<string, Float32Array>();
  for (const [id, value] of Object.entries(values)) read.set(id, (await value.data()) as Float32Array);
  tf.dispose(values);
  return read;
}

/** Node and error of the worst node, against the plain net. */
async function worstNode(net: Network, seed: number, isTraining: boolean): Promise<[string, number]> {
  const source = random(seed, 'numbers');
  const weights = randomWeights(net, source);
  const x = randomPlain(source, [BATCH, ...net.input]);
  const model = build(net);
  model.write(weights);
  const found = await valuesOf(model, x, { training: isTraining });
  model.dispose();
  let worst: [string, number] = ['', 0];
  for (const [id, { data }] of plainForward(net, weights, x, { isTraining })) {
    const error = relativeError(found.get(id)!, data);
    if (!(error <= worst[1])) worst = [id, error];
  }
  return worst;
}

const seeds = Array.from({ length: NETS }, (_, i) => i);

test('random nets answer what plain float64 loops answer, at every node', async () => {
  for (const seed of seeds) {
    const net = randomNet(seed);
    const [id, error] = await worstNode(net, seed, false);
    expect(error, `node ${id} of ${JSON.stringify(net.specs)}`).toBeLessThan(FORWARD_TOLERANCE);
  }
});

test('random nets in training use the statistics of the batch', async () => {
  const nets = seeds.map((seed) => randomNet(seed)).filter((net) => net.nodes.some(({ kind }) => kind === 'batchNorm'));
  expect(nets.length).toBeGreaterThan(5);
  for (const [seed, net] of nets.entries()) {
    const [id, error] = await worstNode(net, seed, true);
    // A channel whose batch is nearly constant divides by √ε = 0.03 and so shows its rounding 30 times larger.
    expect(error, `node ${id} of ${JSON.stringify(net.specs)}`).toBeLessThan(30 * FORWARD_TOLERANCE);
  }
});

test('the random nets hold every kind of node', () => {
  const kinds = new Set(seeds.flatMap((seed) => randomNet(seed).nodes.map(({ kind }) => kind)));
  expect([...layers].map(({ id }) => id).filter((id) => !kinds.has(id))).toEqual(['dropout']);
});

test('batch norm moves its statistics by the momentum, towards the unbiased variance of the batch', async () => {
  const net = network([3, 2, 2], [{ kind: 'batchNorm', momentum: 0.25 }]);
  const source = random(3);
  const weights = randomWeights(net, source);
  const x = randomPlain(source, [4, 3, 2, 2]);
  const model = build(net);
  model.write(weights);
  const updates = new Map<string, tf.Tensor>();
  const onUpdate = (name: string, value: tf.Tensor) => updates.set(name, tf.keep(tf.clone(value)));
  await valuesOf(model, x, { training: true, onUpdate });
  const { mean, variance } = plainMoments(x);
  const count = 4 * 3 * 2;
  const follow = (old: Float32Array, now: Float64Array, factor = 1) =>
    now.map((v, c) => 0.75 * old[c]! + 0.25 * v * factor);
  const expected = {
    'batchNorm1/movingMean': follow(weights['batchNorm1/movingMean']!, mean),
    'batchNorm1/movingVariance': follow(weights['batchNorm1/movingVariance']!, variance, count / (count - 1)),
  };
  expect([...updates.keys()]).toEqual(Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    expect(relativeError(await updates.get(name)!.data(), values)).toBeLessThan(FORWARD_TOLERANCE);
  }
  expect((await model.read())['batchNorm1/movingMean']).toEqual(weights['batchNorm1/movingMean']);
  tf.dispose([...updates.values()]);
  model.dispose();
});

test('batch norm hands on no statistics outside training', async () => {
  const model = build(network([4], [{ kind: 'batchNorm' }]));
  const names: string[] = [];
  await valuesOf(model, randomPlain(random(1), [3, 4]), { onUpdate: (name: string) => names.push(name) });
  expect(names).toEqual([]);
  model.dispose();
});

const dropoutNet = () => build(network([2000], [{ kind: 'dropout', rate: 0.25 }]));
const ones: Plain = { shape: [3, 2000], data: new Float64Array(6000).fill(1) };

test('dropout zeroes its share of the numbers and scales the others, so that the mean stays', async () => {
  const model = dropoutNet();
  const out = (await valuesOf(model, ones, { training: true, key: 5 })).get('dropout1')!;
  expect(new Set(out)).toEqual(new Set([0, Math.fround(4 / 3)]));
  const zeros = out.filter((v) => v === 0).length / out.length;
  // Four standard deviations of a binomial share: √(0.25 · 0.75 / 6000) = 0.0056.
  expect(Math.abs(zeros - 0.25)).toBeLessThan(4 * 0.0056);
  model.dispose();
});

test('dropout draws the same mask for the same seed and another one for another', async () => {
  const model = dropoutNet();
  const mask = async (seed: number) => (await valuesOf(model, ones, { training: true, key: seed })).get('dropout1');
  expect(await mask(1)).toEqual(await mask(1));
  expect(await mask(1)).not.toEqual(await mask(2));
  model.dispose();
});

test('dropout is the identity outside training, and at rate 0', async () => {
  const model = dropoutNet();
  expect(new Set((await valuesOf(model, ones, { key: 1 })).get('dropout1'))).toEqual(new Set([1]));
  model.dispose();
  const none = build(network([2000], [{ kind: 'dropout', rate: 0 }]));
  expect(new Set((await valuesOf(none, ones, { training: true, key: 1 })).get('dropout1'))).toEqual(new Set([1]));
  none.dispose();
});

test('forward stops after the node it is asked for', async () => {
  const model = build(network([3], [{ kind: 'dense', units: 2 }, { kind: 'activate' }, { kind: 'dense', units: 1 }]));
  const values = await valuesOf(model, randomPlain(random(1), [2, 3]), { until: 'activate1' });
  expect([...values.keys()]).toEqual(['input', 'dense1', 'activate1']);
  model.dispose();
});

test('an image net answers on a larger canvas, and refuses another rank or number of channels', () => {
  const model = build(network([4, 4, 2], [{ kind: 'conv2d', filters: 3 }]));
  const shape = (x: tf.Tensor) => tf.tidy(() => forward(model, x).get('conv2d1')!.shape);
  tf.tidy(() => {
    expect(shape(tf.zeros([1, 9, 7, 2]))).toEqual([1, 9, 7, 3]);
    const problem = 'expected [batch, 4, 4, 2] (4 × 4 × 2)';
    expect(() => shape(tf.zeros([1, 4, 4, 1]))).toThrow(`wrong input shape: [1, 4, 4, 1]; ${problem}`);
    expect(() => shape(tf.zeros([4, 4, 2]))).toThrow(`wrong input shape: [4, 4, 2]; ${problem}`);
  });
  model.dispose();
});
