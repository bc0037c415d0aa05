import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  build,
  channelMaps,
  channelRelevance,
  nodeOf,
  rulesFor,
  startEngine,
  traceOf,
  type ChannelMaps,
  type ChannelMapsOptions,
  type ChannelMapsQuery,
  type Network,
} from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { plainChannelSums, plainConditioned } from '../../support/plainConcepts.ts';
import { largest, total } from '../../support/plainNetRelevance.ts';
import { numbersOf, tensorOf } from '../../support/tracedWalk.ts';
import { messageOfAsync } from '../message.ts';
import { branches, epsilonPlusFlat, flat, line, nets, numbers, single, skip, traced } from './nets.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** Float32 along a walk. */
const TOLERANCE = 1e-5;
const SEED = 3;

const found = (net: Network, query: ChannelMapsQuery, options?: ChannelMapsOptions): Promise<ChannelMaps> =>
  traced(net, numbers(net, SEED), (trace) => channelMaps(trace, query, options));

function plain(net: Network, { at, conditions = {}, ...query }: ChannelMapsQuery, channels: readonly number[]) {
  const { weights, x } = numbers(net, SEED);
  const { channels: _, start: __, ...rest } = query;
  return plainConditioned(net, weights, x, { ...rest, conditions: { ...conditions, [at]: [...channels] } });
}

const allOf = (net: Network, at: string) => Array.from({ length: nodeOf(net, at).shape.at(-1)! }, (_, c) => c);

const mapOf = ({ maps, height, width }: ChannelMaps, k: number) =>
  maps.subarray(k * height * width, (k + 1) * height * width);

function sumOf(result: ChannelMaps): number[] {
  const area = result.height * result.width;
  return Array.from({ length: area }, (_, i) =>
    total([...result.channels.keys()].map((k) => result.maps[k * area + i]!)),
  );
}

const queries: readonly (readonly [what: string, net: Network, query: ChannelMapsQuery])[] = [
  ['a node on every path', line, { at: 'b', classes: [1] }],
  ['a node beside an identity', skip, { at: 'inner.relu', classes: [2] }],
  ['the same with the identity let in', skip, { at: 'inner.relu', classes: [2], excludesParallel: false }],
  ['a folded batch norm', skip, { at: 'norm', classes: [2] }],
  ['a branch', branches, { at: 'far.relu', classes: [0, 2] }],
  ['the same with the others let in', branches, { at: 'far.relu', classes: [0, 2], excludesParallel: false }],
  ['under a condition above', branches, { at: 'stem', classes: [0], conditions: { top: [1, 3] } }],
  ['under a condition below', branches, { at: 'top', classes: [0], conditions: { stem: [1], far: [0, 2] } }],
  [
    'under conditions beside it',
    branches,
    { at: 'far', classes: [0], conditions: { left: [1], right: [0] }, excludesParallel: false },
  ],
  ['under a neuron above', line, { at: 'a', classes: [0], conditions: { pool: { 1: 4 } } }],
  ['from the activation of a node', line, { at: 'a', startAt: 'b.relu', conditions: { 'b.relu': [2] } }],
  ['from the node itself', line, { at: 'b', startAt: 'b' }],
  ['from given relevance', line, { at: 'a', startAt: 'b', initial: 1 }],
  ['the logits', line, { at: 'logits', classes: [0, 1] }],
  ['units of a net on features', flat, { at: 'a.relu', classes: [1] }],
  ['a net with one logit', single, { at: 'a', classes: [1] }],
];

test.for(queries)('maps and channel sums of %s are those of each channel alone', async ([, net, query]) => {
  const all = allOf(net, query.at);
  const result = await found(net, query);
  expect([...result.channels]).toEqual(all);
  expect([result.height, result.width]).toEqual(net.input.length === 3 ? net.input.slice(0, 2) : [1, net.input[0]]);
  const each = all.map((c) => plain(net, query, [c]));
  const peak = Math.max(...each.map(({ map }) => largest(map)));
  expect(peak).toBeGreaterThan(0);
  each.forEach(({ map }, c) => {
    expect(largest(Array.from(mapOf(result, c), (v, i) => v - map[i]!)) / peak).toBeLessThan(TOLERANCE);
  });
  const { relevance } = plain(net, query, all);
  expect(relativeError(result.relevance, plainChannelSums(relevance.get(query.at)!))).toBeLessThan(TOLERANCE);
});

