import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { random, ruleKinds, rules, startEngine, type Rule } from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { plainForward, weightsOf, type Plain } from '../../support/plainNet.ts';
import { largest, total } from '../../support/plainNetRelevance.ts';
import { plainRule } from '../../support/plainRules.ts';
import { randomPlain } from '../../support/plainNetRandom.ts';
import { linearNodes, linearRules, nameOf, oneNode } from '../../support/relevanceNodes.ts';
import { taken } from '../../support/tracedWalk.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/**
 * Of the largest value, and more by as much as a division made relevance grow: where signed float32 terms of size 1 nearly
 * cancel to z, an error of 6e-8 / z enters.
 */
const TOLERANCE = 1e-5;

const cases = linearNodes.flatMap(([what, input, node]) =>
  [...linearRules, rules.gradient()].map((rule) => ({ name: nameOf(rule), what, input, node, rule })),
);

test('every rule for linear nodes is held against its formula', () => {
  const { node } = oneNode([4], { kind: 'dense', units: 2 });
  const place = { node, isFirst: true, isFirstConvolution: false, activation: undefined };
  const fitting = [...ruleKinds].filter((kind) => kind.fits(place)).map(({ id }) => id);
  expect(new Set(cases.map(({ rule }) => rule.id))).toEqual(new Set(fitting));
});

test.for(cases)(
  '$name through $what, with inputs of both signs, is its formula wire by wire, and the books agree',
  async ({ input, node: spec, rule }) => {
    const { net, node, weights, x, r } = oneNode(input, spec);
    const found = await taken(net, weights, x, r, rule);
    const y = plainForward(net, weights, x).get(net.output)!;
    const expected = plainRule(node, rule, [x], y, r, weightsOf(node, weights));
    const growth = Math.max(1, largest(expected.inputs[0]!.data) / largest(r.data));
    expect(relativeError(found.input, expected.inputs[0]!.data)).toBeLessThan(TOLERANCE * growth);
    const scale = total(r.data.map(Math.abs)) * growth;
    expect(Math.abs(found.bias - expected.bias) / scale).toBeLessThan(TOLERANCE);
    expect(Math.abs(found.stabilizer - expected.stabilizer) / scale).toBeLessThan(TOLERANCE);
    if (rule.id === 'gradient') return;
    // What came in is what goes on, what the bias took, and what the stabiliser kept.
    expect(Math.abs(total(found.input) + found.bias + found.stabilizer - total(r.data)) / scale).toBeLessThan(
      TOLERANCE,
    );
    if (rule.options.zeroBias === true || rule.id === 'flat' || rule.id === 'zBox') expect(found.bias).toBe(0);
  },
);

test.for(cases.filter(({ what }) => what === 'a strided convolution'))(
  '$name through $what is linear in the relevance',
  async ({ input, node, rule }) => {
    const { net, weights, x, r } = oneNode(input, node);
    const other = randomPlain(random(8), r.shape);
    const mixed = { shape: r.shape, data: r.data.map((v, i) => 2 * v - 0.5 * other.data[i]!) };
    const [a, b, both] = [
      await taken(net, weights, x, r, rule),
      await taken(net, weights, x, other, rule),
      await taken(net, weights, x, mixed, rule),
    ];
    const expected = a.input.map((v, i) => 2 * v - 0.5 * b.input[i]!);
    expect(relativeError(both.input, expected)).toBeLessThan(TOLERANCE);
  },
);

test.for(linearNodes)('αβ with β = 0 is z⁺, through %s', async ([, input, node]) => {
  const { net, weights, x, r } = oneNode(input, node);
  expect(await taken(net, weights, x, r, rules.alphaBeta({ beta: 0 }))).toEqual(
    await taken(net, weights, x, r, rules.zPlus()),
  );
});

test.for(linearNodes)(
  'γ = 0 is ε, and a large γ is z⁺ where the output is positive, through %s',
  async ([, input, node]) => {
    const { net, weights, x, r } = oneNode(input, node);
    const [none, epsilon] = [
      await taken(net, weights, x, r, rules.gamma({ gamma: 0 })),
      await taken(net, weights, x, r, rules.epsilon()),
    ];
    expect(relativeError(none.input, epsilon.input)).toBeLessThan(1e-4);
    const y = plainForward(net, weights, x).get(net.output)!;
    const above: Plain = { shape: r.shape, data: r.data.map((v, i) => (y.data[i]! > 0 ? v : 0)) };
    const [large, zPlus] = [
      await taken(net, weights, x, above, rules.gamma({ gamma: 1e6 })),
      await taken(net, weights, x, above, rules.zPlus()),
    ];
    expect(relativeError(large.input, zPlus.input)).toBeLessThan(1e-4);
  },
);

test('γ favours what agrees with the output, whichever sign it has', async () => {
  const { net } = oneNode([2], { kind: 'dense', units: 1, bias: false });
  const x: Plain = { shape: [2, 2], data: Float64Array.of(1, 1, -1, -1) };
  const r: Plain = { shape: [2, 1], data: Float64Array.of(1, 1) };
  const found = await taken(net, { 'dense1/kernel': Float32Array.of(3, -1) }, x, r, rules.gamma({ gamma: 1 }));
  // Contributions 3 and −1, output 2: 6 and −1 of 5. With the input negated both change sign, and so does the output.
  expect(relativeError(found.input, [6 / 5, -1 / 5, 6 / 5, -1 / 5])).toBeLessThan(1e-6);
});

