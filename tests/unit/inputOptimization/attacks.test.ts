import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inputOptimizations, losses, random, startEngine, type OptimizationTarget } from '#src';
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

const fgsm = inputOptimizations.get('fgsm');
const pgd = inputOptimizations.get('pgd');
const label = (k: number): OptimizationTarget => ({ kind: 'label', class: k });

/** Of two classes the gradient always points along w₁ − w₀ = (−0.75, 2, 0, −1.5). */
const TWO = COLUMNS.slice(0, 2);
const D = [-0.75, 2, 0, -1.5];
const D_SIGN = [-1, 1, 0, -1];
const D_L1 = 4.25;
const D_L2 = Math.sqrt(0.75 ** 2 + 2 ** 2 + 1.5 ** 2);
const START = [0.1, 0.2, 0.3, 0.4];

/** Cross-entropy of the first of two classes whose logits differ by z₁ − z₀. */
const lossOf = (difference: number) => Math.log1p(Math.exp(difference));
const startDifference = D.reduce((sum, d, i) => sum + d * START[i]!, 0);

test('on a linear net FGSM moves the difference of two logits by ε‖w‖₁', async () => {
  const model = linearModel(TWO);
  const x = tf.tensor2d([START]);
  for (const [targeted, direction] of [
    [false, 1],
    [true, -1],
  ] as const) {
    const run = await fgsm.run(model, x, label(0), { epsilon: 0.05, targeted, ...WIDE });
    // The third pixel has no influence, and sign(0) = 0 leaves it alone.
    const moved = START.map((v, i) => v + direction * 0.05 * D_SIGN[i]!);
    expect(relativeError(run.after, moved)).toBeLessThan(TOLERANCE);
    expect(run.after[2]).toBe(Math.fround(0.3));
    const loss = [lossOf(startDifference), lossOf(startDifference + direction * 0.05 * D_L1)];
    expect(relativeError(run.trace, loss)).toBeLessThan(TOLERANCE);
    const [before, after] = [run.logitsBefore, run.logitsAfter].map(([z0, z1]) => z1! - z0!);
    expect(relativeError([after! - before!], [direction * 0.05 * D_L1])).toBeLessThan(1e-5);
    expect(relativeError([run.perturbation.linf, run.perturbation.l2], [0.05, 0.05 * Math.sqrt(3)])).toBeLessThan(1e-5);
  }
  x.dispose();
  model.dispose();
});

test('the range stops a pixel, and epsilon 0 moves none', async () => {
  const model = linearModel(TWO);
  const x = tf.tensor2d([[0, 1, 0.5, 0.05]]);
  const stopped = await fgsm.run(model, x, label(0), { epsilon: 0.1 });
  expect(stopped.after).toEqual(Float32Array.of(0, 1, 0.5, 0));
  for (const norm of ['linf', 'l2']) {
    const still = await pgd.run(model, x, label(0), { norm, epsilon: 0, steps: 2 });
    expect(still.after).toEqual(Float32Array.of(0, 1, 0.5, 0.05));
  }
  x.dispose();
  model.dispose();
});

test('on a linear net PGD walks straight to the edge of its ball and stays there', async () => {
  const model = linearModel(TWO);
  const x = tf.tensor2d([START]);
  for (const steps of [1, 3, 6]) {
    for (const targeted of [false, true]) {
      const direction = targeted ? -1 : 1;
      const options = { epsilon: 0.09, stepSize: 0.02, steps, targeted, ...WIDE };
      const walked = Math.min(0.02 * steps, 0.09);
      const linf = await pgd.run(model, x, label(0), options);
      expect(
        relativeError(
          linf.after,
          START.map((v, i) => v + direction * walked * D_SIGN[i]!),
        ),
      ).toBeLessThan(TOLERANCE);
      const l2 = await pgd.run(model, x, label(0), { ...options, norm: 'l2' });
      expect(
        relativeError(
          l2.after,
          START.map((v, i) => v + (direction * walked * D[i]!) / D_L2),
        ),
      ).toBeLessThan(TOLERANCE);
      expect(relativeError([l2.perturbation.l2], [walked])).toBeLessThan(1e-5);
      const trace = (slope: number) =>
        Array.from({ length: steps + 1 }, (_, k) => {
          return lossOf(startDifference + direction * Math.min(0.02 * k, 0.09) * slope);
        });
      expect(relativeError(linf.trace, trace(D_L1))).toBeLessThan(TOLERANCE);
      expect(relativeError(l2.trace, trace(D_L2))).toBeLessThan(TOLERANCE);
    }
  }
  x.dispose();
  model.dispose();
});

test('one output answers two classes', async () => {
  const model = linearModel([[0.5, -1]], [0.25]);
  const x = tf.tensor2d([[0.5, 0.5]]);
  const z = 0.5 * 0.5 - 0.5 + 0.25;
  for (const k of [0, 1]) {
    const run = await fgsm.run(model, x, label(k), { epsilon: 0.1 });
    // −ln σ(z) of class 1, −ln σ(−z) of class 0; both rise against their label.
    const side = k === 1 ? -1 : 1;
    expect(relativeError(run.after, [0.5 + 0.1 * side, 0.5 - 0.1 * side])).toBeLessThan(TOLERANCE);
    expect(relativeError(run.trace, [lossOf(side * z), lossOf(side * z + 0.15)])).toBeLessThan(TOLERANCE);
    expect(run.logitsBefore.length).toBe(1);
  }
  x.dispose();
  model.dispose();
});

