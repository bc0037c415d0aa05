import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  build,
  DivergedError,
  forward,
  network,
  startEngine,
  type LoadedDataset,
  type Model,
  type Network,
  type NodeSpec,
  type TrainingRecipe,
} from '#src';
import { blobs, lossesOf, onEveryEngine, startHere, trainHere } from './runs.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const image = [4, 4, 1] as const;
const residual: readonly NodeSpec[] = [
  { kind: 'conv2d', filters: 2, id: 'c1' },
  { kind: 'activate', id: 'r1' },
  { kind: 'conv2d', filters: 2, id: 'c2' },
  { kind: 'batchNorm', id: 'n2' },
  { kind: 'add', from: ['n2', 'r1'], id: 'sum' },
  { kind: 'globalAvgPool', id: 'mean' },
  { kind: 'dense', units: 2, id: 'end' },
];
const nets: Record<string, Network> = {
  dense: network(
    [3],
    [
      { kind: 'dense', units: 4, id: 'd1' },
      { kind: 'activate', id: 'r1' },
      { kind: 'dense', units: 4, id: 'd2' },
      { kind: 'dense', units: 2, id: 'd3' },
    ],
  ),
  convolutional: network(image, [
    { kind: 'conv2d', filters: 2, id: 'c1' },
    { kind: 'activate', id: 'r1' },
    { kind: 'flatten', id: 'f' },
    { kind: 'dense', units: 4, id: 'd1' },
    { kind: 'dense', units: 2, id: 'd2' },
  ]),
  residual: network(image, residual),
};
const STEPS = 25;

async function isFinite(model: Model): Promise<boolean> {
  return Object.values(await model.read()).every((values) => values.every(Number.isFinite));
}

/** What training should say: steps one by one on a model of its own, looking at everything after each. */
async function firstFailure(net: Network, data: LoadedDataset, recipe: TrainingRecipe) {
  const model = build(net, { seed: 1 });
  const trainer = startHere(model, data, recipe);
  let batch: tf.Tensor | undefined;
  model.onStep((_, x) => {
    batch = tf.keep(tf.clone(x!));
  });
  let failure: { node: string; step: number } | undefined;
  for (let step = 1; step <= STEPS && !failure; step++) {
    const before = await model.read();
    await trainer.advance();
    const { weights, slots } = await trainer.checkpoint();
    const broken = Object.entries({ ...weights, ...slots }).find(([, values]) => !values.every(Number.isFinite));
    model.write(before);
    const values = tf.tidy(() => [...forward(model, batch!, { training: true, key: 0 })]);
    const finite = await Promise.all(
      values.map(async ([, value]) => (await value.data()).every((v) => Number.isFinite(v))),
    );
    tf.dispose([batch!, ...values.map(([, value]) => value)]);
    model.write(weights);
    const [node] = values[finite.indexOf(false)] ?? [];
    if (node) failure = { node, step };
    else if (broken) failure = { node: broken[0].split('/')[0]!, step };
  }
  trainer.dispose();
  model.dispose();
  return failure;
}

const cases = Object.keys(nets).flatMap((name) =>
  [1e2, 1e10, 1e30].flatMap((rate) => ['sgd', 'adam'].map((optimizer) => ({ name, rate, optimizer }))),
);

onEveryEngine(() => {
  test.for(cases)(
    '$name at rate $rate with $optimizer: stops at the node and step where it happened, or stays finite',
    async ({ name, rate, optimizer }) => {
      const net = nets[name]!;
      const data = blobs(net.input);
      const recipe = { optimizer, learningRate: rate, batchSize: 5, steps: STEPS };
      const expected = await firstFailure(net, data, recipe);
      for (const every of [1, 7]) {
        const model = build(net, { seed: 1 });
        const before = tf.memory().numTensors;
        const error: unknown = await lossesOf(model, data, { ...recipe, every }).catch((reason: unknown) => reason);
        if (!expected) expect(error).toHaveLength(STEPS);
        else {
          expect(error).toBeInstanceOf(DivergedError);
          const { node, step, lastGood, message } = error as DivergedError;
          expect({ node, step }).toEqual(expected);
          expect(message).toMatch(
            new RegExp(
              `^diverged: (NaN|-?Infinity) at step ${step}, first in node "${node}"; the weights are back at step ${lastGood.step}: continue with a learning rate below ${String(rate).replace('+', '\\+')}$`,
            ),
          );
          expect(lastGood.step).toBeLessThan(step);
          expect(await model.read()).toEqual(lastGood.weights);
          for (const values of Object.values(lastGood.slots)) expect(values.every(Number.isFinite)).toBe(true);
        }
        expect(await isFinite(model)).toBe(true);
        expect(tf.memory().numTensors).toBe(before);
        model.dispose();
      }
    },
  );

  test('the three nets diverge at the largest rate', async () => {
    for (const net of Object.values(nets)) {
      expect(
        await firstFailure(net, blobs(net.input), {
          optimizer: 'adam',
          learningRate: 1e30,
          batchSize: 5,
          steps: STEPS,
        }),
      ).toBeDefined();
    }
  });

  test.for(Object.keys(nets))('%s: the last good state trains on at a lower rate', async (name) => {
    const net = nets[name]!;
    const data = blobs(net.input);
    const recipe = { optimizer: 'adam', batchSize: 5, steps: 20 };
    const model = build(net, { seed: 1 });
    const error: unknown = await lossesOf(model, data, { ...recipe, learningRate: 1e30 }).catch(
      (reason: unknown) => reason,
    );
    const { lastGood } = error as DivergedError;
    const losses = await lossesOf(model, data, { ...recipe, learningRate: 0.01, resume: lastGood });
    expect(losses).toHaveLength(20 - lastGood.step);
    // A state that had already jumped to weights of 1e30 would answer with losses as large.
    for (const loss of losses) expect(loss).toBeLessThan(10);
    model.dispose();
  });

  test('a NaN among the data names the input', async () => {
    const data = blobs([3]);
    const inputs = data.train.inputs.slice();
    inputs[7] = NaN;
    const model = build(nets.dense!, { seed: 1 });
    const run = lossesOf(model, { ...data, train: { ...data.train, inputs } }, { steps: 8, batchSize: 5 });
    const error = (await run.catch((reason: unknown) => reason)) as DivergedError;
    expect(error.message).toMatch(
      /^diverged: NaN at step [1-4], first in node "input"; the weights are back at step [0-3]: /,
    );
    expect(await isFinite(model)).toBe(true);
    model.dispose();
  });

  test('weights that break in the very last step do not go unnoticed', async () => {
    // A step of 1e38 times a gradient above 3 is beyond float32; the loss of that step was computed before it.
    const model = build(nets.dense!, { seed: 1 });
    const wide = blobs([3], { spread: 100 });
    const run = async () => {
      for await (const _ of trainHere(model, wide, { optimizer: 'sgd', learningRate: 1e38, steps: 1, batchSize: 20 }));
    };
    const error = (await run().catch((reason: unknown) => reason)) as DivergedError;
    expect(error).toBeInstanceOf(DivergedError);
    expect([error.step, error.lastGood.step]).toEqual([1, 0]);
    expect(await isFinite(model)).toBe(true);
    model.dispose();
  });
});
