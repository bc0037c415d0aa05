import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { network, random, rules, startEngine, type NodeSpec, type Rule } from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { plainForward, weightsOf, type Plain } from '../../support/plainNet.ts';
import { plainRule, type PlainRule } from '../../support/plainNetRelevance.ts';
import { randomPlain, randomWeights } from '../../support/plainNetRandom.ts';
import { taken } from '../../support/takenThrough.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** One division by a sum of signed float32 terms: where they nearly cancel, digits are lost. Relative to the largest value. */
const TOLERANCE = 1e-4;

const linearNodes: readonly (readonly [what: string, input: readonly number[], node: NodeSpec])[] = [
  ['dense', [6], { kind: 'dense', units: 4 }],
  ['dense without bias', [6], { kind: 'dense', units: 4, bias: false }],
  ['a convolution', [5, 4, 2], { kind: 'conv2d', filters: 3 }],
  ['a convolution padded on one side', [5, 4, 2], { kind: 'conv2d', filters: 3, size: [2, 3], padding: [0, 1, 2, 0] }],
  ['a strided convolution', [6, 6, 2], { kind: 'conv2d', filters: 3, stride: 2 }],
  [
    'a strided convolution that leaves a row over',
    [6, 6, 1],
    { kind: 'conv2d', filters: 2, stride: [2, 3], padding: 'valid' },
  ],
  ['a dilated convolution', [7, 6, 2], { kind: 'conv2d', filters: 2, dilation: [2, 1], stride: [1, 2] }],
  ['a depthwise convolution', [5, 5, 3], { kind: 'depthwiseConv2d', multiplier: 2, padding: [1, 0, 0, 1] }],
  ['a dilated depthwise convolution', [6, 6, 2], { kind: 'depthwiseConv2d', dilation: 2, stride: 2, bias: false }],
];
const linearRules: readonly (readonly [name: PlainRule, rule: Rule])[] = [
  ['epsilon', rules.epsilon()],
  ['zeroBias', rules.epsilon({ zeroBias: true })],
  ['zPlus', rules.zPlus()],
  ['flat', rules.flat()],
];
const otherNodes: readonly (readonly [
  what: string,
  input: readonly number[],
  node: NodeSpec,
  name: PlainRule,
  rule: Rule,
])[] = [
  ['an addition', [3, 3, 2], { kind: 'add', from: ['input', 'input'] }, 'norm', rules.norm()],
  ['an average pool', [5, 5, 2], { kind: 'avgPool', size: [2, 3], padding: [1, 0, 0, 1] }, 'norm', rules.norm()],
  ['a mean over space', [4, 3, 2], { kind: 'globalAvgPool' }, 'norm', rules.norm()],
  ['a gate', [3, 3, 4], { kind: 'activate', fn: 'andAIL' }, 'norm', rules.norm()],
  ['a max pool', [5, 5, 2], { kind: 'maxPool', size: 3, padding: 'same' }, 'gradient', rules.gradient()],
  ['flatten', [3, 3, 2], { kind: 'flatten' }, 'gradient', rules.gradient()],
  ['a concatenation', [3, 3, 2], { kind: 'concat', from: ['input', 'input'] }, 'gradient', rules.gradient()],
  ['upsampling', [3, 2, 2], { kind: 'upsample', factor: [2, 3] }, 'gradient', rules.gradient()],
  ['dropout', [3, 3, 2], { kind: 'dropout' }, 'gradient', rules.gradient()],
  ['an activation', [3, 3, 2], { kind: 'activate', fn: 'tanh' }, 'pass', rules.pass()],
  ['a batch norm', [3, 3, 2], { kind: 'batchNorm' }, 'pass', rules.pass()],
];
const cases = [
  ...linearNodes.flatMap(([what, input, node]) =>
    linearRules.map(([name, rule]) => ({ what, input, node, name, rule })),
  ),
  ...otherNodes.map(([what, input, node, name, rule]) => ({ what, input, node, name, rule })),
];

function numbers(input: readonly number[], node: NodeSpec, seed = 3) {
  const net = network(input, [node]);
  const source = random(seed, 'numbers');
  const weights = randomWeights(net, source);
  const x = randomPlain(source, [2, ...input]);
  const r = randomPlain(source, [2, ...net.nodes[0]!.shape]);
  return { net, weights, x, r };
}

const total = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

