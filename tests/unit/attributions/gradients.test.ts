import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { network, random, startEngine, type Network } from '#src';
import { finiteDifferences, relativeError } from '../../support/finiteDifference.ts';
import { plainForward, type Plain } from '../../support/plainNet.ts';
import { randomNet, randomPlain, randomWeights } from '../../support/plainNetRandom.ts';
import { explained, linearNet, linearWeights, perPixel, sumOf } from './explained.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** Logit of a class in float64. */
const scoreOf = (net: Network, weights: Record<string, Float32Array>, x: Plain, target: number) =>
  plainForward(net, weights, x).get(net.output)!.data[target]!;

test('the gradient equals finite differences of the plain net, on random smooth nets', async () => {
  for (let seed = 0; seed < 12; seed++) {
    const net = randomNet(seed, { functions: ['tanh', 'swish'], without: ['maxPool', 'gate'] });
    const source = random(seed, 'numbers');
    const weights = randomWeights(net, source);
    const x = randomPlain(source, [1, ...net.input]);
    const target = seed % 3;
    const expected = finiteDifferences(x.data, () => scoreOf(net, weights, x, target));
    const { perChannel, map, score } = await explained('gradient', { net, weights, x: x.data, class: target });
    expect(relativeError(perChannel!, expected)).toBeLessThan(2e-5);
    expect(relativeError(map, perPixel(expected, net.input[2]!))).toBeLessThan(2e-5);
    expect(score).toBeCloseTo(scoreOf(net, weights, x, target), 4);

    const product = await explained('gradientXInput', { net, weights, x: x.data, class: target });
    const products = expected.map((g, i) => g * x.data[i]!);
    expect(relativeError(product.perChannel!, products)).toBeLessThan(2e-5);
  }
});

test('the largest size among a pixel’s channels is shown when asked for', async () => {
  const net = linearNet([1, 2, 3]);
  const weights = linearWeights([1, -5, 2, 0.5, 0.25, -0.125], [0, 0, 0, 0, 0, 0]);
  const asked = { net, weights, x: [1, 1, 1, 1, 1, 1] };
  expect(await explained('gradient', asked)).toMatchObject({
    map: Float32Array.of(-2, 0.625),
    sum: -1.375,
    signed: true,
  });
  const largest = await explained('gradient', asked, { channels: 'largest' });
  expect(largest).toMatchObject({ map: Float32Array.of(5, 0.5), sum: 5.5, signed: false });
  expect([...largest.perChannel!]).toEqual([1, -5, 2, 0.5, 0.25, -0.125]);
});

// Two inputs, three ReLUs: W z = x·W; v weighs the ReLUs.
const W = [
  [0.5, -1, 2],
  [1.5, 0.75, -1],
];
const v = [2, -3, 1];
const small = network(
  [2],
  [
    { kind: 'dense', units: 3, id: 'hidden' },
    { kind: 'activate', id: 'relu' },
    { kind: 'dense', units: 1, id: 'end' },
  ],
);
const smallWeights = {
  'hidden/kernel': Float32Array.from(W.flat()),
  'hidden/bias': Float32Array.of(0.1, -0.2, 0.3),
  'end/kernel': Float32Array.from(v),
  'end/bias': Float32Array.of(0.7),
};
/** Back through the first layer what `slope` makes of each ReLU's z and its weight. */
const back = (x: readonly number[], slope: (z: number, r: number) => number) =>
  W.map((row) =>
    sumOf(row.map((w, j) => w * slope(x[0]! * W[0]![j]! + x[1]! * W[1]![j]! + [0.1, -0.2, 0.3][j]!, v[j]!))),
  );

const step = (z: number) => (z > 0 ? 1 : 0);
const methods: readonly (readonly [string, object, (z: number, r: number) => number])[] = [
  ['gradient', {}, (z, r) => r * step(z)],
  ['guidedBackprop', {}, (z, r) => Math.max(r, 0) * step(z)],
  ['deconvnet', {}, (_, r) => Math.max(r, 0)],
  ['betaSmooth', {}, (z, r) => r / (1 + Math.exp(-10 * z))],
  ['betaSmooth', { beta: 0.5 }, (z, r) => r / (1 + Math.exp(-0.5 * z))],
];

test.for(methods)('%s %j of a net with one layer of ReLUs is its formula', async ([id, options, slope]) => {
  for (const x of [
    [1, 1],
    [-0.5, 0.25],
    [0.125, -2],
  ]) {
    const { map } = await explained(id, { net: small, weights: smallWeights, x, class: 1 }, options);
    expect(relativeError(map, back(x, slope))).toBeLessThan(1e-6);
  }
});

const draws = (count: number, length: number, seed = 0) => {
  const source = random(seed, 'smoothGrad');
  return Array.from({ length: count }, () => Array.from({ length }, () => source.normal()));
};

test('SmoothGrad of a linear net is its gradient, whatever the noise', async () => {
  const asked = { net: linearNet([3]), weights: linearWeights([1, -2, 0.5], [3, 1, 1]), x: [0.5, 4, -1] };
  const data = await explained('smoothGrad', asked, { count: 40, level: 2 });
  expect([...data.map]).toEqual([1, -2, 0.5]);
  // σ = level · (4 − (−1))
  expect(data.details).toEqual({ sigma: 10 });
  const squared = await explained('smoothGrad', asked, { count: 40, level: 2, squared: true });
  expect([...squared.map]).toEqual([1, 4, 0.25]);
  expect(squared.signed).toBe(false);
});

// 50 copies are more than one chunk takes.
test.for([
  [1, 0, false],
  [50, 0, false],
  [50, 7, true],
] as const)('SmoothGrad averages %i draws of seed %i (squared: %s), each used once', async ([count, seed, squared]) => {
  const x = [0.05, -0.2];
  const level = 0.8;
  const sigma = level * 0.25;
  const gradients = draws(count, 2, seed).map((e) =>
    back(
      x.map((value, i) => value + sigma * e[i]!),
      (z, r) => r * step(z),
    ),
  );
  const expected = [0, 1].map((i) => sumOf(gradients.map((g) => (squared ? g[i]! ** 2 : g[i]!))) / count);
  const asked = { net: small, weights: smallWeights, x, class: 1 };
  const data = await explained('smoothGrad', asked, { count, level, squared }, { seed });
  expect(relativeError(data.map, expected)).toBeLessThan(1e-6);
  expect(data.seed).toBe(seed);
});

test('an input of one value has no range, so SmoothGrad is the gradient there', async () => {
  const asked = { net: small, weights: smallWeights, x: [0.3, 0.3], class: 1 };
  const { map } = await explained('gradient', asked);
  const smooth = await explained('smoothGrad', asked);
  expect(relativeError(smooth.map, map)).toBeLessThan(1e-6);
  expect(smooth.details).toEqual({ sigma: 0 });
});
