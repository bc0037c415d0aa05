import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inputOptimizations, random, startEngine, type Model, type OptimizationTarget } from '#src';
import { finiteDifferences, relativeError } from '../../support/finiteDifference.ts';
import { plainForward } from '../../support/plainNet.ts';
import { COLUMNS, linearModel, smallConvModel } from './nets.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** A few float32 roundings in each of ten steps. */
const TOLERANCE = 1e-6;
/** Wide enough for no pixel to reach it. */
const WIDE = { low: -1000, high: 1000 };

const activationMaximization = inputOptimizations.get('activationMaximization');
const deepDream = inputOptimizations.get('deepDream');

test('on a linear net the climb is a geometric series towards w / 2λ', async () => {
  const [stepSize, l2, steps] = [0.5, 0.05, 9];
  const bias = [0.1, -0.2, 0.3];
  const model = linearModel(COLUMNS, bias);
  const x = tf.zeros([1, 4]);
  for (const [k, w] of COLUMNS.entries()) {
    const run = await activationMaximization.run(
      model,
      x,
      { kind: 'logit', class: k },
      { stepSize, l2, steps, normalize: 'none', ...WIDE },
    );
    // x ← (1 − 2ηλ)x + ηw from 0 has the sum (1 − (1 − 2ηλ)^k) / 2λ · w.
    const reached = (step: number) => (1 - (1 - 2 * stepSize * l2) ** step) / (2 * l2);
    const square = w.reduce((sum, v) => sum + v * v, 0);
    const trace = Array.from({ length: steps + 1 }, (_, step) => bias[k]! + reached(step) * square);
    expect(
      relativeError(
        run.after,
        w.map((v) => reached(steps) * v),
      ),
    ).toBeLessThan(TOLERANCE);
    expect(relativeError(run.trace, trace)).toBeLessThan(TOLERANCE);
    const logits = COLUMNS.map((other, c) => bias[c]! + reached(steps) * other.reduce((s, v, i) => s + v * w[i]!, 0));
    expect(relativeError(run.logitsBefore, bias)).toBeLessThan(TOLERANCE);
    expect(relativeError(run.logitsAfter, logits)).toBeLessThan(TOLERANCE);
    expect(run.gradientSizes).toEqual(new Float32Array(steps).fill(w.reduce((sum, v) => sum + Math.abs(v), 0) / 4));
    expect(relativeError([run.perturbation.l2], [reached(steps) * Math.sqrt(square)])).toBeLessThan(TOLERANCE);
    expect(run.perturbation.linf).toBe(Math.max(...run.after.map(Math.abs)));
  }
  x.dispose();
  model.dispose();
});

test('divided by its mean size, the gradient moves a pixel by one step on average; the range holds it', async () => {
  const model = linearModel([COLUMNS[0].map((w) => 1000 * w)]);
  const x = tf.zeros([1, 4]);
  const target: OptimizationTarget = { kind: 'logit', class: 1 };
  const options = { stepSize: 0.1, l2: 0, steps: 5 };
  const free = await activationMaximization.run(model, x, target, { ...options, ...WIDE });
  // mean |w| of (0.5, −1, 0, 2) is 0.875.
  const expected = COLUMNS[0].map((w) => (5 * 0.1 * w) / 0.875);
  expect(relativeError(free.after, expected)).toBeLessThan(TOLERANCE);
  expect([...free.trace].every((value, i) => i === 0 || value > free.trace[i - 1]!)).toBe(true);
  const held = await activationMaximization.run(model, x, target, { ...options, low: -0.5, high: 1 });
  expect(relativeError(held.after, [expected[0]!, -0.5, 0, 1])).toBeLessThan(TOLERANCE);
  x.dispose();
  model.dispose();
});

test('a climb starts at zeros, at the image, or at seeded noise over the range', async () => {
  const model = linearModel(COLUMNS);
  const x = tf.tensor2d([[0.25, 0.5, 0.75, 1]]);
  const before = async (start: string, seed?: number) => {
    const options = { start, steps: 1, low: -1, high: 3 };
    const run = await activationMaximization.run(model, x, { kind: 'logit', class: 0 }, options, { seed });
    return run.before;
  };
  expect(await before('zeros')).toEqual(new Float32Array(4));
  expect(await before('image')).toEqual(Float32Array.of(0.25, 0.5, 0.75, 1));
  const noise = await before('noise', 5);
  const source = random(5, 'activationMaximization');
  expect(noise).toEqual(Float32Array.from({ length: 4 }, () => -1 + 4 * source.uniform()));
  expect(await before('noise', 5)).toEqual(noise);
  expect(await before('noise', 6)).not.toEqual(noise);
  expect(await before('noise')).toEqual(await before('noise', 0));
  x.dispose();
  model.dispose();
});