test.for(cases)(
  '$name through $what, with inputs of both signs, is its formula wire by wire',
  async ({ input, node, name, rule }) => {
    const { net, weights, x, r } = numbers(input, node);
    const found = await taken(net, weights, x, r, rule);
    const [only] = net.nodes;
    const inputs = only!.from.map(() => x);
    const y = plainForward(net, weights, x).get(net.output)!;
    const expected = plainRule(only!, name, inputs, y, r, weightsOf(only!, weights));
    const sum = x.data.map((_, i) => expected.inputs.reduce((s, { data }) => s + data[i]!, 0));
    expect(relativeError(found.input, sum)).toBeLessThan(TOLERANCE);
    const scale = total(r.data.map(Math.abs));
    expect(Math.abs(found.bias - expected.bias) / scale).toBeLessThan(TOLERANCE);
    expect(Math.abs(found.stabilizer - expected.stabilizer) / scale).toBeLessThan(TOLERANCE);
  },
);

const conserving = cases.filter(
  ({ what, name }) => name !== 'pass' && what !== 'a strided convolution that leaves a row over',
);

test.for(conserving)(
  '$name through $what: what came in is what goes on, what the bias took, and what the stabiliser kept',
  async ({ input, node, rule }) => {
    const { net, weights, x, r } = numbers(input, node);
    const { input: passed, bias, stabilizer } = await taken(net, weights, x, r, rule);
    expect(Math.abs(total(passed) + bias + stabilizer - total(r.data)) / total(r.data.map(Math.abs))).toBeLessThan(
      TOLERANCE,
    );
  },
);

test.for(linearNodes)('without the bias nothing is absorbed: %s', async ([, input, node]) => {
  const { net, weights, x, r } = numbers(input, node);
  const { input: passed, bias, stabilizer } = await taken(net, weights, x, r, rules.epsilon({ zeroBias: true }));
  expect(bias).toBe(0);
  expect(Math.abs(stabilizer) / total(r.data.map(Math.abs))).toBeLessThan(1e-3);
  expect(Math.abs(total(passed) - total(r.data)) / total(r.data.map(Math.abs))).toBeLessThan(1e-3);
});

test.for(cases)('$name through $what is linear in the relevance', async ({ input, node, rule }) => {
  const { net, weights, x, r } = numbers(input, node);
  const other = randomPlain(random(8), r.shape);
  const mixed = { shape: r.shape, data: r.data.map((v, i) => 2 * v - 0.5 * other.data[i]!) };
  const [a, b, both] = [
    await taken(net, weights, x, r, rule),
    await taken(net, weights, x, other, rule),
    await taken(net, weights, x, mixed, rule),
  ];
  expect(
    relativeError(
      both.input,
      a.input.map((v, i) => 2 * v - 0.5 * b.input[i]!),
    ),
  ).toBeLessThan(1e-5);
});

test('a denominator of exactly 0 counts as positive: nothing is divided by zero', async () => {
  const net = network([2], [{ kind: 'dense', units: 1, bias: false }]);
  const x: Plain = { shape: [1, 2], data: Float64Array.of(1, 1) };
  const r: Plain = { shape: [1, 1], data: Float64Array.of(3) };
  const found = await taken(net, { 'dense1/kernel': Float32Array.of(1, -1) }, x, r, rules.epsilon({ eps: 1e-3 }));
  expect(relativeError(found.input, [3000, -3000])).toBeLessThan(1e-6);
  expect(Math.abs(found.stabilizer - 3)).toBeLessThan(1e-5);
});

test('flat counts only taps inside the image, and does not look at the numbers', async () => {
  const { net, weights, x } = numbers([3, 3, 1], { kind: 'conv2d', filters: 1 });
  const r: Plain = { shape: [2, 3, 3, 1], data: new Float64Array(18).fill(1) };
  const found = await taken(net, weights, x, r, rules.flat());
  // Corners have 4 taps, edges 6, the centre 9. The corner pixel is read by one corner, two edges and the centre.
  const corner = 1 / 4 + 2 / 6 + 1 / 9;
  expect(Math.abs(found.input[0]! - corner)).toBeLessThan(1e-6);
  const elsewhere = await taken(net, weights, randomPlain(random(9), x.shape), r, rules.flat());
  expect(elsewhere.input).toEqual(found.input);
});

test('z⁺ is not negative where the relevance is not', async () => {
  const { net, weights, x, r } = numbers([5, 5, 2], { kind: 'conv2d', filters: 3 });
  const found = await taken(net, weights, x, { shape: r.shape, data: r.data.map(Math.abs) }, rules.zPlus());
  expect(Math.min(...found.input)).toBeGreaterThanOrEqual(0);
});
