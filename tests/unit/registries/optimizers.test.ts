import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { optimizers, schedules, startEngine, updateOf, updateTensors, type Optimizer } from '#src';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const RATE = 0.1;
/** Three steps of a handful of float32 operations on numbers of size 1. */
const TOLERANCE = 1e-6;
const GRADIENTS = [0.5, -2, 0.125] as const;
const START = 0.75;

type Settings = Readonly<Record<string, number>>;

/** Each rule for one weight, as its paper prints it; t counts from 1. Returns the weight after the given gradients. */
const papers: Record<string, (gradients: readonly number[], o: Settings) => number> = {
  sgd: (gradients) => gradients.reduce((w, g) => w - RATE * g, START),
  momentum(gradients, { momentum }) {
    let [w, v] = [START, 0];
    for (const g of gradients) {
      v = momentum! * v + g;
      w -= RATE * v;
    }
    return w;
  },
  // Sutskever et al. 2013, eq. 3 and 4, take the gradient at θ + μv. With w = θ + μv as the variable that is trained:
  // v' = μv − ηg(w), θ' = θ + v', w' = θ' + μv'.
  nesterov(gradients, { momentum }) {
    let [theta, v] = [START, 0];
    for (const g of gradients) {
      v = momentum! * v - RATE * g;
      theta += v;
    }
    return theta + momentum! * v;
  },
  rmsprop(gradients, { rho, epsilon }) {
    let [w, s] = [START, 0];
    for (const g of gradients) {
      s = rho! * s + (1 - rho!) * g ** 2;
      w -= (RATE * g) / (Math.sqrt(s) + epsilon!);
    }
    return w;
  },
  // Kingma and Ba 2015, algorithm 1.
  adam(gradients, { beta1, beta2, epsilon }) {
    let [w, m, v] = [START, 0, 0];
    gradients.forEach((g, i) => {
      m = beta1! * m + (1 - beta1!) * g;
      v = beta2! * v + (1 - beta2!) * g ** 2;
      const mHat = m / (1 - beta1! ** (i + 1));
      const vHat = v / (1 - beta2! ** (i + 1));
      w -= (RATE * mHat) / (Math.sqrt(vHat) + epsilon!);
    });
    return w;
  },
  adamw: (gradients, o) => papers.adam!(gradients, o),
};

async function run(optimizer: Optimizer, gradients: readonly number[], options: Settings): Promise<number> {
  let weight: tf.Tensor = tf.tensor1d([START]);
  let slots: Record<string, tf.Tensor> = Object.fromEntries(optimizer.slots.map((slot) => [slot, tf.zeros([1])]));
  gradients.forEach((g, i) => {
    const [next, ...kept] = tf.tidy(() => {
      const gradient = tf.tensor1d([g]);
      const scalars = optimizer.scalars({ step: i + 1, learningRate: RATE, options });
      const given = { w: weight, gradient, ...slots, learningRate: RATE, decay: 0, ...scalars };
      const updated = updateTensors(updateOf(optimizer, options, false), given);
      return [updated.w!, ...optimizer.slots.map((slot) => updated[slot]!)];
    });
    tf.dispose([weight, ...Object.values(slots)]);
    weight = next!;
    slots = Object.fromEntries(optimizer.slots.map((slot, k) => [slot, kept[k]!]));
  });
  const [value] = await weight.data();
  tf.dispose([weight, ...Object.values(slots)]);
  return value!;
}

const defaultsOf = ({ options }: Optimizer) =>
  Object.fromEntries(Object.entries(options).map(([key, option]) => [key, option.default as number]));
const moved: Settings = { momentum: 0.5, rho: 0.6, beta1: 0.7, beta2: 0.8, epsilon: 0.1 };

test.for([...optimizers])('$id: one step and three steps are those of the paper', async (optimizer) => {
  for (const settings of [defaultsOf(optimizer), moved]) {
    for (const count of [1, 3]) {
      const gradients = GRADIENTS.slice(0, count);
      const expected = papers[optimizer.id]!(gradients, settings);
      expect(Math.abs((await run(optimizer, gradients, settings)) - expected)).toBeLessThan(TOLERANCE);
    }
  }
});

test('defaults are those of the papers', () => {
  const table = Object.fromEntries([...optimizers].map((optimizer) => [optimizer.id, defaultsOf(optimizer)]));
  const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  expect(table).toEqual({
    sgd: {},
    momentum: { momentum: 0.9 },
    nesterov: { momentum: 0.9 },
    rmsprop: { rho: 0.9, epsilon: 1e-8 },
    adam,
    adamw: adam,
  });
  expect([...optimizers].filter(({ decoupled }) => decoupled).map(({ id }) => id)).toEqual(['adamw']);
});

test('adam moves by the learning rate in its first step, whatever the size of the gradient', async () => {
  const adam = optimizers.get('adam');
  for (const g of [1e-3, 1, 1e6]) {
    expect(Math.abs((await run(adam, [g], defaultsOf(adam))) - (START - RATE))).toBeLessThan(1e-5 * RATE * 10);
  }
});

test('schedules give the factors of their formulas', () => {
  const factors = (id: string, steps: readonly number[], total = 100) =>
    steps.map((step) => schedules.get(id).factor(step, total));
  expect(factors('constant', [0, 50, 99])).toEqual([1, 1, 1]);
  expect(factors('stepped', [0, 49, 50, 74, 75, 99])).toEqual([1, 1, 0.1, 0.1, 0.01, 0.01]);
  expect(factors('warmup', [0, 1, 4, 5, 99])).toEqual([0.2, 0.4, 1, 1, 1]);
  const cosine = factors('cosine', [0, 25, 50, 100, 130]);
  [1, (1 + Math.SQRT1_2) / 2, 0.5, 0, 0].forEach((wanted, i) =>
    expect(Math.abs(cosine[i]! - wanted)).toBeLessThan(1e-15),
  );
});

test.for([...schedules])('$id: factors lie above 0 and at most at 1 during a run of any length', ({ factor }) => {
  for (const total of [1, 2, 7, 1000]) {
    for (let step = 0; step < total; step++) {
      expect(factor(step, total)).toBeGreaterThan(0);
      expect(factor(step, total)).toBeLessThanOrEqual(1);
    }
  }
});