test.for(queries)('it makes no difference how many are computed at once: %s', async ([, net, query]) => {
  const whole = await found(net, query);
  for (const atOnce of [1, 2, 3]) {
    const progress: number[][] = [];
    const result = await found(net, query, { atOnce, onProgress: (...news) => void progress.push(news) });
    expect(relativeError(result.maps, whole.maps)).toBeLessThan(TOLERANCE);
    const count = progress.at(-1)![0]!;
    expect(progress.map(([done]) => done)).toEqual(
      Array.from({ length: Math.ceil(count / atOnce) }, (_, i) => Math.min(count, (i + 1) * atOnce)),
    );
    expect(progress.every(([, all]) => all === count)).toBe(true);
  }
});

test('maps of a node on every path add up to the full map, and nothing goes past it', async () => {
  for (const [net, at] of [
    [line, 'a'],
    [line, 'pool'],
    [skip, 'stem.relu'],
    [skip, 'sum'],
    [branches, 'both'],
    [flat, 'b'],
  ] as const) {
    const result = await found(net, { at, classes: [1] });
    const { weights, x } = numbers(net, SEED);
    const full = plainConditioned(net, weights, x, { classes: [1], conditions: {} }).map;
    expect(relativeError(sumOf(result), full)).toBeLessThan(TOLERANCE);
    expect(result.bypassed).toBe(0);
  }
});

test.for([
  [skip, 'inner.relu'],
  [branches, 'far.relu'],
  [branches, 'left'],
] as const)('maps of a node with ways past it lack exactly the share that goes past: %#', async ([net, at]) => {
  const { weights, x } = numbers(net, SEED);
  const full = plainConditioned(net, weights, x, { classes: [1], conditions: {} });
  // Nothing passes the node: what is left is the share of the others.
  const none = plainConditioned(net, weights, x, { classes: [1], conditions: { [at]: [-1] }, excludesParallel: false });
  const excluded = await found(net, { at, classes: [1] });
  const lacks = full.map.map((v, i) => v - none.map[i]!);
  expect(relativeError(sumOf(excluded), lacks)).toBeLessThan(TOLERANCE);
  expect(largest(none.map)).toBeGreaterThan(largest(full.map) / 100);

  // Let in, the share is in every map.
  const count = allOf(net, at).length;
  const included = await found(net, { at, classes: [1], excludesParallel: false });
  expect(
    relativeError(
      sumOf(included),
      lacks.map((v, i) => v + count * none.map[i]!),
    ),
  ).toBeLessThan(TOLERANCE);

  const expected = plainConditioned(net, weights, x, { classes: [1], conditions: { [at]: allOf(net, at) } });
  for (const { bypassed } of [excluded, included]) {
    expect(bypassed / expected.bypassed.get(at)!).toBeCloseTo(1, 4);
  }
});

test('the channels asked for come in that order; a number of them are the foremost by size', async () => {
  const query = { at: 'b', startAt: 'b', initial: Float32Array.from({ length: 24 }, (_, i) => [1, -4, 3, -2][i % 4]!) };
  const all = await found(line, query);
  expect([...all.relevance]).toEqual([6, -24, 18, -12]);
  for (const [channels, expected] of [
    [
      [3, 0],
      [3, 0],
    ],
    [1, [1]],
    [3, [1, 2, 3]],
    [9, [1, 2, 3, 0]],
  ] as const) {
    const some = await found(line, { ...query, channels });
    expect([...some.channels]).toEqual(expected);
    expect([...some.relevance]).toEqual([...all.relevance]);
    expected.forEach((c, k) => expect(relativeError(mapOf(some, k), mapOf(all, c))).toBeLessThan(TOLERANCE));
  }
});

