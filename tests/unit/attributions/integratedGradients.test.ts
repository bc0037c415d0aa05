import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { baselineInput, network, random, startEngine } from '#src';
import { finiteDifferences, relativeError } from '../../support/finiteDifference.ts';
import { plainForward, plainZeros } from '../../support/plainNet.ts';
import { randomNet, randomPlain, randomWeights } from '../../support/plainNetRandom.ts';
import { explained, linearNet, linearWeights, sumOf } from './explained.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

test.for(['midpoint', 'right', 'gaussLegendre'])(
  'of a linear net it is w·(x − x₀) at one step, and nothing is missing (%s)',
  async (rule) => {
    const weights = linearWeights([1, -2, 0.5, 4, 8, -1], [0, 0, 0, 0, 0, 0]);
    const asked = { net: linearNet([1, 3, 2]), weights, x: [1, 2, 3, 4, 5, 6] };
    const fromZero = await explained('integratedGradients', asked, { rule, steps: 1 });
    expect(relativeError(fromZero.perChannel!, [1, -4, 1.5, 16, 40, -6])).toBeLessThan(1e-6);
    expect(relativeError(fromZero.map, [-3, 17.5, 34])).toBeLessThan(1e-6);
    const { difference, completenessGap } = fromZero.details as Record<string, number>;
    expect(difference).toBeCloseTo(48.5, 5);
    expect(completenessGap).toBeCloseTo(0, 5);

    // Channel means 3 and 4.
    const fromMean = await explained('integratedGradients', asked, { rule, steps: 40, baseline: 'mean' });
    expect(relativeError(fromMean.perChannel!, [-2, 4, 0, 0, 16, -2])).toBeLessThan(1e-6);
    expect(fromMean.details.difference).toBeCloseTo(16, 4);
    expect(fromMean.details.completenessGap).toBeCloseTo(0, 4);
  },
);

/** f(x) = tanh(1.5 x), so the gradient at a is 1.5 / cosh²(1.5 a). */
const net = network(
  [1],
  [
    { kind: 'dense', units: 1, bias: false, id: 'in' },
    { kind: 'activate', fn: 'tanh', id: 'bend' },
    { kind: 'dense', units: 1, bias: false, id: 'end' },
  ],
);
const weights = { 'in/kernel': Float32Array.of(1.5), 'end/kernel': Float32Array.of(1) };
const slope = (a: number) => 1.5 / Math.cosh(1.5 * a) ** 2;
const fifth = Math.sqrt(3 / 5) / 2;
// The points and weights as tables give them, moved from [-1, 1] to [0, 1].
const rulesByHand: readonly (readonly [rule: string, points: readonly (readonly [at: number, weight: number])[]])[] = [
  [
    'right',
    [
      [1 / 3, 1 / 3],
      [2 / 3, 1 / 3],
      [1, 1 / 3],
    ],
  ],
  [
    'midpoint',
    [
      [1 / 6, 1 / 3],
      [1 / 2, 1 / 3],
      [5 / 6, 1 / 3],
    ],
  ],
  ['gaussLegendre', [[1 / 2, 1]]],
  [
    'gaussLegendre',
    [
      [0.5 - 0.5 / Math.sqrt(3), 1 / 2],
      [0.5 + 0.5 / Math.sqrt(3), 1 / 2],
    ],
  ],
  [
    'gaussLegendre',
    [
      [0.5 - fifth, 5 / 18],
      [0.5, 8 / 18],
      [0.5 + fifth, 5 / 18],
    ],
  ],
];

test.for(rulesByHand)('%s at %j', async ([rule, points]) => {
  const x = 1.25;
  const expected = x * sumOf(points.map(([at, weight]) => weight * slope(at * x)));
  const data = await explained(
    'integratedGradients',
    { net, weights, x: [x], class: 1 },
    { rule, steps: points.length },
  );
  expect(data.map[0]).toBeCloseTo(expected, 6);
  const { difference, completenessGap } = data.details as Record<string, number>;
  expect(difference).toBeCloseTo(Math.tanh(1.5 * x), 6);
  expect(completenessGap).toBeCloseTo(expected - Math.tanh(1.5 * x), 5);
});

test('more points close the gap; Gauss points close it first', async () => {
  const gap = async (rule: string, steps: number) => {
    const data = await explained('integratedGradients', { net, weights, x: [2], class: 1 }, { rule, steps });
    return Math.abs(data.details.completenessGap as number);
  };
  expect(await gap('gaussLegendre', 12)).toBeLessThan(1e-5);
  expect(await gap('gaussLegendre', 200)).toBeLessThan(1e-5);
  expect(await gap('midpoint', 12)).toBeGreaterThan(2e-5);
  expect(await gap('midpoint', 100)).toBeLessThan(1e-5);
  expect(await gap('right', 100)).toBeGreaterThan(1e-3);
});

test.for(['zero', 'mean', 'blur'] as const)('equals a slow loop on random nets (from %s)', async (baseline) => {
  for (let seed = 0; seed < 4; seed++) {
    const curved = randomNet(seed, { blocks: 4, functions: ['tanh', 'swish'], without: ['maxPool', 'gate'] });
    const source = random(seed, 'numbers');
    const wired = randomWeights(curved, source);
    const x = randomPlain(source, [1, ...curved.input]);
    const start = baselineInput(Float32Array.from(x.data), curved.input, baseline);
    const steps = 5;
    const expected = plainZeros(x.shape).data;
    for (let i = 0; i < steps; i++) {
      const a = (i + 0.5) / steps;
      const at = { shape: x.shape, data: x.data.map((value, p) => start[p]! + a * (value - start[p]!)) };
      const g = finiteDifferences(at.data, () => plainForward(curved, wired, at).get(curved.output)!.data[1]!);
      g.forEach((value, p) => (expected[p]! += ((x.data[p]! - start[p]!) * value) / steps));
    }
    const asked = { net: curved, weights: wired, x: x.data, class: 1 };
    const { perChannel } = await explained('integratedGradients', asked, { steps, baseline });
    expect(relativeError(perChannel!, expected)).toBeLessThan(2e-5);
  }
});
