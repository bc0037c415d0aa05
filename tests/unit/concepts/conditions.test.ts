import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ancestorsOf,
  channelRelevance,
  conditionalMaps,
  random,
  startEngine,
  type ConceptQuery,
  type Conditions,
  type Network,
  type NetworkNode,
} from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { choices, randomNet } from '../../support/plainNetRandom.ts';
import { plainChannelSums, plainConditioned, type PlainConditioned } from '../../support/plainConcepts.ts';
import { largest, total } from '../../support/plainNetRelevance.ts';
import { numbersOf } from '../../support/tracedWalk.ts';
import { branches, flat, line, nets, numbers, single, skip, traced } from './nets.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** Float32 along a walk, as a share of the largest relevance on the way. */
const TOLERANCE = 1e-5;

type Choices = ReturnType<typeof choices>;

function randomCondition({ shape }: NetworkNode, { whole, chance }: Choices): Conditions[string] {
  const channels = shape.at(-1)!;
  const area = shape.length === 3 ? shape[0]! * shape[1]! : 1;
  if (chance(0.3)) return { [whole(0, channels - 1)]: whole(0, area - 1) };
  const list = Array.from({ length: channels }, (_, c) => c).filter(() => chance(0.5));
  return list.length > 0 ? list : [whole(0, channels - 1)];
}

/** A question with any kind of start, and up to three conditions; in line where parallel paths are excluded. */
function randomQuery(net: Network, seed: number): ConceptQuery {
  const source = random(seed, 'query');
  const own = choices(source);
  const { whole, chance, pick } = own;
  const excludesParallel = chance(0.5);
  const startAt = chance(0.4) ? pick(net.nodes).id : undefined;
  const isBelow = ({ id }: NetworkNode) => !startAt || id === startAt || ancestorsOf(net, startAt).has(id);
  const isInLine = (a: NetworkNode, b: NetworkNode) =>
    ancestorsOf(net, a.id).has(b.id) || ancestorsOf(net, b.id).has(a.id);
  const named: NetworkNode[] = [];
  for (let left = whole(0, 3); left > 0; left--) {
    const node = pick(net.nodes.filter(isBelow));
    if (!named.includes(node) && (!excludesParallel || named.every((other) => isInLine(node, other)))) named.push(node);
  }
  const size = (startAt ? net.nodes.find(({ id }) => id === startAt)! : net.nodes.at(-1)!).shape.reduce(
    (a, b) => a * b,
  );
  const initial = pick([undefined, undefined, 2, Float32Array.from({ length: size }, () => source.normal())] as const);
  const logits = net.nodes.at(-1)!.shape[0]!;
  return {
    ...(startAt ? { startAt } : { classes: logits === 1 ? [1] : pick([[0], [1], [0, 2], [2, 1]] as const) }),
    ...(initial === undefined ? {} : { initial }),
    conditions: Object.fromEntries(named.map((node) => [node.id, randomCondition(node, own)])),
    excludesParallel,
  };
}

/** The largest relevance anywhere on the way: float32's error is a share of it. */
const peakOf = ({ walks }: PlainConditioned): number =>
  Math.max(...walks.flatMap(({ relevance }) => [...relevance.values()].map(({ data }) => largest(data))));

function furthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return largest(Array.from(a, (v, i) => v - b[i]!));
}

async function found(net: Network, seed: number, query: ConceptQuery, at: string) {
  const given = numbers(net, seed);
  return traced(net, given, async (trace) => {
    const tensors = [conditionalMaps(trace, [query]), channelRelevance(trace, at, query)];
    const [map, rho] = (await Promise.all(tensors.map(numbersOf))) as [Float32Array, Float32Array];
    tf.dispose(tensors);
    return { map, rho, expected: plainConditioned(net, given.weights, given.x, query) };
  });
}

test('any condition gives random nets the maps and channel sums of walks that start anew', async () => {
  let telling = 0;
  const own = Object.values(nets);
  const SEEDS = 60;
  for (let seed = 0; seed < SEEDS; seed++) {
    const net = seed < 30 ? own[seed % own.length]! : randomNet(seed, { functions: ['relu', 'relu', 'tanh'] });
    const query = randomQuery(net, seed);
    const at = choices(random(seed, 'at')).pick(net.nodes).id;
    const { map, rho, expected } = await found(net, seed, query, at);
    const about = JSON.stringify([seed, query, at, net.specs]);
    const peak = peakOf(expected);
    const arrived = expected.relevance.get(at);
    const sums = arrived ? plainChannelSums(arrived) : new Float64Array(rho.length);
    if (largest(expected.map) > peak / 100) telling += 1;
    expect(furthest(map, expected.map) / peak, `map of ${about}`).toBeLessThan(TOLERANCE);
    expect(furthest(rho, sums) / peak, `channel relevance of ${about}`).toBeLessThan(TOLERANCE);
  }
  // The comparison must mean something for most of them.
  expect(telling).toBeGreaterThan(SEEDS / 2);
});