test('a channel without relevance has a map of zeros and costs nothing; equal ones come in channel order', async () => {
  const { weights, x } = numbers(line, SEED);
  const dead = { ...weights, 'b/bias': Float32Array.of(-1e6, 1, -1e6, 2) };
  const progress: number[][] = [];
  const result = await traced(line, { weights: dead, x }, (trace) =>
    channelMaps(
      trace,
      { at: 'b.relu', classes: [1], channels: 4 },
      { onProgress: (...news) => void progress.push(news) },
    ),
  );
  expect([...result.channels.subarray(2)]).toEqual([0, 2]);
  expect([...result.relevance].map((v) => v === 0)).toEqual([true, false, true, false]);
  expect([2, 3].map((k) => largest(mapOf(result, k)))).toEqual([0, 0]);
  expect(largest(mapOf(result, 0))).toBeGreaterThan(0);
  expect(progress).toEqual([[2, 2]]);

  const silent = { ...weights, 'b/bias': new Float32Array(4).fill(-1e6) };
  const nothing = await traced(line, { weights: silent, x }, (trace) =>
    channelMaps(trace, { at: 'b.relu', classes: [1], channels: 2 }, { onProgress: () => expect.unreachable() }),
  );
  expect([...nothing.channels]).toEqual([0, 1]);
  expect(nothing.maps).toEqual(new Float32Array(2 * 30));
});

test('channel relevance of a region counts its pixels alone; regions that tile the node add up', async () => {
  const { weights, x } = numbers(line, SEED);
  const query = { classes: [1], conditions: {} };
  const arrived = plainConditioned(line, weights, x, query).relevance.get('pool')!;
  await traced(line, { weights, x }, async (trace) => {
    const rho = async (region?: { rows: [number, number]; columns: [number, number] }) => {
      const tensor = channelRelevance(trace, 'pool', query, region ? { region } : {});
      const values = await numbersOf(tensor);
      tensor.dispose();
      return values;
    };
    const parts = [
      await rho({ rows: [0, 1], columns: [0, 0] }),
      await rho({ rows: [0, 1], columns: [1, 1] }),
      await rho({ rows: [2, 2], columns: [0, 1] }),
    ];
    const inside = (i: number) => Math.floor(i / 3) % 2 === 0 && Math.floor(i / 6) < 2;
    const first = plainChannelSums({ ...arrived, data: arrived.data.map((v, i) => (inside(i) ? v : 0)) });
    expect(relativeError(parts[0]!, first)).toBeLessThan(TOLERANCE);
    const whole = await rho();
    expect(
      relativeError(
        whole.map((_, c) => total(parts.map((part) => part[c]!))),
        whole,
      ),
    ).toBeLessThan(TOLERANCE);
  });
});

test('a trace keeps its weights while training goes on', async () => {
  const { weights, x } = numbers(line, SEED);
  const model = build(line);
  model.write(weights);
  const input = tensorOf(x);
  const trace = traceOf(model, input, { rules: rulesFor(line, epsilonPlusFlat) });
  const query = { at: 'b', classes: [1] };
  const onProgress = () => model.write(numbers(line, SEED + 1).weights);
  const before = await channelMaps(trace, query);
  const during = await channelMaps(trace, query, { atOnce: 1, onProgress });
  expect(relativeError(during.maps, before.maps)).toBeLessThan(TOLERANCE);
  const later = traceOf(model, input, { rules: rulesFor(line, epsilonPlusFlat) });
  expect(relativeError((await channelMaps(later, query)).maps, before.maps)).toBeGreaterThan(0.1);
  trace.dispose();
  later.dispose();
  input.dispose();
  model.dispose();
});

test('a signal stops the work, and nothing is left behind', async () => {
  const stop = new AbortController();
  await traced(line, numbers(line, SEED), async (trace) => {
    // Denominators are kept by the trace once they are there.
    await channelMaps(trace, { at: 'b', classes: [1] });
    const tensors = tf.memory().numTensors;
    stop.abort();
    let turns = 0;
    const busy = new Promise<void>((resolve) => setTimeout(() => resolve(void (turns += 1)), 0));
    const message = await messageOfAsync(async () => {
      for (;;) await channelMaps(trace, { at: 'b', classes: [1] }, { atOnce: 1, signal: stop.signal });
    });
    expect(message).toBe('cancelled: concept maps');
    await busy;
    expect(turns).toBe(1);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

test('every net of these tests has a channel that matters', async () => {
  for (const net of Object.values(nets)) {
    const [first] = net.nodes;
    const { relevance } = await found(net, { at: first!.id, classes: [1] });
    expect(largest(relevance)).toBeGreaterThan(0);
  }
});
