import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  baselineInput,
  flippingCurve,
  network,
  pixelFlipping,
  random,
  startEngine,
  trapezoid,
  type FlippingCurve,
  type Network,
  type PixelFlippingData,
  type Unscored,
} from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { plainForward, type PlainWeights } from '../../support/plainNet.ts';
import { randomNet, randomPlain, randomWeights } from '../../support/plainNetRandom.ts';
import { messageOfAsync } from '../message.ts';
import { linearNet, withSubject, type Plan } from './subjects.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** Logits in float32 through a handful of layers. */
const TOLERANCE = 1e-5;

async function measured(plan: Plan, options: object = {}, seed = 0): Promise<PixelFlippingData> {
  const outcome = await withSubject(plan, (subject) => pixelFlipping.measure(subject, options, { seed }));
  if (outcome.value === null) throw new Error((outcome as Unscored).reason);
  return outcome as PixelFlippingData;
}

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

/** A linear net on four features; the second logit is w·x + 1. */
const w = [3, -1, 0.5, 2];
const x = [1, 2, 4, -0.5];
const contributions = w.map((wi, i) => wi * x[i]!); // 3, −2, 2, −1
const linear: Plan = {
  net: linearNet([4], 2),
  weights: {
    'end/kernel': Float32Array.from(w.flatMap((wi) => [7, wi])),
    'end/bias': Float32Array.of(0, 1),
  },
  x,
  class: 1,
  map: contributions,
};

test('a linear net loses what it removes: the curves are sums of what is left', async () => {
  const { map, value, pixelsPerStep } = await measured(linear, { steps: 4 });
  expect(pixelsPerStep).toBe(1);
  expect([...map.most.logit]).toEqual([3, 0, -2, -1, 1]);
  expect([...map.least.logit]).toEqual([3, 5, 6, 4, 1]);
  // Trapezoids by hand, over four steps.
  expect(map.most.area).toBe((1.5 - 1 - 1.5 + 0) / 4);
  expect(map.least.area).toBe((4 + 5.5 + 5 + 2.5) / 4);
  expect(value).toBe(4.5);
  expect(map.faithfulness).toBe(value);
});

test('weight times input, the exact map of a linear net, beats the gradient and every random order', async () => {
  const { value, map, gradient, random: chance } = await measured(linear, { steps: 4, randomOrders: 8 });
  expect(value).toBeGreaterThan(gradient!.faithfulness);
  for (const area of chance.areas) {
    expect(area).toBeGreaterThanOrEqual(map.most.area);
    expect(area).toBeLessThanOrEqual(map.least.area);
  }
  // The gradient's order is 3, 2, −1, 0.5 by size: features 0, 3, 1, 2.
  expect([...gradient!.most.logit]).toEqual([3, 0, 1, 3, 1]);
  expect([...gradient!.least.logit]).toEqual([3, 1, 3, 4, 1]);
});

test('random orders: the mean curve and its area are the mean of the draws; the seed decides', async () => {
  const { random: chance } = await measured(linear, { steps: 4, randomOrders: 20 }, 5);
  expect(chance.areas).toHaveLength(20);
  expect(chance.area).toBeCloseTo(sum(chance.areas) / 20, 6);
  expect(new Set(chance.areas).size).toBeGreaterThan(3);
  const again = await measured(linear, { steps: 4, randomOrders: 20 }, 5);
  expect(again.random).toEqual(chance);
  const other = await measured(linear, { steps: 4, randomOrders: 20 }, 6);
  expect(other.random.areas).not.toEqual(chance.areas);
  // A random order of a linear net falls along a straight line on average, from 3 to 1.
  const { random: many } = await measured(linear, { steps: 4, randomOrders: 100 });
  many.logit.forEach((z, k) => expect(Math.abs(z - (3 - k / 2))).toBeLessThan(0.75));
});

test('among equals the lower index goes first, most and least relevant alike', async () => {
  const map = [5, 5, 5, 0];
  const { most, least } = (await measured({ ...linear, map }, { steps: 4 })).map;
  expect([...most.logit]).toEqual([3, 0, 2, 0, 1]);
  expect([...least.logit]).toEqual([3, 4, 1, 3, 1]);
});

test('the last step takes what is left, and one step takes all', async () => {
  const three = await measured(linear, { steps: 2 });
  expect(three.pixelsPerStep).toBe(2);
  const plan = { ...linear, net: linearNet([5], 2), x: [...x, 0], map: [...contributions, 1] };
  const weights = {
    'end/kernel': Float32Array.from([...w, 6].flatMap((wi) => [7, wi])),
    'end/bias': Float32Array.of(0, 1),
  };
  const uneven = await measured({ ...plan, weights }, { steps: 3 });
  expect(uneven.pixelsPerStep).toBe(2);
  expect([...uneven.map.most.logit]).toEqual([3, -2, -1, 1]);
  const one = await measured(linear, { steps: 1 });
  expect([...one.map.most.logit]).toEqual([3, 1]);
  expect(one.value).toBe(0);
});

