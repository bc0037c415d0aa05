import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { composites, disposeWalk, nodeOf, random, rulesFor, startEngine, walk, type Network, type Trace } from '#src';
import { allKinds, drawn } from '../../support/allKinds.ts';
import { relativeError } from '../../support/finiteDifference.ts';
import { plainComposites } from '../../support/plainComposites.ts';
import { plainZeros, type Plain } from '../../support/plainNet.ts';
import { plainSum, plainWalk, startAtClass, total, type PlainWalk } from '../../support/plainNetRelevance.ts';
import { randomPlain } from '../../support/plainNetRandom.ts';
import {
  numbersOf,
  readWalk,
  tensorOf,
  withTrace,
  withWeights,
  type PlainWalkSettings,
} from '../../support/tracedWalk.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** Float32 against float64 over the whole net. */
const TOLERANCE = 1e-4;
const COMPOSITE = 'epsilonPlusFlat';
const { weights, x } = drawn();

/** Calls `use` with a trace of the net that has every node kind. */
const traced = <T>(use: (trace: Trace) => Promise<T>, composite = COMPOSITE): Promise<T> =>
  withWeights(allKinds, weights, (model) =>
    withTrace(model, x, { rules: rulesFor(allKinds, composites.get(composite)()) }, use),
  );
const read = (options: PlainWalkSettings, composite = COMPOSITE) =>
  traced((trace) => readWalk(trace, options), composite);

/** Loops over every wire, from anywhere in the net. */
const plain = (start: ReadonlyMap<string, Plain>, net: Network = allKinds): PlainWalk =>
  plainWalk(net, weights, x, { start: () => start, ruleOf: plainComposites[COMPOSITE]!(net, {}) });

const whole = plainWalk(allKinds, weights, x, {
  start: startAtClass(allKinds, 2, 'logit'),
  ruleOf: plainComposites[COMPOSITE]!(allKinds, {}),
});
const logit = new Map([['end', whole.relevance.get('end')!]]);
const at = (id: string) => whole.relevance.get(id)!;
const times = ({ shape, data }: Plain, factor: (i: number) => number): Plain => ({
  shape,
  data: data.map((v, i) => v * factor(i)),
});

/** 0/1 factors of some channels, for the output of a node. */
function channelMask(id: string, channels: readonly number[]): Plain {
  const { shape } = nodeOf(allKinds, id);
  const mask = plainZeros([1, ...shape.map((n, i) => (i === shape.length - 1 ? n : 1))]);
  for (const c of channels) mask.data[c] = 1;
  return mask;
}
const isIn = (id: string, channels: readonly number[]) => {
  const count = nodeOf(allKinds, id).shape.at(-1)!;
  return (i: number) => (channels.includes(i % count) ? 1 : 0);
};

test('a walk stops where relevance has arrived at a node, and can go on from there', async () => {
  for (const until of ['leaky', 'skip', 'mean', 'narrow', 'end']) {
    const upper = await read({ start: logit, until });
    expect(relativeError(upper.relevance.get(until)!, at(until).data)).toBeLessThan(TOLERANCE);
    // Whatever is on its way past the node waits: one entry per node that has part of its relevance.
    const order = ['input', ...allKinds.nodes.map(({ id }) => id)];
    expect([...upper.pending.keys()].every((id) => order.indexOf(id) <= order.indexOf(until))).toBe(true);
    expect(upper.relevance.has('conv')).toBe(false);
    const start = new Map(
      [...upper.pending].map(([id, r]) => [id, { shape: at(id).shape, data: Float64Array.from(r) }]),
    );
    const lower = await read({ start });
    expect(relativeError(lower.relevance.get('input')!, at('input').data)).toBeLessThan(TOLERANCE);
    expect(lower.pending.size).toBe(0);
  }
});

test('past the node a walk stopped at waits what by-passes it, and nothing else', async () => {
  const { pending } = await read({ start: logit, until: 'leaky' });
  expect([...pending.keys()].sort()).toEqual(['leaky', 'relu']);
  expect(relativeError(pending.get('relu')!, whole.passed.get('skip')![1]!.data)).toBeLessThan(TOLERANCE);
  expect((await read({ start: logit, until: 'skip' })).pending.size).toBe(1);
});