test.for(['linf', 'l2'])('a random start lies within epsilon (%s), and its seed decides where', async (norm) => {
  const model = linearModel(TWO);
  const x = tf.tensor2d([START]);
  const startOf = async (seed: number) => {
    // A step of length 0 stays at the start.
    const options = { norm, epsilon: 0.08, stepSize: 0, steps: 1, randomStart: true };
    const run = await pgd.run(model, x, label(0), options, { seed });
    expect(run.before).toEqual(Float32Array.from(START));
    expect(run.frames[0]!.image).toEqual(run.after);
    return run;
  };
  const radii: number[] = [];
  for (let seed = 0; seed < 200; seed++) {
    const { perturbation } = await startOf(seed);
    radii.push(norm === 'l2' ? perturbation.l2 : perturbation.linf);
  }
  expect(Math.max(...radii)).toBeLessThan(0.08 * (1 + TOLERANCE));
  // The radius of a random point in four dimensions has the mean 4/5 of the largest and the variance 2/75 of its
  // square, in either norm; four standard errors of 200 points.
  const mean = radii.reduce((sum, r) => sum + r, 0) / 200 / 0.08;
  expect(Math.abs(mean - 4 / 5)).toBeLessThan(4 * Math.sqrt(2 / 75 / 200));
  expect((await startOf(3)).after).toEqual((await startOf(3)).after);
  expect((await startOf(3)).after).not.toEqual((await startOf(4)).after);
  x.dispose();
  model.dispose();
});

test('on a net that bends, attacks follow the float64 loss and stay inside ball and range', async () => {
  const model = smallConvModel(5, 4);
  const weights = await model.read();
  const source = random(12, 'image');
  const start = Float64Array.from({ length: 40 }, () => Math.fround(source.uniform()));
  const x = tf.tensor(Float32Array.from(start), [1, 5, 4, 2]);
  const [epsilon, stepSize, steps] = [0.1, 0.04, 4];
  for (const norm of ['linf', 'l2']) {
    for (const targeted of [false, true]) {
      const run = await pgd.run(model, x, label(1), { norm, epsilon, stepSize, steps, targeted });

      const image = start.slice();
      const loss = () => {
        const values = plainForward(model.network, weights, { shape: [1, 5, 4, 2], data: image });
        return losses.get('softmaxCrossEntropy').scalar([...values.get(model.network.output)!.data], 1);
      };
      const trace = [loss()];
      for (let step = 0; step < steps; step++) {
        const g = finiteDifferences(image, loss);
        const length = Math.sqrt(g.reduce((sum, v) => sum + v * v, 0));
        const way = g.map((v) => (targeted ? -1 : 1) * stepSize * (norm === 'linf' ? Math.sign(v) : v / length));
        let delta = image.map((v, i) => v + way[i]! - start[i]!);
        const size = Math.sqrt(delta.reduce((sum, v) => sum + v * v, 0));
        if (norm === 'linf') delta = delta.map((v) => Math.max(-epsilon, Math.min(epsilon, v)));
        else if (size > epsilon) delta = delta.map((v) => (v * epsilon) / size);
        image.forEach((_, i) => (image[i] = Math.max(0, Math.min(1, start[i]! + delta[i]!))));
        trace.push(loss());
      }
      // Float32 sums of 27 products, and tanh, in each of two layers.
      expect(relativeError(run.after, image)).toBeLessThan(1e-5);
      expect(relativeError(run.trace, trace)).toBeLessThan(1e-5);
      expect(run.perturbation[norm as 'linf' | 'l2']).toBeLessThan(epsilon * (1 + TOLERANCE));
      expect(Math.min(...run.after)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...run.after)).toBeLessThanOrEqual(1);
      // Up against the label, down towards a class.
      expect(Math.sign(run.trace[steps]! - run.trace[0]!)).toBe(targeted ? -1 : 1);
    }
  }
  x.dispose();
  model.dispose();
});

test('a gradient too small for its squares still has a direction; none at all moves nothing', async () => {
  // A margin of 68 leaves a gradient of e⁻⁶⁸ ≈ 3e-30, whose square is 0 in float32.
  const sure = linearModel(TWO, [68, 0]);
  const x = tf.tensor2d([[0, 0, 0, 0]]);
  const run = await pgd.run(sure, x, label(0), { norm: 'l2', stepSize: 0.1, epsilon: 1, steps: 1, ...WIDE });
  expect(run.gradientSizes[0]).toBeGreaterThan(0);
  expect(run.gradientSizes[0]).toBeLessThan(1e-29);
  expect(
    relativeError(
      run.after,
      D.map((d) => (0.1 * d) / D_L2),
    ),
  ).toBeLessThan(TOLERANCE);
  sure.dispose();
  const deaf = linearModel([COLUMNS[0], COLUMNS[0]]);
  for (const norm of ['linf', 'l2']) {
    const still = await pgd.run(deaf, x, label(0), { norm, steps: 2, ...WIDE });
    expect(still.after).toEqual(still.before);
    expect(still.gradientSizes).toEqual(new Float32Array(2));
    expect(still.perturbation).toEqual({ linf: 0, l2: 0 });
  }
  deaf.dispose();
  x.dispose();
});
