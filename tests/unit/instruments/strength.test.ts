import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, kernelStrength, network, random, startEngine, strength, type Network, type NodeSpec } from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { randomWeights } from '../../support/plainNetRandom.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** Strengths are reported in float32; sums are made in float64. */
const TOLERANCE = 1e-6;

const variance = (values: readonly number[]) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
};

async function measure(net: Network) {
  const weights = randomWeights(net, random(2));
  const model = build(net);
  model.write(weights);
  const x = tf.zeros([1, ...net.input]);
  const { data } = await strength.measure(model, x);
  x.dispose();
  model.dispose();
  const kernel = (id: string) => weights[`${id}/kernel`]!;
  return { layer: (id: string) => data.layers.find(({ at }) => at === id)!, kernel };
}

/** Σ of all kernel entries for which `isCounted` holds; indices as in the kernel's shape. */
function total(kernel: Float32Array, shape: readonly number[], isCounted: (...index: number[]) => boolean): number {
  return kernel.reduce((sum, w, flat) => {
    let rest = flat;
    const index = [...shape].reverse().map((side) => {
      const here = rest % side;
      rest = Math.floor(rest / side);
      return here;
    });
    return isCounted(...index.reverse()) ? sum + w : sum;
  }, 0);
}

const list = (length: number, f: (i: number) => number) => Array.from({ length }, (_, i) => f(i));

test('a kernel by plain loops: sums into each output, out of each tap, and their variances', () => {
  const source = random(1);
  const [taps, outputs] = [6, 4];
  const kernel = Float64Array.from({ length: taps * outputs }, () => source.normal());
  const found = kernelStrength(kernel, outputs);
  const into = list(outputs, (o) => list(taps, (i) => kernel[i * outputs + o]!).reduce((a, b) => a + b));
  const out = list(taps, (i) => list(outputs, (o) => kernel[i * outputs + o]!).reduce((a, b) => a + b));
  expect(relativeError(found.incoming, into)).toBeLessThan(1e-14);
  expect(relativeError(found.outgoing, out)).toBeLessThan(1e-14);
  expect(relativeError([found.inVariance, found.outVariance], [variance(into), variance(out)])).toBeLessThan(1e-13);
  expect(found.variance).toBe((found.inVariance + found.outVariance) / 2);
});

test('He weights have variances near 2 in a square layer', () => {
  const size = 64;
  const net = network([size], [{ kind: 'dense', units: size, bias: false }]);
  const source = random(5);
  const he = net.vocabulary.initializers.get('heNormal');
  const all = list(
    20,
    () => kernelStrength(he.draw({ shape: [size, size], fanIn: size, fanOut: size }, source), size).variance,
  );
  // The mean of 20 variances of 2 · 64 strengths scatters by 2 · √(2 / (20 · 128)) = 0.06; three times that.
  expect(Math.abs(all.reduce((a, b) => a + b) / 20 - 2)).toBeLessThan(0.17);
});

test('strengths are signed, and one neuron alone has no variance', () => {
  expect(kernelStrength([1, -1, 2, -5], 1)).toEqual({
    incoming: Float64Array.of(-3),
    outgoing: Float64Array.of(1, -1, 2, -5),
    inVariance: 0,
    outVariance: variance([1, -1, 2, -5]),
    variance: variance([1, -1, 2, -5]) / 2,
  });
});

test('sums run in float64: a weight of 1 is not lost beside 1e8', () => {
  expect([...kernelStrength(Float32Array.of(1e8, 1, -1e8), 1).incoming]).toEqual([1]);
});

