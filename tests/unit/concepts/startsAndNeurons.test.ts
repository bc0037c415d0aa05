import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, concepts, nodeOf, startEngine, type ConceptQuery, type Network } from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { plainChannelSums, plainConditioned } from '../../support/plainConcepts.ts';
import { largest } from '../../support/plainNetRelevance.ts';
import { messageOfAsync } from '../message.ts';
import { branches, flat, line, numbers, single, skip } from './nets.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** Float32 along a walk. */
const TOLERANCE = 1e-5;
const SEED = 3;
const CLASS = 1;

type Options = NonNullable<Parameters<typeof concepts.measure>[2]>;

async function record(net: Network, options: Options) {
  const { weights, x } = numbers(net, SEED);
  const model = build(net);
  model.write(weights);
  const batch = { inputs: Float32Array.from(x.data), labels: new Int32Array(1), count: 1, shape: net.input };
  try {
    return (await concepts.measure(model, batch, { class: CLASS, ...options })).data;
  } finally {
    model.dispose();
  }
}

/** The same by walks that start anew at every node with a condition. */
function plain(net: Network, conditions: ConceptQuery['conditions'], more: Partial<ConceptQuery> = {}) {
  const { weights, x } = numbers(net, SEED);
  return plainConditioned(net, weights, x, { classes: [CLASS], conditions, ...more });
}

const difference = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  return largest(Array.from(a, (v, i) => v - b[i]!));
};

const places: readonly (readonly [at: string, net: Network, excludesParallel: boolean])[] = [
  ['a.relu', line, true],
  ['pool', line, true],
  ['inner.relu', skip, true],
  ['inner.relu', skip, false],
  ['far.relu', branches, true],
  ['top', branches, true],
  ['a.relu', flat, true],
];

test.for(places)('every single neuron at %s has the map of a walk that starts with it alone', async (place) => {
  const [at, net, excludesParallel] = place;
  const { shape } = nodeOf(net, at);
  const channel = (await record(net, { at, count: 1, excludesParallel })).shown[0]!;
  const whole = await record(net, { at, channels: [channel], excludesParallel });
  const positions = whole.neurons.length;
  expect(whole.grid).toEqual(shape.length === 3 ? shape.slice(0, 2) : [1, 1]);
  expect(positions).toBe(whole.grid[0] * whole.grid[1]);
  const channelMap = plain(net, { [at]: [channel] }, { excludesParallel });
  const arrived = channelMap.relevance.get(at)!;
  const own = arrived.data.filter((_, i) => i % shape.at(-1)! === channel);
  expect(difference(whole.neurons, own) / largest(own)).toBeLessThan(TOLERANCE);
  expect(largest(own)).toBeGreaterThan(0);

  const maps: Float32Array[] = [];
  const peak = largest(channelMap.map);
  for (let position = 0; position < positions; position++) {
    const neuron = { [at]: { [channel]: position } };
    const found = await record(net, { at, channels: [channel], conditions: neuron, excludesParallel });
    const { map } = plain(net, neuron, { excludesParallel });
    expect(difference(found.maps, map) / peak, `position ${position}`).toBeLessThan(TOLERANCE);
    // What arrives at the node does not know of the node's own condition.
    expect(found.relevance).toEqual(whole.relevance);
    expect(found.neurons).toEqual(whole.neurons);
    expect(found.bypassed).toBe(whole.bypassed);
    maps.push(found.maps);
  }
  if (!excludesParallel) return;
  const sum = whole.maps.map((_, i) => maps.reduce((total, map) => total + map[i]!, 0));
  expect(relativeError(sum, whole.maps)).toBeLessThan(TOLERANCE);
});

test('a neuron of another node is a condition as well', async () => {
  const conditions = { 'b.relu': { 2: 3 }, pool: [0, 1] };
  const { relevance } = plain(line, conditions);
  const found = await record(line, { at: 'a', conditions, count: 3 });
  const expected = plainChannelSums(relevance.get('a')!);
  expect(relativeError(found.relevance, expected)).toBeLessThan(TOLERANCE);
  expect(largest(expected)).toBeGreaterThan(0);
});

