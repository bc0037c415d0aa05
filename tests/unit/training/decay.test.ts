import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, network, startEngine, type TrainingRecipe } from '#src';
import { blobs, onEveryEngine, startHere } from './runs.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const net = network(
  [3],
  [{ kind: 'dense', units: 2 }, { kind: 'batchNorm' }, { kind: 'activate', fn: 'prelu' }, { kind: 'dense', units: 2 }],
);
const data = blobs([3]);
const RATE = 0.1;
const DECAY = 0.25;
/** A float32 rounding of a weight of size 1, and of the step off it. */
const TOLERANCE = 3e-7;

/** Weights before and after a number of steps. */
async function run(recipe: TrainingRecipe, steps: number) {
  const model = build(net, { seed: 3 });
  const start = await model.read();
  const shifted = Object.fromEntries(
    Object.entries(start).map(([name, w]) => [name, name.endsWith('bias') ? w.map(() => 0.5) : w]),
  );
  model.write(shifted);
  const trainer = startHere(model, data, { learningRate: RATE, batchSize: 20, steps: 10, ...recipe });
  for (let i = 0; i < steps; i++) await trainer.advance();
  await trainer.losses();
  const after = await model.read();
  trainer.dispose();
  model.dispose();
  return { before: shifted, after };
}

function largestDifference(
  a: Record<string, Float32Array>,
  b: Record<string, ArrayLike<number>>,
): Record<string, number> {
  const names = Object.keys(a).filter((name) => !name.includes('moving'));
  return Object.fromEntries(
    names.map((name) => [name, Math.max(...a[name]!.map((v, i) => Math.abs(v - b[name]![i]!)))]),
  );
}

onEveryEngine(() => {
  test.for(['sgd', 'adamw'])('%s takes decay off kernels only', async (optimizer) => {
    const plain = await run({ optimizer }, 1);
    const decayed = await run({ optimizer, weightDecay: DECAY }, 1);
    // For plain descent w − η(g + λw) is the same as (1 − ηλ)w − ηg, which is the decoupled form.
    const expected = Object.fromEntries(
      Object.entries(plain.after).map(([name, w]) => [
        name,
        name.endsWith('kernel') ? w.map((v, i) => v - RATE * DECAY * plain.before[name]![i]!) : w,
      ]),
    );
    for (const [name, difference] of Object.entries(largestDifference(decayed.after, expected))) {
      expect(difference, name).toBeLessThan(TOLERANCE);
    }
    expect(largestDifference(decayed.after, plain.after)['dense1/kernel']).toBeGreaterThan(0.005);
  });

  test('adam adds decay to the gradient, so that it is scaled with it; adamw does not', async () => {
    // A decay far above every gradient makes Adam's first step −η·sign(w); the decoupled one shrinks w in proportion.
    const huge = 1e4;
    const coupled = await run({ optimizer: 'adam', weightDecay: huge }, 1);
    coupled.before['dense1/kernel']!.forEach((w, i) => {
      expect(Math.abs(coupled.after['dense1/kernel']![i]! - (w - RATE * Math.sign(w)))).toBeLessThan(1e-4);
    });
    const decoupled = await run({ optimizer: 'adamw', weightDecay: 2 }, 1);
    const plain = await run({ optimizer: 'adam' }, 1);
    decoupled.before['dense1/kernel']!.forEach((w, i) => {
      const step = plain.after['dense1/kernel']![i]! - w;
      expect(Math.abs(decoupled.after['dense1/kernel']![i]! - ((1 - 2 * RATE) * w + step))).toBeLessThan(TOLERANCE);
    });
  });

  test('without decay adam and adamw are one', async () => {
    expect((await run({ optimizer: 'adamw' }, 4)).after).toEqual((await run({ optimizer: 'adam' }, 4)).after);
  });

  test('the decoupled decay follows the schedule of the rate', async () => {
    // Warm-up over 40 steps: the first rate is half of the planned one.
    const recipe = { optimizer: 'adamw', weightDecay: DECAY, schedule: 'warmup', steps: 40 };
    const half = await run({ ...recipe, learningRate: RATE }, 1);
    const constant = await run({ ...recipe, schedule: 'constant', learningRate: RATE / 2 }, 1);
    expect(half.after).toEqual(constant.after);
  });

  test.for(['constant', 'cosine', 'stepped', 'warmup'])(
    '%s: each step of descent has the rate its schedule gives',
    async (schedule) => {
      const model = build(net, { seed: 3 });
      const trainer = startHere(model, data, {
        optimizer: 'sgd',
        schedule,
        learningRate: RATE,
        batchSize: 20,
        steps: 8,
      });
      const rates: number[] = [];
      const moves: number[] = [];
      for (let step = 0; step < 8; step++) {
        rates.push(trainer.learningRate);
        const before = (await model.read())['dense2/bias']!;
        const twin = build(net, { seed: 3 });
        twin.write(await model.read());
        const unit = startHere(twin, data, { optimizer: 'sgd', learningRate: 1, batchSize: 20, steps: 8 });
        await unit.advance();
        const gradient = before[0]! - (await twin.read())['dense2/bias']![0]!;
        unit.dispose();
        twin.dispose();
        await trainer.advance();
        moves.push((before[0]! - (await model.read())['dense2/bias']![0]!) / gradient);
      }
      trainer.dispose();
      model.dispose();
      // A quotient of differences of weights near 0.1 in float32; the batch of 20 is the whole set, so its order hardly matters.
      moves.forEach((move, i) => expect(Math.abs(move - rates[i]!)).toBeLessThan(1e-4));
      const plan = trainer.plan.schedule;
      expect(rates).toEqual(rates.map((_, step) => RATE * plan.factor(step, 8)));
    },
  );
});
