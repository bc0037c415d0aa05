import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  initializers,
  network,
  parameterRandomization,
  random,
  relevance,
  spearman,
  startEngine,
  type Model,
  type ParameterRandomizationData,
  type Subject,
} from '#src';
import { randomPlain, randomWeights } from '../../support/plainNetRandom.ts';
import { messageOfAsync } from '../message.ts';
import { linearNet, withSubject, type Plan } from './subjects.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const net = network(
  [5, 5, 1],
  [
    { kind: 'conv2d', id: 'first', filters: 3 },
    { kind: 'batchNorm', id: 'norm' },
    { kind: 'activate', id: 'bend', fn: 'prelu' },
    { kind: 'conv2d', id: 'second', filters: 2 },
    { kind: 'activate', id: 'relu' },
    { kind: 'flatten' },
    { kind: 'dense', id: 'end', units: 3 },
  ],
);
const source = random(1, 'randomization');
const weights = randomWeights(net, source);
const x = randomPlain(source, [1, 5, 5, 1]).data;
const map = Float32Array.from({ length: 25 }, () => source.normal());

const measure = (plan: Partial<Plan>, options: object = {}, seed = 0) =>
  withSubject({ net, weights, x, map, ...plan }, (subject) =>
    parameterRandomization.measure(subject, options, { seed }),
  ) as Promise<ParameterRandomizationData>;

/** Which weights of the explained model differ from the trained ones, at every step. */
async function cascade(options: object = {}, seed = 0) {
  const seen: Record<string, Float32Array>[] = [];
  const explain: Subject['explain'] = async (model) => {
    seen.push(await model.read());
    return map.slice();
  };
  const { steps } = await measure({ explain }, options, seed);
  return { steps, seen };
}

const changedIn = (read: Record<string, Float32Array>) =>
  Object.keys(read).filter((name) => read[name]!.some((v, i) => v !== weights[name]![i]));

test('layers start anew from the output down, one after another, with what follows each kernel', async () => {
  const { steps, seen } = await cascade();
  expect(steps.map(({ at }) => at)).toEqual(['end', 'second', 'first']);
  const end = ['end/kernel', 'end/bias'];
  const second = ['second/kernel', 'second/bias', ...end];
  expect(changedIn(seen[0]!)).toEqual(end);
  expect(changedIn(seen[1]!)).toEqual(second);
  expect(changedIn(seen[2]!)).toEqual(Object.keys(weights));
  // Nothing is drawn twice.
  for (const name of second) expect(seen[2]![name]).toEqual(seen[1]![name]);
  // What is not drawn starts where a new net starts.
  expect([...seen[2]!['norm/gamma']!]).toEqual([1, 1, 1]);
  expect([...seen[2]!['norm/movingVariance']!]).toEqual([1, 1, 1]);
  expect([...seen[2]!['end/bias']!]).toEqual([0, 0, 0]);
});

test('kernels are drawn by the initializer asked for, from the seed', async () => {
  const kernelsOf = async (options: object, seed: number) => (await cascade(options, seed)).seen[2]!['first/kernel']!;
  expect(await kernelsOf({}, 4)).toEqual(await kernelsOf({}, 4));
  expect(await kernelsOf({}, 4)).not.toEqual(await kernelsOf({}, 5));
  // The bound of Glorot's uniform draw, for 9 taps in and 27 out.
  const limit = Math.sqrt(6 / (9 + 27));
  const uniform = await kernelsOf({ initializer: 'glorotUniform' }, 4);
  expect(Math.max(...uniform.map(Math.abs))).toBeLessThanOrEqual(limit);
  expect(Math.max(...(await kernelsOf({}, 4)).map(Math.abs))).toBeGreaterThan(limit);
  expect(await messageOfAsync(() => measure({}, { initializer: 'heNormals' }))).toBe(
    `unknown initialiser: "heNormals"; known: ${initializers.ids().join(', ')}`,
  );
});

test('a net that was never trained changes all the same: its own seed is not drawn again', async () => {
  const seen: number[][] = [];
  await withSubject({ net, map }, async (subject) => {
    const start = await subject.model.read();
    const explain: Subject['explain'] = async (model) => {
      seen.push([...(await model.read())['first/kernel']!]);
      return map;
    };
    await parameterRandomization.measure({ ...subject, explain }, {}, { seed: subject.model.seed });
    expect(seen.at(-1)).not.toEqual([...start['first/kernel']!]);
    expect(await subject.model.read()).toEqual(start);
  });
});