/** The target in float64 loops. */
async function plainTarget(model: Model, image: Float64Array, target: OptimizationTarget): Promise<() => number> {
  const weights = await model.read();
  const shape = [1, ...model.network.input];
  return () => {
    const values = plainForward(model.network, weights, { shape, data: image });
    if (target.kind === 'logit') return values.get(model.network.output)!.data[target.class]!;
    if (target.kind === 'label') throw new Error('a climb has no label');
    const { data, shape: found } = values.get(target.node)!;
    if (target.kind === 'node') return data.reduce((sum, a) => sum + a * a, 0) / data.length / 2;
    const channels = found.at(-1)!;
    const own = data.filter((_, i) => i % channels === target.channel);
    return own.reduce((sum, a) => sum + a, 0) / own.length;
  };
}

const climbs: readonly (readonly [method: string, target: OptimizationTarget])[] = [
  ['activationMaximization', { kind: 'logit', class: 2 }],
  ['activationMaximization', { kind: 'channel', node: 'last', channel: 1 }],
  ['activationMaximization', { kind: 'channel', node: 'globalAvgPool1', channel: 0 }],
  ['deepDream', { kind: 'node', node: 'activate1' }],
  ['deepDream', { kind: 'node', node: 'last' }],
];

test.for(climbs)('%s of %o follows the finite differences of float64 loops', async ([method, target]) => {
  const model = smallConvModel(5, 4);
  const source = random(8, 'image');
  const image = Float64Array.from({ length: 40 }, () => Math.fround(source.uniform()));
  const x = tf.tensor(Float32Array.from(image), [1, 5, 4, 2]);
  const options = { stepSize: 0.05, steps: 3, ...WIDE, ...(method === 'deepDream' ? {} : { start: 'image', l2: 0 }) };
  const run = await inputOptimizations.get(method).run(model, x, target, options);

  const value = await plainTarget(model, image, target);
  const trace = [value()];
  for (let step = 0; step < 3; step++) {
    const g = finiteDifferences(image, value);
    const mean = g.reduce((sum, v) => sum + Math.abs(v), 0) / g.length;
    image.forEach((_, i) => (image[i]! += (0.05 * g[i]!) / mean));
    trace.push(value());
  }
  // Float32 sums of 27 products, and tanh, in each of two layers.
  expect(relativeError(run.after, image)).toBeLessThan(1e-5);
  expect(relativeError(run.trace, trace)).toBeLessThan(1e-5);
  x.dispose();
  model.dispose();
});

test('octaves dream on the shrunken image first and carry what was drawn to the next', async () => {
  const model = smallConvModel(8, 6);
  const weights = await model.read();
  const target: OptimizationTarget = { kind: 'node', node: 'last' };
  const own = { stepSize: 0.03, steps: 2, ...WIDE };
  const source = random(9, 'image');
  const x = tf.tensor(
    Float32Array.from({ length: 96 }, () => source.uniform()),
    [1, 8, 6, 2],
  );
  const run = await deepDream.run(model, x, target, { ...own, octaves: 3, octaveScale: 1.4 });

  // The same, one dream after the other, on nets described for each size: 8/1.96 × 6/1.96, 8/1.4 × 6/1.4, 8 × 6.
  const sizes: [number, number][] = [
    [4, 3],
    [6, 4],
    [8, 6],
  ];
  const resize = (image: tf.Tensor, size: [number, number]) => tf.image.resizeBilinear(image as tf.Tensor4D, size);
  const traces: number[] = [];
  let drawn: tf.Tensor | undefined;
  for (const size of sizes) {
    const octave = smallConvModel(...size);
    octave.write(weights);
    const base = resize(x, size);
    const start: tf.Tensor = tf.tidy(() => (drawn ? tf.add(base, resize(drawn, size)) : tf.clone(base)));
    const single = await deepDream.run(octave, start, target, own);
    traces.push(...single.trace.slice(0, 2));
    drawn?.dispose();
    drawn = tf.tidy(() => tf.sub(tf.tensor(single.after, base.shape), base));
    if (size === sizes[2]) {
      expect(relativeError(run.after, single.after)).toBeLessThan(TOLERANCE);
      traces.push(single.trace[2]!);
    }
    tf.dispose([base, start]);
    octave.dispose();
  }
  expect(relativeError(run.trace, traces)).toBeLessThan(TOLERANCE);
  expect(run.frames.map(({ step, shape }) => [step, ...shape])).toEqual([
    [0, 4, 3, 2],
    [1, 4, 3, 2],
    [2, 6, 4, 2],
    [3, 6, 4, 2],
    [4, 8, 6, 2],
    [5, 8, 6, 2],
    [6, 8, 6, 2],
  ]);
  expect(run.frames.map(({ image }) => image.length)).toEqual([24, 24, 48, 48, 96, 96, 96]);
  tf.dispose([x, drawn!]);
  model.dispose();
});