test('a chain: what leaves a channel is what the next kernel takes from it, through pool and activation', async () => {
  const { layer, kernel } = await measure(
    network(
      [8, 8, 2],
      [
        { kind: 'conv2d', filters: 3, id: 'a' },
        { kind: 'activate' },
        { kind: 'maxPool' },
        { kind: 'conv2d', filters: 4, size: [1, 2], id: 'b' },
      ],
    ),
  );
  expect(
    relativeError(
      layer('a').incoming,
      list(3, (o) => total(kernel('a'), [3, 3, 2, 3], (_y, _x, _c, k) => k === o)),
    ),
  ).toBeLessThan(TOLERANCE);
  expect(
    relativeError(
      layer('a').outgoing!,
      list(3, (c) => total(kernel('b'), [1, 2, 3, 4], (_y, _x, k) => k === c)),
    ),
  ).toBeLessThan(TOLERANCE);
  expect(layer('b').outgoing).toBeNull();
});

test('flatten: a unit of the dense layer belongs to channel i mod C', async () => {
  const { layer, kernel } = await measure(
    network(
      [3, 2, 1],
      [{ kind: 'conv2d', filters: 4, id: 'a' }, { kind: 'flatten' }, { kind: 'dense', units: 5, id: 'd' }],
    ),
  );
  expect(
    relativeError(
      layer('a').outgoing!,
      list(4, (c) => total(kernel('d'), [3 * 2, 4, 5], (_p, k) => k === c)),
    ),
  ).toBeLessThan(TOLERANCE);
});

test('depthwise: a channel feeds its own filters, and an output sums its own taps', async () => {
  const { layer, kernel } = await measure(
    network(
      [5, 5, 1],
      [
        { kind: 'conv2d', filters: 3, id: 'a' },
        { kind: 'depthwiseConv2d', multiplier: 2, id: 'd' },
      ],
    ),
  );
  const shape = [3, 3, 3, 2];
  expect(
    relativeError(
      layer('a').outgoing!,
      list(3, (c) => total(kernel('d'), shape, (_y, _x, k) => k === c)),
    ),
  ).toBeLessThan(TOLERANCE);
  const into = list(6, (o) => total(kernel('d'), shape, (_y, _x, c, m) => c * 2 + m === o));
  expect(relativeError(layer('d').incoming, into)).toBeLessThan(TOLERANCE);
  expect(relativeError([layer('d').inVariance], [variance(into)])).toBeLessThan(1e-5);
});

test('add: the reader counts for both sides; concat: for the side that its channel comes from', async () => {
  const nodes: readonly NodeSpec[] = [
    { kind: 'conv2d', filters: 2, id: 'a' },
    { kind: 'conv2d', filters: 2, id: 'b' },
    { kind: 'add', from: ['a', 'b'], id: 'sum' },
    { kind: 'concat', from: ['b', 'sum'], id: 'both' },
    { kind: 'conv2d', filters: 3, size: 1, id: 'end' },
  ];
  const { layer, kernel } = await measure(network([4, 4, 1], nodes));
  const end = (c: number) => total(kernel('end'), [1, 1, 4, 3], (_y, _x, k) => k === c);
  const toB = (c: number) => total(kernel('b'), [3, 3, 2, 2], (_y, _x, k) => k === c);
  expect(
    relativeError(
      layer('a').outgoing!,
      list(2, (c) => toB(c) + end(2 + c)),
    ),
  ).toBeLessThan(TOLERANCE);
  expect(
    relativeError(
      layer('b').outgoing!,
      list(2, (c) => end(c) + end(2 + c)),
    ),
  ).toBeLessThan(TOLERANCE);
});

test('a gate joins neighbours: strengths are those of the joined channels', async () => {
  const { layer, kernel } = await measure(
    network(
      [3],
      [
        { kind: 'dense', units: 4, id: 'a' },
        { kind: 'activate', fn: 'andAIL' },
        { kind: 'dense', units: 3, id: 'b' },
      ],
    ),
  );
  const into = list(2, (g) => total(kernel('a'), [3, 4], (_i, o) => Math.floor(o / 2) === g));
  expect(relativeError(layer('a').incoming, into)).toBeLessThan(TOLERANCE);
  // What leaves the joined channel is there once, though two neighbours feed it.
  const out = list(2, (g) => total(kernel('b'), [2, 3], (i) => i === g));
  expect(relativeError(layer('a').outgoing!, out)).toBeLessThan(TOLERANCE);
});
