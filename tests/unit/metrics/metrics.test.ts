import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { completeness, metrics, network, random, sparseness, startEngine } from '#src';
import { messageOfAsync } from '../message.ts';
import { linearNet, scored, withSubject, type Plan } from './subjects.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

test.for([...metrics])('$id: its caveat is one sentence, its question a question', ({ caveat, question, scale }) => {
  expect(caveat).toMatch(/^[A-Z][^.?!]*(\bet al\. [^.?!]*)*\.$/);
  expect(caveat.length).toBeGreaterThan(60);
  expect(question).toMatch(/^[A-Z][^.?!]*\?$/);
  expect(scale).toMatch(/^\S.*[^.\s]$/);
});

const picture = network([2, 3, 2], [{ kind: 'flatten' }, { kind: 'dense', units: 3 }]);
const six = [1, 2, 3, 4, 5, 6];
const refusals: readonly (readonly [what: string, plan: Plan, message: string])[] = [
  [
    'a map with its channels apart',
    { net: picture, map: [...six, ...six] },
    'wrong size of the map: 12 numbers; expected 2 × 3, channels added up',
  ],
  [
    'a map of another length',
    { net: linearNet([4], 2), map: six },
    'wrong size of the map: 6 numbers; expected 4, channels added up',
  ],
  [
    'a map that is not finite',
    { net: picture, map: [1, NaN, 3, 4, 5, 6] },
    'not a finite number: the map holds NaN at 1; the run has diverged',
  ],
  [
    'a mask of another size',
    { net: picture, map: six, mask: [1, 0] },
    'wrong size of the mask: 2 numbers; the map has 6',
  ],
  [
    'a mask of other numbers',
    { net: picture, map: six, mask: [0, 1, 255, 0, 0, 0] },
    'bad value in the mask: 255; use 0 and 1',
  ],
];

test.for(refusals)('every metric refuses %s', async ([, plan, message]) => {
  for (const metric of metrics) {
    expect(await messageOfAsync(() => withSubject(plan, (subject) => metric.measure(subject)))).toBe(message);
  }
});

test('every metric refuses two samples, unknown options, and a signal that has fired', async () => {
  await withSubject({ net: picture, map: six }, async (subject) => {
    const two = tf.zeros([2, 2, 3, 2]);
    for (const metric of metrics) {
      expect(await messageOfAsync(() => metric.measure({ ...subject, x: two }))).toBe(
        'wrong input shape: [2, 2, 3, 2]; give one sample, [1, 2, 3, 2]',
      );
      const known = Object.keys(metric.options).join(', ') || 'none';
      expect(await messageOfAsync(() => metric.measure(subject, { size: 3 } as object))).toBe(
        `unknown option in metric "${metric.id}": "size"; known: ${known}`,
      );
      expect(await messageOfAsync(() => metric.measure(subject, {}, { signal: AbortSignal.abort() }))).toBe(
        `cancelled: ${metric.title}`,
      );
    }
    two.dispose();
  });
});

test('sparseness: an even map has 0, one pixel alone (n − 1) / n, an empty map none', async () => {
  expect((await scored(sparseness, [-3, 3, 3, -3])).value).toBeCloseTo(0, 12);
  expect((await scored(sparseness, [0, 0, 0, -2, 0])).value).toBeCloseTo(0.8, 6);
  expect(await scored(sparseness, [0, 0, 0])).toEqual({
    value: null,
    reason: 'empty map: the relevance is 0 everywhere',
  });
});

test('sparseness is the mean difference of two pixels over twice the mean', async () => {
  const source = random(8);
  const map = Float32Array.from({ length: 40 }, () => source.normal());
  const sizes = [...map].map((a) => Math.abs(a) + 1e-7);
  const differences = sizes.flatMap((a) => sizes.map((b) => Math.abs(a - b)));
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const { value } = await scored(sparseness, map);
  expect(value).toBeCloseTo(mean(differences) / (2 * mean(sizes)), 12);
});

test('completeness: weight times input adds up to what the input changes; half of it misses half', async () => {
  const net = linearNet([3], 2);
  const weights = { 'end/kernel': Float32Array.of(1, 9, 2, 9, -4, 9), 'end/bias': Float32Array.of(5, 0) };
  const x = [2, 3, 0.5];
  const measure = (map: number[], options = {}) =>
    withSubject({ net, weights, x, map }, (subject) => completeness.measure(subject, options));
  expect(await measure([2, 6, -2])).toEqual({ value: 0, sum: 6, logit: 11, baselineLogit: 5 });
  expect(await measure([1, 3, -1])).toEqual({ value: -0.5, sum: 3, logit: 11, baselineLogit: 5 });
  // The mean input is 11/6 everywhere; the weights sum to −1.
  const mean = await measure([0, 0, 0], { baseline: 'mean' });
  expect(mean).toMatchObject({ value: -1, sum: 0, logit: 11 });
  expect('baselineLogit' in mean && mean.baselineLogit).toBeCloseTo(5 - 11 / 6, 6);
});

test('completeness has no score where the baseline answers the same', async () => {
  const reason = 'nothing to add up to: the input and the baseline have the same logit';
  const plan = { net: linearNet([2], 2), x: [0, 0], map: [1, 2] };
  expect(await withSubject(plan, (subject) => completeness.measure(subject))).toEqual({ value: null, reason });
});
