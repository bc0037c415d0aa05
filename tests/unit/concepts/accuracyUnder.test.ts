import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ablate,
  accuracyUnder,
  network,
  random,
  startEngine,
  type AblationPlan,
  type Network,
  type Samples,
} from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { plainForward } from '../../support/plainNet.ts';
import { tensorOf, withWeights } from '../../support/tracedWalk.ts';
import { messageOfAsync } from '../message.ts';
import { flat, line, modelOf, numbers, single } from './nets.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const COUNT = 70;

/** Random samples, and what loops over every wire answer to them with the channels of some nodes scaled. */
function answered(net: Network, seed: number, plan: AblationPlan) {
  const { weights, x } = numbers(net, seed, COUNT);
  const classes = Math.max(2, net.nodes.at(-1)!.shape[0]!);
  const source = random(seed, 'labels');
  const samples: Samples = {
    inputs: Float32Array.from(x.data),
    labels: Int32Array.from({ length: COUNT }, () => source.integer(classes)),
    count: COUNT,
  };
  const { data } = plainForward(net, weights, x, {
    replace: ({ id, shape }, value) => ({
      ...value,
      data: value.data.map((v, i) => v * (plan[id]?.[i % shape.at(-1)!] ?? 1)),
    }),
  }).get(net.output)!;
  const scores = Array.from({ length: COUNT }, (_, n) =>
    data.length === COUNT ? [0, data[n]!] : [...data.subarray(n * classes, (n + 1) * classes)],
  );
  const probabilities = scores.map((own) => {
    const powers = own.map(Math.exp);
    return powers.map((p) => p / powers.reduce((a, b) => a + b));
  });
  return { weights, x, samples, probabilities, classes: scores.map((own) => own.indexOf(Math.max(...own))) };
}

const cases: readonly (readonly [what: string, net: Network, plan: AblationPlan])[] = [
  ['without a plan', line, {}],
  ['with channels removed and weakened', line, { a: { 0: 0, 2: 0.5 }, 'b.relu': { 1: 0 } }],
  ['of a net on features', flat, { 'a.relu': { 3: 0, 1: 2 } }],
  ['of a net with one logit', single, { 'a.relu': { 0: 0 } }],
];

test.for(cases)('probabilities, answers and accuracy %s', async ([, net, plan]) => {
  const { weights, x, samples, probabilities, classes } = answered(net, 7, plan);
  const whole = answered(net, 7, {});
  const input = tensorOf(x);
  await withWeights(net, weights, async (model) => {
    const { before, after } = await ablate(model, input, plan);
    expect([...after.classes]).toEqual(classes);
    expect(relativeError(after.probabilities, probabilities.flat())).toBeLessThan(1e-5);
    expect([...before.classes]).toEqual(whole.classes);
    expect(relativeError(before.probabilities, whole.probabilities.flat())).toBeLessThan(1e-5);
    const correct = classes.filter((answer, i) => answer === samples.labels[i]).length;
    const progress: number[][] = [];
    const options = { onProgress: (...news: number[]) => void progress.push(news) };
    expect(await accuracyUnder(model, samples, plan, options)).toEqual({
      samples: COUNT,
      correct,
      accuracy: correct / COUNT,
    });
    expect(progress).toEqual([
      [32, COUNT],
      [64, COUNT],
      [70, COUNT],
    ]);
  });
  input.dispose();
});

test('removing every channel leaves the logits to the bias', async () => {
  const { weights, x } = numbers(line, 3);
  const input = tensorOf(x);
  const all = Object.fromEntries([0, 1, 2, 3].map((c) => [c, 0]));
  const { after } = await withWeights(line, weights, (model) => ablate(model, input, { 'b.relu': all }));
  input.dispose();
  expect(after.logits).toEqual(weights['logits/bias']);
});

test('a factor of 1 changes nothing, to the bit', async () => {
  const { weights, x } = numbers(line, 3, 4);
  const input = tensorOf(x);
  const { before, after } = await withWeights(line, weights, (model) => ablate(model, input, { a: { 1: 1 }, b: {} }));
  input.dispose();
  expect(after).toEqual(before);
});

test('no samples have an accuracy of 0', async () => {
  const model = modelOf(flat, 1);
  const none: Samples = { inputs: new Float32Array(0), labels: new Int32Array(0), count: 0 };
  expect(await accuracyUnder(model, none, {})).toEqual({ samples: 0, correct: 0, accuracy: 0 });
  model.dispose();
});

test('the weights are those of the start, whatever training does meanwhile; a signal stops it', async () => {
  const { weights, samples } = answered(flat, 9, {});
  await withWeights(flat, weights, async (model) => {
    const still = await accuracyUnder(model, samples, {});
    const onProgress = () => model.write(numbers(flat, 10).weights);
    expect(await accuracyUnder(model, samples, {}, { onProgress })).toEqual(still);
    expect(await accuracyUnder(model, samples, {})).not.toEqual(still);

    const stop = new AbortController();
    const tensors = tf.memory().numTensors;
    expect(
      await messageOfAsync(() =>
        accuracyUnder(model, samples, {}, { signal: stop.signal, onProgress: () => stop.abort() }),
      ),
    ).toBe('cancelled: accuracy');
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

const bad: readonly (readonly [message: string, plan: AblationPlan])[] = [
  ['unknown node: "c"; nodes: a, a.relu, b, b.relu, logits', { c: { 0: 0 } }],
  ['unknown channel: 5 of "a"; it has channels 0 to 4', { a: { 0: 0, 5: 0 } }],
  ['unknown channel: first of "a"; it has channels 0 to 4', { a: { first: 0 } as Record<number, number> }],
  ['bad factor of channel 2 of "b": -1; use 0 to remove it, or a number above', { b: { 2: -1 } }],
  ['bad factor of channel 0 of "b": NaN; use 0 to remove it, or a number above', { b: { 0: NaN } }],
];

test.for(bad)('%s', async ([message, plan]) => {
  const model = modelOf(flat, 1);
  const x = tf.zeros([1, 4]);
  const none: Samples = { inputs: new Float32Array(0), labels: new Int32Array(0), count: 0 };
  expect(await messageOfAsync(() => ablate(model, x, plan))).toBe(message);
  expect(await messageOfAsync(() => accuracyUnder(model, none, plan))).toBe(message);
  tf.dispose(x);
  model.dispose();
});

test('a net without logits, or with numbers that are not finite, has no answers', async () => {
  const image = modelOf(network([3, 3, 1], [{ kind: 'conv2d', filters: 2 }]), 1);
  const x = tf.zeros([1, 3, 3, 1]);
  expect(await messageOfAsync(() => ablate(image, x, {}))).toBe(
    'relevance starts at a logit: the net ends with 3 × 3 × 2; end it with flatten or globalAvgPool and a dense layer',
  );
  const model = modelOf(flat, 1);
  const { weights } = numbers(flat, 1);
  model.write({ ...weights, 'logits/bias': Float32Array.of(0, NaN, 0) });
  const features = tf.zeros([1, 4]);
  expect(await messageOfAsync(() => ablate(model, features, {}))).toBe(
    'not a finite number: the logits holds NaN at 1; the run has diverged',
  );
  tf.dispose([x, features]);
  model.dispose();
  image.dispose();
});