/** The maps of some questions to one trace, each as plain numbers. */
async function mapsOf(net: Network, seed: number, queries: readonly ConceptQuery[], together = false) {
  return traced(net, numbers(net, seed), async (trace) => {
    const groups = together ? [queries] : queries.map((query) => [query]);
    const maps: Float32Array[] = [];
    for (const group of groups) {
      const tensor = conditionalMaps(trace, group);
      const [count, ...shape] = tensor.shape;
      expect(shape).toEqual(net.input.slice(0, 2));
      const values = await numbersOf(tensor);
      tensor.dispose();
      for (let k = 0; k < count!; k++)
        maps.push(values.slice((k * values.length) / count!, ((k + 1) * values.length) / count!));
    }
    return maps;
  });
}

const sum = (...maps: readonly Float32Array[]) => maps[0]!.map((_, i) => total(maps.map((map) => map[i]!)));

const a = { classes: [1], conditions: { a: [0] } };

test('several channels of one node are OR: their maps add up', async () => {
  const [both, ...each] = await mapsOf(line, 3, [
    { classes: [1], conditions: { b: [0, 2] } },
    { classes: [1], conditions: { b: [0] } },
    { classes: [1], conditions: { b: [2] } },
  ]);
  expect(relativeError(both!, sum(...each))).toBeLessThan(TOLERANCE);
  expect(Math.min(...each.map(largest))).toBeGreaterThan(0);
});

test('several nodes are AND: what passes both is less than what passes one, and their cases add up', async () => {
  const rest = [1, 2, 3];
  const [through, ...split] = await mapsOf(line, 3, [
    { classes: [1], conditions: { a: [0] } },
    { classes: [1], conditions: { a: [0], b: [0] } },
    { classes: [1], conditions: { b: rest, a: [0] } },
  ]);
  expect(relativeError(through!, sum(...split))).toBeLessThan(TOLERANCE);
  expect(Math.min(...split.map(largest))).toBeGreaterThan(0);
});

test('several classes start together', async () => {
  const [both, ...each] = await mapsOf(skip, 3, [
    { ...a, classes: [0, 2], conditions: { top: [1, 2, 3] } },
    { ...a, classes: [0], conditions: { top: [1, 2, 3] } },
    { ...a, classes: [2], conditions: { top: [1, 2, 3] } },
  ]);
  expect(relativeError(both!, sum(...each))).toBeLessThan(TOLERANCE);
});

test('start values take the place of the logits, at the classes alone', async () => {
  const [ones, twos, listed] = await mapsOf(line, 3, [
    { ...a, initial: 1 },
    { ...a, initial: 2 },
    { ...a, initial: Float32Array.of(50, 2, -50) },
  ]);
  expect(relativeError(twos!, sum(ones!, ones!))).toBeLessThan(TOLERANCE);
  expect(listed).toEqual(twos);
});

test('a neuron is the channel at one place: the maps of all of them add up to the map of the channel', async () => {
  const [whole, ...neurons] = await mapsOf(line, 3, [
    { classes: [1], conditions: { pool: [1] } },
    ...Array.from({ length: 6 }, (_, position) => ({ classes: [1], conditions: { pool: { 1: position } } })),
  ]);
  expect(relativeError(whole!, sum(...neurons))).toBeLessThan(TOLERANCE);
  expect(neurons.filter((map) => largest(map) > 0).length).toBeGreaterThan(1);
});

const asked: readonly (readonly [what: string, net: Network, queries: readonly ConceptQuery[]])[] = [
  ['channels', skip, [[0], [1, 2], [2]].map((list) => ({ classes: [2], conditions: { inner: list } }))],
  [
    'channels with parallel paths',
    branches,
    [[0], [1], [0, 1]].map((list) => ({
      classes: [2],
      conditions: { left: list, right: [0] },
      excludesParallel: false,
    })),
  ],
  ['neurons', line, [0, 3, 5].map((place) => ({ startAt: 'pool', conditions: { pool: { 1: place } } }))],
  ['features', flat, [[0], [1], [4]].map((list) => ({ classes: [0], conditions: { 'a.relu': list } }))],
  ['nothing', flat, [0, 1].map(() => ({ classes: [0], conditions: {} }))],
];

test.for(asked)('questions put together are answered as one by one: %s', async ([, net, queries]) => {
  const together = await mapsOf(net, 4, queries, true);
  const each = await mapsOf(net, 4, queries);
  expect(together).toHaveLength(queries.length);
  together.forEach((map, k) => expect(relativeError(map, each[k]!)).toBeLessThan(TOLERANCE));
});

test('one logit speaks for class 1', async () => {
  const [map] = await mapsOf(single, 3, [{ classes: [1], conditions: { a: [0, 2] } }]);
  const { weights, x } = numbers(single, 3);
  const expected = plainConditioned(single, weights, x, { classes: [1], conditions: { a: [0, 2] } });
  expect(relativeError(map!, expected.map)).toBeLessThan(TOLERANCE);
});
