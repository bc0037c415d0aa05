import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { maxSensitivity, relativeChanges, startEngine, type MaxSensitivityData, type Subject } from '#src';
import { messageOfAsync } from '../message.ts';
import { linearNet, weightTimesInput, withSubject } from './subjects.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
const kernel = [2, -1, 3];
const x = [1, 2, -1];
const linear = {
  net: linearNet([3], 1),
  weights: { 'end/kernel': Float32Array.from(kernel), 'end/bias': Float32Array.of(0) },
  x,
  map: x.map((v, i) => v * kernel[i]!),
  explain: (model: Parameters<Subject['explain']>[0], input: tf.Tensor) => weightTimesInput(model, input, 0),
};

test('of weight times input it is the length of w·δ over the length of w·x', async () => {
  const deltas = [
    [0.5, 0, 0],
    [0, -0.25, 1],
    [0, 0, 0],
  ];
  const heard: number[] = [];
  const changes = await withSubject(linear, (subject) =>
    relativeChanges(subject, 3, (i) => Float32Array.from(deltas[i]!), { onProgress: (done) => heard.push(done) }),
  );
  deltas.forEach((delta, i) =>
    expect(changes[i]).toBeCloseTo(norm(delta.map((d, k) => d * kernel[k]!)) / norm(linear.map), 6),
  );
  expect(heard).toEqual([1 / 3, 2 / 3, 1]);
});

const measure = (options: object, seed = 0, plan: Parameters<typeof withSubject>[0] = linear) =>
  withSubject(plan, (subject) => maxSensitivity.measure(subject, options, { seed })) as Promise<MaxSensitivityData>;

test('the noise is uniform within the radius, and the inputs explained are x plus the noise', async () => {
  const seen: number[] = [];
  const explain: Subject['explain'] = async (_, input) => {
    const moved = Float32Array.from(await input.data());
    moved.forEach((v, i) => seen.push(v - x[i]!));
    return moved;
  };
  const { value, average, changes } = await measure({ radius: 0.5, draws: 400 }, 1, { ...linear, map: x, explain });
  expect(Math.max(...seen.map(Math.abs))).toBeLessThanOrEqual(0.5 + 1e-6);
  expect(Math.max(...seen)).toBeGreaterThan(0.49);
  expect(Math.min(...seen)).toBeLessThan(-0.49);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  // Within four standard errors: mean 0, variance radius² / 3.
  expect(Math.abs(mean(seen))).toBeLessThan((4 * 0.5) / Math.sqrt(3 * seen.length));
  expect(mean(seen.map((d) => d * d))).toBeCloseTo(0.25 / 3, 2);
  expect(value).toBe(Math.max(...changes));
  expect(average).toBeCloseTo(mean([...changes]), 12);
  for (let draw = 0; draw < 400; draw++) {
    expect(changes[draw]).toBeCloseTo(norm(seen.slice(3 * draw, 3 * draw + 3)) / norm(x), 5);
  }
});

test('the seed decides, more draws go on where fewer stopped, and a wider radius scales with it', async () => {
  const ten = await measure({});
  expect(ten.changes).toHaveLength(10);
  expect(await measure({})).toEqual(ten);
  expect((await measure({}, 1)).value).not.toBe(ten.value);
  const twenty = await measure({ draws: 20 });
  expect(twenty.changes.slice(0, 10)).toEqual(ten.changes);
  expect(twenty.value).toBeGreaterThanOrEqual(ten.value);
  const wide = await measure({ radius: 0.4 });
  wide.changes.forEach((change, i) => expect(change / ten.changes[i]!).toBeCloseTo(2, 4));
});

test('a map that ignores the input has 0; an empty map no score', async () => {
  const plan = { net: linearNet([3], 2), map: [1, 2, 3] };
  expect(await measure({}, 0, plan)).toMatchObject({ value: 0, average: 0 });
  expect(await measure({}, 0, { ...plan, map: [0, 0, 0] })).toEqual({
    value: null,
    reason: 'empty map: the relevance is 0 everywhere',
  });
});

test('stopped midway, or with an explanation that fails, nothing stays behind', async () => {
  await withSubject(linear, async (subject) => {
    const before = tf.memory().numTensors;
    const stop = new AbortController();
    let draws = 0;
    const onProgress = () => {
      if (++draws === 3) stop.abort();
    };
    expect(await messageOfAsync(() => maxSensitivity.measure(subject, {}, { signal: stop.signal, onProgress }))).toBe(
      'cancelled: max sensitivity',
    );
    expect(draws).toBe(3);
    const failing = { ...subject, explain: () => Promise.reject(new Error('no rule')) };
    expect(await messageOfAsync(() => maxSensitivity.measure(failing))).toBe('no rule');
    const short = { ...subject, explain: async () => new Float32Array(2) };
    expect(await messageOfAsync(() => maxSensitivity.measure(short))).toBe(
      'explain gave another map: 2 numbers; the map being scored has 3',
    );
    const broken = { ...subject, explain: async () => Float32Array.of(1, Infinity, 0) };
    expect(await messageOfAsync(() => maxSensitivity.measure(broken))).toBe(
      'not a finite number: the map holds Infinity at 1; the run has diverged',
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});