test('a map that ignores the net correlates by 1, its negative by −1 and in size by 1, an unrelated one as it does', async () => {
  expect(await measure({})).toMatchObject({ value: 1 });
  const negative = await measure({ explain: async () => map.map((a) => -3 * a) });
  expect(negative.value).toBeCloseTo(-1, 12);
  expect(negative.steps[0]!.sizeCorrelation).toBeCloseTo(1, 12);
  const other = Float32Array.from({ length: 25 }, () => source.normal());
  const unrelated = await measure({ explain: async () => other });
  expect(unrelated.value).toBe(spearman(map, other));
  expect(unrelated.steps[1]!.sizeCorrelation).toBe(spearman(map.map(Math.abs), other.map(Math.abs)));
});

test('maps of the steps are divided by their largest size', async () => {
  const { steps } = await measure({ explain: async () => Float32Array.from(map, (_, i) => i - 20) });
  for (const step of steps) {
    expect(step.map[0]).toBe(-1);
    expect(step.map[24]).toBeCloseTo(4 / 20, 6);
  }
});

test('a map that dies on the way has no correlation there; dead at the end there is no score', async () => {
  let calls = 0;
  const dying = await measure({ explain: async () => (++calls === 2 ? new Float32Array(25) : map) });
  expect(dying.steps.map(({ correlation }) => correlation === null)).toEqual([false, true, false]);
  expect([...dying.steps[1]!.map]).toEqual(new Array(25).fill(0));
  expect(await measure({ explain: async () => new Float32Array(25) })).toEqual({
    value: null,
    reason: 'flat map: the randomized net gives no map to compare with',
  });
  expect(await measure({ map: new Float32Array(25).fill(1) })).toEqual({
    value: null,
    reason: 'flat map: every pixel has 1',
  });
});

test('a net without weights has nothing to start anew', async () => {
  const plan = { net: network([1, 1, 3], [{ kind: 'flatten' }]), map: [1], weights: {}, x: [1, 2, 3] };
  const wide = { ...plan, net: network([1, 2, 3], [{ kind: 'flatten' }]), map: [1, 2], x: [1, 2, 3, 4, 5, 6] };
  expect(await measure(wide)).toEqual({ value: null, reason: 'no weights: the net has nothing to re-initialise' });
});

test('the maps are those of a model built by hand with the weights of each step', async () => {
  const seen: Record<string, Float32Array>[] = [];
  const lrp = async (model: Model, input: tf.Tensor) => (await relevance.measure(model, input, { class: 1 })).data.map;
  const explain: Subject['explain'] = async (model, input) => {
    seen.push(await model.read());
    return lrp(model, input);
  };
  await withSubject({ net, weights, x, map, class: 1 }, async (subject) => {
    const own = await lrp(subject.model, subject.x);
    const outcome = await parameterRandomization.measure({ ...subject, map: own, explain });
    const { value, steps } = outcome as ParameterRandomizationData;
    for (const [i, step] of steps.entries()) {
      subject.model.write(seen[i]!);
      const byHand = await lrp(subject.model, subject.x);
      const largest = Math.max(...byHand.map(Math.abs));
      expect([...step.map]).toEqual([...byHand.map((a) => a / largest)]);
      expect(step.correlation).toBe(spearman(own, byHand));
    }
    expect(value).toBe(steps[2]!.correlation);
    expect(value).toBeLessThan(0.99);
  });
});

test('stopped midway, or with an explanation that fails, the copy is freed', async () => {
  await withSubject({ net: linearNet([3], 2), map: [1, 2, 3] }, async (subject) => {
    const before = tf.memory().numTensors;
    const failing = { ...subject, explain: () => Promise.reject(new Error('no rule')) };
    expect(await messageOfAsync(() => parameterRandomization.measure(failing))).toBe('no rule');
    expect(tf.memory().numTensors).toBe(before);
  });
  await withSubject({ net, weights, x, map }, async (subject) => {
    const before = tf.memory().numTensors;
    const stop = new AbortController();
    const heard: number[] = [];
    const onProgress = (done: number) => {
      heard.push(done);
      if (heard.length === 2) stop.abort();
    };
    const { signal } = stop;
    expect(await messageOfAsync(() => parameterRandomization.measure(subject, {}, { signal, onProgress }))).toBe(
      'cancelled: parameter randomization',
    );
    expect(heard).toEqual([1 / 3, 2 / 3]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
