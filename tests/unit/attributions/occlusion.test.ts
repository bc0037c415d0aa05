import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { baselineInput, network, random, startEngine } from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { plainForward } from '../../support/plainNet.ts';
import { randomPlain, randomWeights } from '../../support/plainNetRandom.ts';
import { explained, linearNet, linearWeights, sumOf } from './explained.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

// 2 × 4 pixels of one channel: w·x is 1 2 3 4 over 50 60 70 80.
const linear = {
  net: linearNet([2, 4, 1]),
  weights: linearWeights([1, 1, 1, 1, 10, 10, 10, 10], [0, 0, 0, 0, 0, 0, 0, 0]),
  x: [1, 2, 3, 4, 5, 6, 7, 8],
};

test('of a linear net it is the sum of w·x in the window', async () => {
  const data = await explained('occlusion', linear, { window: 2, stride: 2 });
  expect(data.details).toMatchObject({ rows: 1, columns: 2 });
  expect(relativeError(data.details.perWindow as Float32Array, [113, 157])).toBeLessThan(1e-6);
  expect(relativeError(data.map, [113, 113, 157, 157, 113, 113, 157, 157])).toBeLessThan(1e-6);
  expect(data).toMatchObject({ perChannel: null, signed: true });
  expect(data.sum).toBeCloseTo(1080, 3);
});

test('a pixel in several windows shows their mean', async () => {
  const { map, details } = await explained('occlusion', linear, { window: [1, 2], stride: 1 });
  expect(details).toMatchObject({ rows: 2, columns: 3 });
  expect(relativeError(map, [3, 4, 6, 7, 110, 120, 140, 150])).toBeLessThan(1e-6);
});

test('a window that sticks out is cut at the border', async () => {
  const { map, details } = await explained('occlusion', linear, { window: [2, 3], stride: [1, 3] });
  expect(details).toMatchObject({ rows: 1, columns: 2 });
  expect(relativeError(map, [186, 186, 186, 84, 186, 186, 186, 84])).toBeLessThan(1e-6);
  const whole = await explained('occlusion', linear, { window: 50 });
  expect(whole.details).toMatchObject({ rows: 1, columns: 1 });
  expect(relativeError(whole.map, new Array(8).fill(270))).toBeLessThan(1e-6);
});

test('kept instead of hidden, the window’s own score is shown', async () => {
  const { map } = await explained('occlusion', linear, { window: [1, 2], stride: [1, 2], keep: true });
  // With the bias, 0.5.
  expect(relativeError(map, [3.5, 3.5, 7.5, 7.5, 110.5, 110.5, 150.5, 150.5])).toBeLessThan(1e-6);
});

test('hidden by the mean, a pixel that equals the mean changes nothing', async () => {
  const { map } = await explained(
    'occlusion',
    { ...linear, x: [1, 2, 3, 2, 2, 2, 2, 2] },
    { window: 1, stride: 1, baseline: 'mean' },
  );
  expect(relativeError(map, [-1, 0, 1, 0, 0, 0, 0, 0])).toBeLessThan(1e-6);
});

test('features are hidden one by one, whatever the window', async () => {
  const asked = { net: linearNet([3]), weights: linearWeights([1, -2, 4], [0, 0, 0]), x: [3, 2, 1] };
  const { map, details } = await explained('occlusion', asked);
  expect(relativeError(map, [3, -4, 4])).toBeLessThan(1e-6);
  expect(details).toMatchObject({ rows: 1, columns: 3 });
});

test.for([
  ['zero', false],
  ['blur', false],
  ['mean', true],
] as const)('equals a slow loop over windows on a net with curves (%s, kept: %s)', async ([baseline, keep]) => {
  const net = network(
    [7, 9, 2],
    [
      { kind: 'conv2d', filters: 3 },
      { kind: 'activate', fn: 'tanh' },
      { kind: 'globalAvgPool' },
      { kind: 'dense', units: 3 },
    ],
  );
  const source = random(4, 'numbers');
  const weights = randomWeights(net, source);
  const x = randomPlain(source, [1, ...net.input]);
  const hidden = baselineInput(Float32Array.from(x.data), net.input, baseline);
  const scoreOf = (data: Float64Array) =>
    plainForward(net, weights, { shape: x.shape, data }).get(net.output)!.data[2]!;
  const values = Array.from({ length: 63 }, () => [] as number[]);
  for (const top of [0, 1, 2, 3, 4]) {
    for (const left of [0, 1, 2, 3, 4, 5, 6]) {
      const isIn = (p: number) => {
        const [row, column] = [Math.floor(p / 9), p % 9];
        return row >= top && row < top + 3 && column >= left && column < left + 3;
      };
      const data = x.data.map((value, i) => (isIn(i >> 1) === keep ? value : hidden[i]!));
      const value = keep ? scoreOf(data) : scoreOf(x.data) - scoreOf(data);
      values.forEach((list, p) => isIn(p) && list.push(value));
    }
  }
  const asked = { net, weights, x: x.data, class: 2 };
  const { map, details } = await explained('occlusion', asked, { window: 3, stride: 1, baseline, keep });
  // More windows than one chunk takes.
  expect(details).toMatchObject({ rows: 5, columns: 7 });
  expect(
    relativeError(
      map,
      values.map((list) => sumOf(list) / list.length),
    ),
  ).toBeLessThan(2e-5);
});