test('relevance may start at several nodes: the result is the sum of what each gives', async () => {
  const source = random(7);
  const [upper, lower] = ['dense', 'relu'].map((id) => randomPlain(source, [1, ...nodeOf(allKinds, id).shape]));
  const both = await read({
    start: new Map([
      ['dense', upper!],
      ['relu', lower!],
    ]),
  });
  const one = plain(new Map([['dense', upper!]])).relevance.get('input')!;
  const other = plain(new Map([['relu', lower!]])).relevance.get('input')!;
  expect(relativeError(both.relevance.get('input')!, plainSum(one, other).data)).toBeLessThan(TOLERANCE);
});

test('a mask lets some channels of a node through; what is noted there is what arrived', async () => {
  const found = await read({ start: logit, masks: new Map([['leaky', channelMask('leaky', [1, 3])]]) });
  expect(relativeError(found.relevance.get('leaky')!, at('leaky').data)).toBeLessThan(TOLERANCE);
  expect(found.bypassed.size).toBe(0);
  // By linearity: the whole map without what the other channels carry down from there.
  const others = times(at('leaky'), (i) => 1 - isIn('leaky', [1, 3])(i));
  const missing = plain(new Map([['leaky', others]])).relevance.get('input')!;
  const expected = plainSum(
    at('input'),
    times(missing, () => -1),
  );
  expect(relativeError(found.relevance.get('input')!, expected.data)).toBeLessThan(TOLERANCE);
});

test('with parallel paths excluded only what passed the node goes on, and the rest is counted', async () => {
  const masks = new Map([['leaky', channelMask('leaky', [0, 2])]]);
  const found = await read({ start: logit, masks, excludesParallel: true });
  // By hand: the branch around the node is zero.
  const through = times(at('leaky'), isIn('leaky', [0, 2]));
  const expected = plain(new Map([['leaky', through]]));
  for (const id of ['depthwise', 'relu', 'conv', 'input']) {
    expect(relativeError(found.relevance.get(id)!, expected.relevance.get(id)!.data), id).toBeLessThan(TOLERANCE);
  }
  const past = total(whole.passed.get('skip')![1]!.data);
  expect(Math.abs(past)).toBeGreaterThan(1e-3);
  expect(relativeError(found.bypassed.get('leaky')!, [past])).toBeLessThan(TOLERANCE);
  expect([...found.bypassed.keys()]).toEqual(['leaky']);
});

test('several masks on one path: each cuts what arrived, from the output down', async () => {
  const masks = new Map([
    ['dense', channelMask('dense', [1])],
    ['mean', channelMask('mean', [0, 1])],
    ['relu', channelMask('relu', [1])],
  ]);
  const found = await read({ start: logit, masks, excludesParallel: true });
  const first = plain(new Map([['dense', times(at('dense'), isIn('dense', [1]))]]));
  const second = plain(new Map([['mean', times(first.relevance.get('mean')!, isIn('mean', [0, 1]))]]));
  const third = plain(new Map([['relu', times(second.relevance.get('relu')!, isIn('relu', [1]))]]));
  expect(relativeError(found.relevance.get('input')!, third.relevance.get('input')!.data)).toBeLessThan(TOLERANCE);
  const lost = [total(whole.passed.get('both')![1]!.data), total(first.relevance.get('max')!.data), 0];
  expect(
    relativeError(
      [...found.bypassed.values()].map((v) => v[0]!),
      lost,
    ),
  ).toBeLessThan(TOLERANCE);
  expect([...found.bypassed.keys()]).toEqual(['dense', 'mean', 'relu']);
});

test('a mask of single positions, and one on the input itself', async () => {
  const [height, width, channels] = nodeOf(allKinds, 'relu').shape as readonly [number, number, number];
  const spot = plainZeros([1, height, width, 1]);
  spot.data[2 * width + 1] = 1;
  const found = await read({ start: logit, masks: new Map([['relu', spot]]) });
  const only = times(at('relu'), (i) => spot.data[Math.floor(i / channels)]!);
  const expected = plain(new Map([['relu', only]])).relevance.get('input')!;
  expect(relativeError(found.relevance.get('input')!, expected.data)).toBeLessThan(TOLERANCE);

  const none = await read({ start: logit, masks: new Map([['input', plainZeros([1])]]), excludesParallel: true });
  expect(relativeError(none.relevance.get('input')!, at('input').data)).toBeLessThan(TOLERANCE);
  expect(none.bypassed.get('input')).toEqual(Float32Array.of(0));
});