test('channels that the own condition keeps out have empty maps', async () => {
  const { neurons } = await record(line, { at: 'a', channels: [2] });
  const position = neurons.findIndex((r) => Math.abs(r) === largest(neurons));
  const found = await record(line, { at: 'a', channels: [0, 2], conditions: { a: { 2: position } } });
  const area = found.height * found.width;
  expect(largest(found.maps.subarray(0, area))).toBe(0);
  expect(largest(found.maps.subarray(area))).toBeGreaterThan(0);
});

test.for([0.25, 1, -2])('relevance that starts with %f is shared out as the logit is', async (initial) => {
  for (const [net, at] of [
    [line, 'a'],
    [skip, 'inner.relu'],
    [flat, 'b'],
    [single, 'a'],
  ] as const) {
    const count = nodeOf(net, at).shape.at(-1)!;
    const found = await record(net, { at, channels: [0], initial });
    const expected = plain(net, { [at]: [0] }, { initial });
    const usual = await record(net, { at, channels: [0] });
    const sums = plainChannelSums(expected.relevance.get(at)!);
    expect(found.start).toBe(initial);
    expect(found.usualStart).toBe(usual.start);
    expect(usual.usualStart).toBe(usual.start);
    expect(sums.length).toBe(count);
    expect(relativeError(found.relevance, sums)).toBeLessThan(TOLERANCE);
    expect(relativeError(found.maps, expected.map)).toBeLessThan(TOLERANCE);
    const share = initial / usual.start;
    expect(
      relativeError(
        found.neurons,
        usual.neurons.map((r) => share * r),
      ),
    ).toBeLessThan(TOLERANCE);
    expect(Math.abs(found.bypassed - share * usual.bypassed)).toBeLessThan(TOLERANCE * Math.abs(initial));
  }
});

test('the start may be the probability of the class, and counts within a region as well', async () => {
  const region = { rows: [1, 3], columns: [0, 2] } as const;
  const found = await record(line, { at: 'a', channels: [2], initial: 'probability', region });
  const usual = await record(line, { at: 'a', channels: [2], region });
  const logits = (await record(line, { at: 'logits', class: 0, channels: [0] })).start;
  const others = await Promise.all([1, 2].map((c) => record(line, { at: 'logits', class: c, channels: [c] })));
  const powers = [logits, ...others.map(({ start }) => start)].map(Math.exp);
  const probability = powers[CLASS]! / powers.reduce((a, b) => a + b);
  expect(found.start).toBeCloseTo(probability, 5);
  expect(found.start).toBe(found.probability);
  const share = found.start / usual.start;
  for (const values of ['relevance', 'maps'] as const) {
    expect(
      relativeError(
        found[values],
        usual[values].map((r) => share * r),
      ),
    ).toBeLessThan(TOLERANCE);
  }
});

test('a composite of gradients starts with 1, unless told', async () => {
  const options = { at: 'a', channels: [0], composite: 'guidedBackprop' };
  const usual = await record(line, options);
  expect([usual.start, usual.usualStart]).toEqual([1, 1]);
  const found = await record(line, { ...options, initial: 3 });
  expect([found.start, found.usualStart]).toEqual([3, 1]);
  expect(
    relativeError(
      found.relevance,
      usual.relevance.map((r) => 3 * r),
    ),
  ).toBeLessThan(TOLERANCE);
});

const wrong: readonly (readonly [message: string, options: Options])[] = [
  ['unknown position: 30 of "a"; it has positions 0 to 29', { at: 'a', channels: [1], conditions: { a: { 1: 30 } } }],
  [
    'unknown position: -1 of "pool"; it has positions 0 to 5',
    { at: 'a', channels: [1], conditions: { pool: { 1: -1 } } },
  ],
  ['unknown channel: 3 of "a"; it has channels 0 to 2', { at: 'a', channels: [1], conditions: { a: { 3: 0 } } }],
  ['bad initial relevance: NaN; use a number other than 0, or null for the logit', { at: 'a', initial: NaN }],
  ['bad initial relevance: 0; use a number other than 0, or null for the logit', { at: 'a', initial: 0 }],
  ['bad initial relevance: Infinity; use a number other than 0, or null for the logit', { at: 'a', initial: Infinity }],
];

test.for(wrong)('%s', async ([message, options]) => {
  expect(await messageOfAsync(() => record(line, options))).toBe(message);
});
