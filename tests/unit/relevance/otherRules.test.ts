import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { activations, rules, startEngine, type NodeSpec, type Rule } from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { plainForward, weightsOf, type Plain } from '../../support/plainNet.ts';
import { largest, plainSum, total } from '../../support/plainNetRelevance.ts';
import { plainRule } from '../../support/plainRules.ts';
import { nameOf, oneNode, type NodeCase } from '../../support/relevanceNodes.ts';
import { taken } from '../../support/tracedWalk.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** As for the linear nodes: of the largest value, and more by as much as a division made relevance grow. */
const TOLERANCE = 1e-5;

const activate = (fn: string, more: object = {}): NodeSpec => ({ kind: 'activate', fn, ...more });
const gates = [...activations].filter(({ arity, isHomogeneous }) => arity > 1 && isHomogeneous);

const sums: readonly NodeCase[] = [
  ['an addition', [3, 4, 2], { kind: 'add', from: ['input', 'input', 'input'] }],
  ['an average pool', [5, 4, 2], { kind: 'avgPool', size: [2, 3], padding: [1, 0, 0, 1] }],
  ['an average pool that leaves rows over', [6, 5, 1], { kind: 'avgPool', size: 2, stride: [4, 3] }],
  ['a mean over space', [4, 3, 2], { kind: 'globalAvgPool' }],
  ...gates.map(({ id, arity }): NodeCase => [`the gate ${id}`, [3, 3, 2 * arity], activate(id)]),
];
const norms: readonly NodeCase[] = [
  ['a batch norm', [3, 3, 2], { kind: 'batchNorm', epsilon: 0.01 }],
  ['a batch norm on rows', [5], { kind: 'batchNorm' }],
];
const moves: readonly NodeCase[] = [
  ['a max pool', [5, 4, 2], { kind: 'maxPool', size: 3, padding: 'same' }],
  ['a lopsided max pool', [5, 6, 2], { kind: 'maxPool', size: [2, 3], stride: [3, 1], padding: [0, 1, 2, 0] }],
  ['flatten', [3, 3, 2], { kind: 'flatten' }],
  ['a concatenation', [3, 2, 2], { kind: 'concat', from: ['input', 'input', 'input'] }],
  ['upsampling', [3, 2, 2], { kind: 'upsample', factor: [2, 3] }],
  ['dropout', [3, 3, 2], { kind: 'dropout' }],
];
const functions: readonly NodeCase[] = [
  ['ReLU', [3, 4, 2], activate('relu')],
  ['leaky ReLU', [3, 4, 2], activate('leakyRelu', { parameters: 'channel' })],
  ['PReLU per channel', [3, 4, 2], activate('prelu', { parameters: 'channel' })],
  ['ELU', [6], activate('elu')],
  ['tanh', [3, 4, 2], activate('tanh')],
];
const relu: readonly NodeCase[] = [functions[0]!, ['ReLU on rows', [6], activate('relu')]];

const paired = (nodes: readonly NodeCase[], ...some: readonly Rule[]) =>
  nodes.flatMap(([what, input, node]) => some.map((rule) => ({ name: nameOf(rule), what, input, node, rule })));
const cases = [
  ...paired([...sums, ...norms], rules.norm(), rules.norm({ eps: 0.25 })),
  ...paired([...sums, ...norms, ...moves, ...functions], rules.gradient()),
  ...paired([...functions, ...norms], rules.pass()),
  ...paired(relu, rules.guided(), rules.deconv(), rules.smooth(), rules.smooth({ beta: 2 })),
];

test.for(cases)('$name through $what is its formula number by number', async ({ input, node: spec, rule }) => {
  const { net, node, weights, x, r } = oneNode(input, spec);
  const found = await taken(net, weights, x, r, rule);
  const y = plainForward(net, weights, x).get(net.output)!;
  const inputs = node.from.map(() => x);
  const expected = plainRule(node, rule, inputs, y, r, weightsOf(node, weights));
  const sum = expected.inputs.reduce((a, b) => plainSum(a, b)).data;
  const growth = Math.max(1, largest(sum) / largest(r.data));
  expect(relativeError(found.input, sum)).toBeLessThan(TOLERANCE * growth);
  const scale = total(r.data.map(Math.abs)) * growth;
  expect(Math.abs(found.bias - expected.bias) / scale).toBeLessThan(TOLERANCE);
  expect(Math.abs(found.stabilizer - expected.stabilizer) / scale).toBeLessThan(TOLERANCE);
});