test('conditions of many queries in one mask: shared down to the node, apart below it', async () => {
  const count = nodeOf(allKinds, 'up').shape.at(-1)!;
  const masks = plainZeros([count, 1, 1, count]);
  for (let c = 0; c < count; c++) masks.data[c * count + c] = 1;
  const together = await read({ start: logit, masks: new Map([['up', masks]]) });
  const size = at('input').data.length;
  for (let c = 0; c < count; c++) {
    const one = plain(new Map([['up', times(at('up'), isIn('up', [c]))]])).relevance.get('input')!;
    const found = together.relevance.get('input')!.slice(c * size, (c + 1) * size);
    const scale = Math.max(...one.data.map(Math.abs), 1e-3);
    found.forEach((v, i) => expect(Math.abs(v - one.data[i]!) / scale).toBeLessThan(TOLERANCE));
  }
  // All relevance passes this node, so that its channels' maps add up to the whole one.
  const sum = at('input').data.map((_, i) =>
    total(Array.from({ length: count }, (_, c) => together.relevance.get('input')![c * size + i]!)),
  );
  expect(relativeError(sum, at('input').data)).toBeLessThan(TOLERANCE);
});

test('where a path leads around a node, its channels miss what went past when parallel paths are excluded', async () => {
  const count = nodeOf(allKinds, 'leaky').shape.at(-1)!;
  const maps = await Promise.all(
    Array.from({ length: count }, (_, c) =>
      read({ start: logit, masks: new Map([['leaky', channelMask('leaky', [c])]]), excludesParallel: true }),
    ),
  );
  const sum = at('input').data.map((_, i) => total(maps.map(({ relevance }) => relevance.get('input')![i]!)));
  const past = plain(new Map([['relu', whole.passed.get('skip')![1]!]])).relevance.get('input')!;
  expect(
    relativeError(
      sum.map((v, i) => v + past.data[i]!),
      at('input').data,
    ),
  ).toBeLessThan(TOLERANCE);
});

test('what is noted is what the note says; null remembers nothing', async () => {
  await traced(async (trace) => {
    const start = tensorOf(at('end'));
    const walked = walk(trace, {
      start: new Map([['end', start]]),
      note: (id, r) => (id === 'conv' ? r : id === 'mean' ? tf.sum(r) : null),
    });
    expect([...walked.relevance.keys()]).toEqual(['mean', 'conv']);
    expect(relativeError(await numbersOf(walked.relevance.get('mean')!), [total(at('mean').data)])).toBeLessThan(
      TOLERANCE,
    );
    expect(relativeError(await numbersOf(walked.relevance.get('conv')!), at('conv').data)).toBeLessThan(TOLERANCE);
    disposeWalk(walked);
    start.dispose();
  });
});

test('additions are seen with what arrived and what their inputs got; books are kept only when asked for', async () => {
  await traced(async (trace) => {
    const start = tensorOf(at('end'));
    const seen: tf.Tensor[] = [];
    const walked = walk(trace, {
      start: new Map([['end', start]]),
      atSum: (node, arrived, inputs) => {
        expect(node.id).toBe('skip');
        seen.push(...[arrived, ...inputs].map((t) => tf.keep(tf.clone(t))));
      },
    });
    const [arrived, first, second] = await Promise.all(seen.map(numbersOf));
    expect(relativeError(arrived!, at('skip').data)).toBeLessThan(TOLERANCE);
    expect(relativeError(first!, whole.passed.get('skip')![0]!.data)).toBeLessThan(TOLERANCE);
    expect(relativeError(second!, whole.passed.get('skip')![1]!.data)).toBeLessThan(TOLERANCE);
    expect(walked.held.size).toBe(0);
    tf.dispose(seen);
    disposeWalk(walked);
    start.dispose();
  });
});
