import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { activations, network, random, rules, rulesFor, startEngine, uniform, type NodeSpec } from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import type { Plain } from '../../support/plainNet.ts';
import { plainForward, weightsOf } from '../../support/plainNet.ts';
import { largest, total } from '../../support/plainNetRelevance.ts';
import { randomNet, randomPlain, randomWeights } from '../../support/plainNetRandom.ts';
import { plainRule } from '../../support/plainRules.ts';
import { linearNodes, linearRules, nameOf, oneNode } from '../../support/relevanceNodes.ts';
import { numbersOf, taken, withTrace, withWeights } from '../../support/tracedWalk.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const TOLERANCE = 1e-5;

const plain = ['dense without bias', 'a strided convolution', 'a convolution', 'a dilated depthwise convolution'];
const windows = linearNodes.filter(([what]) => !plain.includes(what));
const cases = windows.flatMap(([what, input, node]) =>
  linearRules.map((rule) => ({ name: nameOf(rule), what, input, node, rule })),
);

test.for(cases)(
  '$name through $what behind a ReLU, where the negative half is left out, is its formula still',
  async ({ input, node: spec, rule }) => {
    const { net, node, weights, x, r } = oneNode(input, spec);
    const seen: Plain = { shape: x.shape, data: x.data.map((v) => Math.max(v, 0)) };
    const behind = network(input, [
      { kind: 'activate', id: 'a' },
      { ...spec, id: node.id },
    ]);
    const found = await taken(behind, weights, x, r, rules.pass(), rule);
    const y = plainForward(net, weights, seen).get(net.output)!;
    const expected = plainRule(node, rule, [seen], y, r, weightsOf(node, weights));
    const growth = Math.max(1, largest(expected.inputs[0]!.data) / largest(r.data));
    expect(relativeError(found.input, expected.inputs[0]!.data)).toBeLessThan(TOLERANCE * growth);
    const scale = total(r.data.map(Math.abs)) * growth;
    expect(Math.abs(found.bias - expected.bias) / scale).toBeLessThan(TOLERANCE);
    expect(Math.abs(found.stabilizer - expected.stabilizer) / scale).toBeLessThan(TOLERANCE);
    // The general form, on the same numbers as an input that could have been negative.
    const general = await taken(net, weights, seen, r, rule);
    expect(relativeError(found.input, general.input)).toBeLessThan(1e-6 * growth);
  },
);

const chain: readonly NodeSpec[] = [
  { kind: 'conv2d', filters: 4, id: 'conv' },
  { kind: 'activate', id: 'relu' },
  { kind: 'maxPool', size: 2, stride: 1, padding: 'same', id: 'pool' },
  { kind: 'avgPool', size: 2, stride: 1, padding: 'same', id: 'mean' },
  { kind: 'upsample', factor: 1, id: 'up' },
  { kind: 'dropout', id: 'drop' },
  { kind: 'add', from: ['drop', 'pool'], id: 'sum' },
  { kind: 'add', from: ['sum', 'conv'], id: 'mixed' },
  { kind: 'concat', from: ['sum', 'relu'], id: 'joined' },
  { kind: 'concat', from: ['joined', 'mixed'], id: 'both' },
  { kind: 'activate', fn: 'leakyRelu', id: 'leaky' },
  { kind: 'activate', fn: 'sigmoid', id: 'sigmoid' },
  { kind: 'batchNorm', id: 'norm' },
  { kind: 'activate', fn: 'softplus', id: 'softplus' },
  { kind: 'globalAvgPool', id: 'space' },
  { kind: 'dense', units: 2, id: 'end' },
];

test('inputs that cannot be negative are known: behind ReLUs and the like, through pools, moves and sums', async () => {
  const net = network([5, 4, 2], chain);
  const rulesOf = rulesFor(net, uniform(rules.epsilon()));
  const source = random(2, 'numbers');
  const found = await withWeights(net, randomWeights(net, source), (model) =>
    withTrace(model, randomPlain(source, [1, ...net.input]), { rules: rulesOf }, (trace) =>
      Promise.resolve(net.nodes.filter((node) => trace.siteOf(node).isNonNegative).map(({ id }) => id)),
    ),
  );
  // A node is listed when all it reads is non-negative.
  expect(found).toEqual(['pool', 'mean', 'up', 'drop', 'sum', 'joined', 'norm', 'space', 'end']);
});

test('no input that is held for non-negative is ever below zero, on random nets', async () => {
  const functions = ['relu', 'sigmoid', 'softplus', 'tanh'];
  let held = 0;
  for (let seed = 0; seed < 30; seed++) {
    const net = randomNet(seed, { functions });
    const source = random(seed, 'numbers');
    const weights = randomWeights(net, source);
    const x = randomPlain(source, [1, ...net.input]);
    await withWeights(net, weights, (model) =>
      withTrace(model, x, { rules: rulesFor(net, uniform(rules.epsilon())) }, async (trace) => {
        for (const node of net.nodes) {
          const { isNonNegative, inputs } = trace.siteOf(node);
          if (!isNonNegative) continue;
          held += 1;
          for (const input of inputs) expect(Math.min(...(await numbersOf(input)))).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  }
  expect(held).toBeGreaterThan(20);
});

const nonNegative = [...activations].filter((activation) => activation.isNonNegative === true);

test.for(nonNegative)('$id is never below zero, in float32 and by its definition', async (activation) => {
  const count = 4001;
  const grid = Float32Array.from({ length: count }, (_, i) => ((i - 2000) / 2000) ** 3 * 1000);
  // Trained parameters may go anywhere; the others stay where they start.
  const settings = [undefined, -2, 0.3, 2].map((moved) =>
    Object.entries(activation.params).map(
      ([key, { start, trained }]) => [key, trained ? (moved ?? start) : start] as const,
    ),
  );
  // Every input but the first stands still at a few places: gates are flat or straight between them.
  const others = activation.arity === 1 ? [0] : [-3, 0, 3];
  for (const [values, other] of settings.flatMap((s) => others.map((v) => [s, v] as const))) {
    const y = tf.tidy(() => {
      const x = Array.from({ length: activation.arity }, (_, k) =>
        k === 0 ? tf.tensor1d(grid) : tf.fill([count], other),
      );
      return activation.apply(x, Object.fromEntries(values.map(([key, value]) => [key, tf.tensor1d([value])])));
    });
    expect(Math.min(...(await numbersOf(y)))).toBeGreaterThanOrEqual(0);
    y.dispose();
    for (const v of grid) {
      const group = Array.from({ length: activation.arity }, (_, k) => (k === 0 ? v : other));
      expect(activation.scalar(group, Object.fromEntries(values))).toBeGreaterThanOrEqual(0);
    }
  }
});

test('ReLU, sigmoid and softplus are held for non-negative', () => {
  expect(nonNegative.map(({ id }) => id)).toEqual(expect.arrayContaining(['relu', 'sigmoid', 'softplus']));
});