/** The logits and probabilities of the slow way: rank every pixel by counting, remove, run the plain net. */
function slowly(
  net: Network,
  weights: PlainWeights,
  input: Float64Array,
  plan: { target: number; ranks: readonly number[]; perStep: number; removed: ArrayLike<number> },
) {
  const { target, ranks, perStep, removed } = plan;
  const size = input.length / ranks.length;
  const steps = Math.ceil(ranks.length / perStep);
  const rows = Array.from({ length: steps + 1 }, (_, step) => {
    const data = input.map((v, i) => (ranks[Math.floor(i / size)]! < step * perStep ? removed[i]! : v));
    return [...plainForward(net, weights, { shape: [1, ...net.input], data }).get(net.output)!.data];
  });
  return {
    logit: rows.map((row) => row[target]!),
    probability: rows.map((row) => Math.exp(row[target]!) / sum(row.map(Math.exp))),
  };
}

/** How many go before: larger ones (smaller ones for LeRF), and equal ones of lower index. */
const goBefore = (values: ArrayLike<number>, sign: number) =>
  Array.from(values, (v, i) => Array.from(values).filter((u, j) => sign * u > sign * v || (u === v && j < i)).length);

test('on random nets and maps both curves are those of plain loops, more inputs than one chunk included', async () => {
  for (const [seed, steps] of [
    [1, 5],
    [2, 64],
    [4, 7],
  ] as const) {
    const net = randomNet(seed);
    const source = random(seed, 'flipping');
    const weights = randomWeights(net, source);
    const input = randomPlain(source, [1, ...net.input]);
    const [height, width] = net.input as readonly [number, number];
    // Few different values: many pixels are equal.
    const map = Float32Array.from({ length: height * width }, () => source.integer(6) - 2);
    const plan = { net, weights, x: input.data, class: 2, map };
    for (const baseline of ['zero', 'mean'] as const) {
      const { map: curves, pixelsPerStep } = await measured(plan, { steps, baseline, randomOrders: 1 });
      expect(pixelsPerStep).toBe(Math.ceil(map.length / steps));
      const removed = baselineInput(Float32Array.from(input.data), net.input, baseline);
      const check = (curve: FlippingCurve, sign: number) => {
        const ranks = goBefore(map, sign);
        const slow = slowly(net, weights, input.data, { target: 2, ranks, perStep: pixelsPerStep, removed });
        expect(relativeError(curve.logit, slow.logit)).toBeLessThan(TOLERANCE);
        expect(relativeError(curve.probability, slow.probability)).toBeLessThan(TOLERANCE);
        const area = slow.logit.slice(1).reduce((a, z, k) => a + (z + slow.logit[k]!) / 2, 0) / (slow.logit.length - 1);
        expect(Math.abs(curve.area - area)).toBeLessThan(TOLERANCE * Math.max(...slow.logit.map(Math.abs)));
      };
      check(curves.most, 1);
      check(curves.least, -1);
    }
  }
});

test('number by number: each channel of a pixel goes on its own', async () => {
  const net = randomNet(7);
  const source = random(7, 'flipping');
  const weights = randomWeights(net, source);
  const input = randomPlain(source, [1, ...net.input]);
  const values = randomPlain(source, [input.data.length]).data;
  const ranks = goBefore(values, 1);
  const order = ranks.map((_, rank) => ranks.indexOf(rank));
  const removed = new Float32Array(input.data.length).fill(0.25);
  const curve = await withSubject({ net, weights, map: new Float32Array(net.input[0]! * net.input[1]!) }, ({ model }) =>
    flippingCurve(model, 0, Float32Array.from(input.data), { order, unitsPerStep: 10, baseline: removed }),
  );
  const slow = slowly(net, weights, input.data, { target: 0, ranks, perStep: 10, removed });
  expect(relativeError(curve.logit, slow.logit)).toBeLessThan(TOLERANCE);
});

test('the gradient baseline ranks pixels by their largest slope of all channels', async () => {
  const net = linearNet([1, 3, 2], 1);
  const kernel = Float32Array.of(1, -5, 4, 4, 0, -3);
  const plan = { net, weights: { 'end/kernel': kernel, 'end/bias': Float32Array.of(0) }, class: 1, map: [1, 2, 3] };
  const { gradient } = await measured({ ...plan, x: [1, 1, 1, 1, 1, 1] }, { steps: 3 });
  // Sizes 5, 4, 3: pixel after pixel, each with both its channels.
  expect([...gradient!.most.logit]).toEqual([1, 5, -3, 0]);
  // One output is the logit of class 1: its probability is the sigmoid.
  gradient!.most.probability.forEach((p, k) => expect(p).toBeCloseTo(1 / (1 + Math.exp(-[1, 5, -3, 0][k]!)), 6));
});

