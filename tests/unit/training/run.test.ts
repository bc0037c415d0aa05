import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, CancelledError, losses, network, startEngine, type NodeSpec } from '#src';
import { plainForward } from '../../support/plainNet.ts';
import { messageOf, messageOfAsync } from '../message.ts';
import { blobs, lossesOf, onEveryEngine, startHere, stepsOf, trainHere } from './runs.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const mlp = (units = 2, input = 3) =>
  network(
    [input],
    [{ kind: 'dense', units: 5 }, { kind: 'activate' }, { kind: 'dropout', rate: 0.2 }, { kind: 'dense', units }],
  );
const convolutional: readonly NodeSpec[] = [
  { kind: 'conv2d', filters: 2 },
  { kind: 'batchNorm' },
  { kind: 'activate' },
  { kind: 'globalAvgPool' },
  { kind: 'dense', units: 3 },
];
const rows = blobs([3]);

onEveryEngine(() => {
  test.for(['sgd', 'momentum', 'nesterov', 'rmsprop', 'adam', 'adamw'])('%s makes the loss fall', async (optimizer) => {
    const net = network(
      [3],
      [
        { kind: 'dense', units: 5 },
        { kind: 'activate', fn: 'tanh' },
        { kind: 'dense', units: 2 },
      ],
    );
    const model = build(net, { seed: 1 });
    const easy = blobs([3], { spread: 0.2 });
    // Plain descent has no memory that would lengthen its steps.
    const learningRate = optimizer === 'sgd' ? 0.3 : 0.03;
    const found = await lossesOf(model, easy, { optimizer, learningRate, epochs: 40, batchSize: 10 });
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(found).toHaveLength(80);
    expect(mean(found.slice(-10))).toBeLessThan(0.5 * mean(found.slice(0, 10)));
    model.dispose();
  });

  test('a run is the same bit for bit for the same seed, and another one for another seed', async () => {
    const images = blobs([4, 4, 1], { classes: 3 });
    const run = async (seed: number, start = 1) => {
      const model = build(network([4, 4, 1], convolutional), { seed: start });
      const found = await lossesOf(model, images, { steps: 12, batchSize: 6, seed });
      const weights = await model.read();
      model.dispose();
      return { found, weights };
    };
    const first = await run(3);
    expect(await run(3)).toEqual(first);
    expect((await run(4)).found).not.toEqual(first.found);
    expect((await run(3, 2)).found).not.toEqual(first.found);
  });

  test('the pace of results changes neither the losses nor the weights', async () => {
    const run = async (every: number) => {
      const model = build(mlp(), { seed: 1 });
      const steps = await stepsOf(model, rows, { steps: 7, batchSize: 4, every });
      const weights = await model.read();
      model.dispose();
      return {
        steps: steps.map(({ step }) => step),
        losses: steps.flatMap((s) => [...s.losses]),
        last: steps.map(({ loss }) => loss),
        weights,
      };
    };
    const [single, triple] = [await run(1), await run(3)];
    expect(single.steps).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(triple.steps).toEqual([3, 6, 7]);
    expect(triple.losses).toEqual(single.losses);
    expect(triple.last).toEqual([2, 5, 6].map((i) => single.losses[i]));
    expect(triple.weights).toEqual(single.weights);
  });

  test('every epoch passes through all samples once, in an order of its own', async () => {
    const data = { ...rows, train: { ...rows.train, inputs: rows.train.inputs.map((_, i) => Math.floor(i / 3)) } };
    const model = build(mlp(), { seed: 1 });
    const seen: number[] = [];
    model.onStep(async (_, batch) => {
      const values = await batch!.data();
      for (let i = 0; i < values.length; i += 3) seen.push(values[i]!);
    });
    const steps = await stepsOf(model, data, { epochs: 2, batchSize: 5, seed: 1 });
    expect(steps.map(({ epoch }) => epoch)).toEqual([0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]);
    const all = Array.from({ length: 20 }, (_, i) => i);
    const [first, second] = [seen.slice(0, 20), seen.slice(20)];
    for (const epoch of [first, second]) expect([...epoch].sort((a, b) => a - b)).toEqual(all);
    expect(first).not.toEqual(second);
    expect(first).not.toEqual(all);
    model.dispose();
  });

  test('validation numbers equal a plain count and a plain mean', async () => {
    const images = blobs([4, 4, 1], { classes: 3, spread: 2 });
    const net = network([4, 4, 1], convolutional);
    const model = build(net, { seed: 1 });
    const steps = await stepsOf(model, images, { steps: 5, batchSize: 6, validate: { every: 2 } });
    expect(steps.map(({ test: found }) => found !== undefined)).toEqual([false, true, false, true, true]);
    const { inputs, labels, count } = images.test;
    const logits = plainForward(net, await model.read(), {
      shape: [count, 4, 4, 1],
      data: Float64Array.from(inputs),
    }).get(net.output)!;
    let [correct, loss] = [0, 0];
    labels.forEach((label, n) => {
      const row = [...logits.data.slice(3 * n, 3 * n + 3)];
      if (row.indexOf(Math.max(...row)) === label) correct += 1;
      loss += losses.get('softmaxCrossEntropy').scalar(row, label) / count;
    });
    expect(correct).toBeLessThan(count);
    const last = steps[4]!.test!;
    expect(last).toMatchObject({ samples: count, correct, accuracy: correct / count });
    // Float32 through five nodes.
    expect(Math.abs(last.loss - loss)).toBeLessThan(1e-5);
    model.dispose();
  });

  test('an evaluation in several pieces counts every sample once', async () => {
    const many = blobs([3], { count: 250, spread: 3 });
    const model = build(mlp(), { seed: 1 });
    const trainer = startHere(model, many, { steps: 1 });
    const whole = await trainer.evaluate('train');
    const limited = await trainer.evaluate('train', 130);
    const { data } = plainForward(model.network, await model.read(), {
      shape: [250, 3],
      data: Float64Array.from(many.train.inputs),
    }).get('dense2')!;
    const right = (n: number) => Number((data[2 * n + 1]! > data[2 * n]! ? 1 : 0) === many.train.labels[n]);
    const count = (samples: number) => Array.from({ length: samples }, (_, n) => right(n)).reduce((a, b) => a + b, 0);
    expect(whole).toMatchObject({ samples: 250, correct: count(250) });
    expect(limited).toMatchObject({ samples: 130, correct: count(130) });
    trainer.dispose();
    model.dispose();
  });

  test('leaving the loop early frees everything but the model', async () => {
    const model = build(mlp(), { seed: 1 });
    const before = tf.memory().numTensors;
    for await (const { step } of trainHere(model, rows, {
      steps: 100,
      batchSize: 4,
      every: 2,
      validate: { every: 4 },
    })) {
      if (step === 6) break;
    }
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  test('the number of tensors does not grow with the steps', async () => {
    const model = build(network([4, 4, 1], convolutional), { seed: 1 });
    const counts = new Set<number>();
    for await (const _ of trainHere(model, blobs([4, 4, 1], { classes: 3 }), {
      steps: 8,
      batchSize: 4,
      validate: { every: 2 },
    })) {
      counts.add(tf.memory().numTensors);
    }
    expect(counts.size).toBe(1);
    model.dispose();
  });

  test('a signal stops the run with the steps done so far, and frees everything', async () => {
    const model = build(mlp(), { seed: 1 });
    const before = tf.memory().numTensors;
    const stop = new AbortController();
    const steps: number[] = [];
    const run = async () => {
      for await (const { step } of trainHere(model, rows, { steps: 100, signal: stop.signal })) {
        steps.push(step);
        if (step === 3) stop.abort();
      }
    };
    await expect(run()).rejects.toThrow(CancelledError);
    expect(steps).toEqual([1, 2, 3]);
    expect(await messageOfAsync(run)).toBe('cancelled: training');
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  test('without a batch size there are 32 samples in a batch, or all when there are fewer', async () => {
    const model = build(mlp(), { seed: 1 });
    const sizes = async (count: number) => {
      const trainer = startHere(model, blobs([3], { count }));
      trainer.dispose();
      return trainer.plan.batchSize;
    };
    expect([await sizes(100), await sizes(20)]).toEqual([32, 20]);
    expect(await lossesOf(model, blobs([3], { count: 4 }), { epochs: 3 })).toHaveLength(3);
    model.dispose();
  });

  test('a net without weights is refused', () => {
    const model = build(network([2], [{ kind: 'activate' }]));
    expect(messageOf(() => startHere(model, blobs([2])))).toBe(
      'nothing to train: the net has no weights; add a dense or conv2d node',
    );
    model.dispose();
  });

  test('dropout draws another mask in every step', async () => {
    // Nothing is learnt at rate 0, and twenty samples are alike, so that only the masks can change the loss.
    const model = build(mlp(), { seed: 1 });
    const alike = { inputs: new Float32Array(60).fill(1), labels: new Int32Array(20), count: 20 };
    const found = await lossesOf(
      model,
      { ...rows, train: alike },
      { steps: 5, batchSize: 20, learningRate: 0, optimizer: 'sgd' },
    );
    for (let i = 1; i < found.length; i++) expect(Math.abs(found[i]! - found[i - 1]!)).toBeGreaterThan(1e-4);
    model.dispose();
  });
});