test('γ passes nothing where the output is exactly 0, and nobody keeps it', async () => {
  const { net } = oneNode([2], { kind: 'dense', units: 1, bias: false });
  const x: Plain = { shape: [1, 2], data: Float64Array.of(1, 1) };
  const r: Plain = { shape: [1, 1], data: Float64Array.of(3) };
  const found = await taken(net, { 'dense1/kernel': Float32Array.of(1, -1) }, x, r, rules.gamma());
  expect(found).toEqual({ input: Float32Array.of(0, 0), bias: 0, stabilizer: 0 });
});

test('a denominator of exactly 0 counts as positive: nothing is divided by zero', async () => {
  const { net } = oneNode([2], { kind: 'dense', units: 1, bias: false });
  const x: Plain = { shape: [1, 2], data: Float64Array.of(1, 1) };
  const r: Plain = { shape: [1, 1], data: Float64Array.of(3) };
  const found = await taken(net, { 'dense1/kernel': Float32Array.of(1, -1) }, x, r, rules.epsilon({ eps: 1e-3 }));
  expect(relativeError(found.input, [3000, -3000])).toBeLessThan(1e-6);
  expect(Math.abs(found.stabilizer - 3)).toBeLessThan(1e-5);
});

const withoutEps: readonly Rule[] = [
  rules.epsilon({ eps: 0 }),
  rules.zPlus({ eps: 0 }),
  rules.alphaBeta({ eps: 0 }),
  rules.gamma({ eps: 0 }),
  rules.wSquare({ eps: 0 }),
  rules.flat({ eps: 0 }),
  rules.zBox({ eps: 0 }),
];

test.for(withoutEps)('$id with ε = 0 passes nothing where there is nothing to divide by', async (rule) => {
  // A silent pixel, a border outside the image, and a unit without weights: 0 / 0 must not become NaN.
  const conv = { kind: 'conv2d', filters: 2, size: 1, bias: false, padding: [1, 0, 0, 0] };
  const { net, weights, x, r } = oneNode([3, 2, 2], conv);
  x.data.fill(0, 0, 6);
  weights['conv2d1/kernel']!.set([0, 0], 0);
  const found = await taken(net, weights, x, r, rule);
  expect(found.input.every(Number.isFinite)).toBe(true);
  expect(largest(found.input)).toBeLessThan(1e3 * largest(r.data));
  expect(Number.isFinite(found.bias + found.stabilizer)).toBe(true);
});

test('ε = 0 is LRP-0: every input gets its share of the sum', async () => {
  const { net } = oneNode([2], { kind: 'dense', units: 1, bias: false });
  const x: Plain = { shape: [1, 2], data: Float64Array.of(2, 1) };
  const r: Plain = { shape: [1, 1], data: Float64Array.of(5) };
  const found = await taken(net, { 'dense1/kernel': Float32Array.of(3, -1) }, x, r, rules.epsilon({ eps: 0 }));
  expect(relativeError(found.input, [6, -1])).toBeLessThan(1e-6);
  expect(found.stabilizer).toBe(0);
});

test('flat counts only taps inside the image, and does not look at the numbers', async () => {
  const { net, weights, x } = oneNode([3, 3, 1], { kind: 'conv2d', filters: 1 });
  const r: Plain = { shape: [2, 3, 3, 1], data: new Float64Array(18).fill(1) };
  const found = await taken(net, weights, x, r, rules.flat());
  // Corners have 4 taps, edges 6, the centre 9. The corner pixel is read by one corner, two edges and the centre.
  const corner = 1 / 4 + 2 / 6 + 1 / 9;
  expect(Math.abs(found.input[0]! - corner)).toBeLessThan(1e-6);
  const elsewhere = await taken(net, weights, randomPlain(random(9), x.shape), r, rules.flat());
  expect(elsewhere.input).toEqual(found.input);
});

test('zB is not negative where the relevance is not, for pixels inside the box', async () => {
  const { net, weights, x, r } = oneNode([5, 5, 2], { kind: 'conv2d', filters: 3 });
  const inside: Plain = { shape: x.shape, data: x.data.map((v) => Math.fround(1 / (1 + Math.exp(-v)))) };
  const positive: Plain = { shape: r.shape, data: r.data.map(Math.abs) };
  const found = await taken(net, weights, inside, positive, rules.zBox());
  expect(Math.min(...found.input)).toBeGreaterThanOrEqual(-1e-6);
  expect(Math.abs(total(found.input) / total(positive.data) - 1)).toBeLessThan(1e-4);
});

test.for([rules.zPlus(), rules.wSquare(), rules.flat()])(
  '$id is not negative where the relevance is not',
  async (rule) => {
    const { net, weights, x, r } = oneNode([5, 5, 2], { kind: 'conv2d', filters: 3 });
    const found = await taken(net, weights, x, { shape: r.shape, data: r.data.map(Math.abs) }, rule);
    expect(Math.min(...found.input)).toBeGreaterThanOrEqual(0);
  },
);