test('a slope that is the same everywhere is no baseline', async () => {
  const weights = { 'end/kernel': Float32Array.of(1, -1, 1), 'end/bias': Float32Array.of(0) };
  const { gradient } = await measured({ net: linearNet([3], 1), weights, class: 1, map: [1, 2, 3] });
  expect(gradient).toBeNull();
});

test('a flat map has no score', async () => {
  const measure = (map: number[]) => withSubject({ ...linear, map }, (subject) => pixelFlipping.measure(subject));
  expect(await measure([0, 0, 0, 0])).toEqual({ value: null, reason: 'empty map: the relevance is 0 everywhere' });
  expect(await measure([-2, -2, -2, -2])).toEqual({ value: null, reason: 'flat map: every pixel has -2' });
});

test('rows of features cannot be blurred', async () => {
  expect(await messageOfAsync(() => measured(linear, { baseline: 'blur' }))).toBe(
    'no blur for rows of features: 4; use "zero" or "mean" as baseline',
  );
});

test('a class without a logit is refused', async () => {
  expect(await messageOfAsync(() => measured({ ...linear, class: 2 }))).toBe(
    'unknown class: 2; the net answers classes 0 to 1',
  );
});

test('progress rises to 1 by chunks, and stopping midway leaves nothing behind', async () => {
  const net = network([6, 6, 1], [{ kind: 'conv2d', filters: 2 }, { kind: 'flatten' }, { kind: 'dense', units: 2 }]);
  const map = Float32Array.from({ length: 36 }, (_, i) => i);
  await withSubject({ net, map }, async (subject) => {
    const heard: number[] = [];
    await pixelFlipping.measure(subject, { steps: 36 }, { onProgress: (done) => heard.push(done) });
    // Nine curves of 37 inputs, each in a chunk of 32 and one of 5.
    expect(heard).toHaveLength(18);
    heard.forEach((done, k) => expect(done).toBeCloseTo((37 * Math.floor((k + 1) / 2) + 32 * ((k + 1) % 2)) / 333, 12));

    const before = tf.memory().numTensors;
    const stop = new AbortController();
    let chunks = 0;
    const onProgress = () => {
      if (++chunks === 5) stop.abort();
    };
    const message = await messageOfAsync(() =>
      pixelFlipping.measure(subject, { steps: 36 }, { signal: stop.signal, onProgress }),
    );
    expect(message).toBe('cancelled: scoring an explanation');
    expect(chunks).toBe(5);
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('a chunk holds as many inputs as fit into 16 MiB over all nodes', async () => {
  const wide = network(
    [64, 64, 1],
    [{ kind: 'conv2d', filters: 128, size: 1 }, { kind: 'globalAvgPool' }, { kind: 'dense', units: 2 }],
  );
  const perInput = 64 * 64 * (1 + 128) + 128 + 2;
  const counts: number[] = [];
  await withSubject({ net: wide, map: new Float32Array(64 * 64) }, async ({ model }) => {
    const flips = { order: Uint32Array.from({ length: 4096 }, (_, i) => i), unitsPerStep: 512 };
    const zeros = new Float32Array(4096);
    const onInputs = (count: number) => counts.push(count);
    await flippingCurve(model, 0, zeros, { ...flips, baseline: zeros }, { onInputs });
  });
  const fits = Math.floor(2 ** 24 / 4 / perInput);
  expect(counts).toEqual([fits, 9 - fits]);
});

test('other work gets in between chunks', async () => {
  await withSubject(
    { net: linearNet([40], 2), map: Float32Array.from({ length: 40 }, (_, i) => i) },
    async (subject) => {
      let [turns, isDone] = [0, false];
      const turn = () => {
        turns++;
        if (!isDone) setImmediate(turn);
      };
      setImmediate(turn);
      await pixelFlipping.measure(subject, { steps: 40 });
      isDone = true;
      expect(turns).toBeGreaterThan(9);
    },
  );
});

test('logits that are not finite are refused', async () => {
  const weights = { ...linear.weights, 'end/bias': Float32Array.of(0, NaN) };
  expect(await messageOfAsync(() => measured({ ...linear, weights }))).toBe(
    'not a finite number: the logits holds NaN at 1; the run has diverged',
  );
});

test('the area under 1, 3, 2 is 4.5', () => {
  expect(trapezoid([1, 3, 2])).toBe(4.5);
  expect(trapezoid([7])).toBe(0);
});