const conserving = [
  ...paired([...sums, ...norms], rules.norm(), rules.norm({ eps: 0.25 })),
  ...paired(moves, rules.gradient()),
];

test.for(conserving)(
  '$name through $what: what came in is what goes on, what the shift took, and what the stabiliser kept',
  async ({ input, node, rule }) => {
    const { net, weights, x, r } = oneNode(input, node);
    const { input: passed, bias, stabilizer } = await taken(net, weights, x, r, rule);
    const scale = total(passed.map(Math.abs)) + total(r.data.map(Math.abs));
    expect(Math.abs(total(passed) + bias + stabilizer - total(r.data)) / scale).toBeLessThan(TOLERANCE);
    if (node.kind !== 'batchNorm') expect(bias).toBe(0);
  },
);

test('the shift of a batch norm absorbs its part: x·γ/σ goes on, the rest of the output stays', async () => {
  const { net } = oneNode([1], { kind: 'batchNorm', epsilon: 1e-12 });
  const weights = {
    'batchNorm1/gamma': Float32Array.of(2),
    'batchNorm1/beta': Float32Array.of(1),
    'batchNorm1/movingMean': Float32Array.of(3),
    'batchNorm1/movingVariance': Float32Array.of(16),
  };
  // y = (10 − 3)/4·2 + 1 = 4.5; the input brought 10·2/4 = 5, the shift 1 − 2·3/4 = −0.5.
  const x: Plain = { shape: [1, 1], data: Float64Array.of(10) };
  const found = await taken(net, weights, x, { shape: [1, 1], data: Float64Array.of(9) }, rules.norm());
  expect(relativeError(found.input, [10])).toBeLessThan(1e-5);
  expect(found.bias).toBeCloseTo(-1, 5);
});

test('a max pool hands all to the first of equal maxima, in row-major order', async () => {
  const { net } = oneNode([2, 2, 1], { kind: 'maxPool', size: 2 });
  const x: Plain = { shape: [1, 2, 2, 1], data: Float64Array.of(0, 5, 5, 5) };
  const r: Plain = { shape: [1, 1, 1, 1], data: Float64Array.of(3) };
  expect((await taken(net, {}, x, r, rules.gradient())).input).toEqual(Float32Array.of(0, 3, 0, 0));
});

test('a sum that cancels is divided by the stabiliser alone, which keeps what came in', async () => {
  const { net } = oneNode([2, 1, 1], { kind: 'globalAvgPool' });
  const x: Plain = { shape: [1, 2, 1, 1], data: Float64Array.of(2, -2) };
  const r: Plain = { shape: [1, 1], data: Float64Array.of(3) };
  const found = await taken(net, {}, x, r, rules.norm({ eps: 0.01 }));
  expect(relativeError(found.input, [300, -300])).toBeLessThan(1e-5);
  expect(found.stabilizer).toBeCloseTo(3, 5);
});

const atRelu: readonly (readonly [rule: Rule, expected: readonly number[]])[] = [
  [rules.gradient(), [0, 0, 3, -3]],
  [rules.guided(), [0, 0, 3, 0]],
  [rules.deconv(), [3, 3, 3, 0]],
  [rules.pass(), [3, 3, 3, -3]],
];

test.for(atRelu)('$0.id at a ReLU: off, at zero, on, and on with negative relevance', async ([rule, expected]) => {
  const { net } = oneNode([4], activate('relu'));
  const x: Plain = { shape: [1, 4], data: Float64Array.of(-1, 0, 1, 1) };
  const r: Plain = { shape: [1, 4], data: Float64Array.of(3, 3, 3, -3) };
  expect([...(await taken(net, {}, x, r, rule)).input].map((v) => v + 0)).toEqual(expected);
});
