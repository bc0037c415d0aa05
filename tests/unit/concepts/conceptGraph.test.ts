import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { conceptGraph, nearestOf, startEngine, type ConceptGraphOptions, type Concept, type Network } from '#src';
import { plainChannelSums, plainConditioned } from '../../support/plainConcepts.ts';
import { largest, total } from '../../support/plainNetRelevance.ts';
import { messageOfAsync } from '../message.ts';
import { branches, flat, numbers, skip, traced } from './nets.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const name = ({ at, channel }: Concept) => `${at} ${channel}`;

/** The published procedure: concept after concept, one conditional pass each, what is met again is followed again. */
function plainGraph(net: Network, seed: number, options: ConceptGraphOptions) {
  const { start, target = null, among, width, absNorm = true, by = 'value' } = options;
  const { weights, x } = numbers(net, seed);
  const edges = new Map<string, number>();
  const levels = new Map([[name(start), 0]]);
  let current: Concept[] = [start];
  width.forEach((most, depth) => {
    const next: Concept[] = [];
    for (const from of current) {
      const { relevance } = plainConditioned(net, weights, x, {
        ...(target === null ? { startAt: start.at } : { classes: [target] }),
        conditions: { [start.at]: [start.channel], [from.at]: [from.channel] },
        excludesParallel: false,
      });
      for (const at of nearestOf(net, from.at, new Set(among))) {
        const rho = plainChannelSums(relevance.get(at)!);
        const values = absNorm ? rho.map((v) => v / (total(rho.map(Math.abs)) + 1e-10)) : rho;
        const foremost = [...values.keys()]
          .sort((p, q) => (by === 'size' ? Math.abs(values[q]!) - Math.abs(values[p]!) : values[q]! - values[p]!))
          .slice(0, most);
        for (const channel of foremost) {
          const to = { at, channel };
          edges.set(`${name(from)} to ${name(to)}`, values[channel]!);
          if (!levels.has(name(to))) levels.set(name(to), depth + 1);
          next.push(to);
        }
      }
    }
    current = next;
  });
  return { edges, levels };
}

const far = { at: 'far.relu', channel: 1 };
const convolutions = ['top', 'far', 'right', 'left', 'stem'];
const graphs: readonly (readonly [what: string, net: Network, options: ConceptGraphOptions])[] = [
  ['through branches', branches, { start: { at: 'top', channel: 2 }, among: convolutions, width: [2, 2, 1] }],
  [
    'for a class, as relevance',
    branches,
    { start: { at: 'top', channel: 2 }, among: convolutions, width: [2, 2, 2], target: 1, absNorm: false },
  ],
  [
    'from a logit, by size',
    branches,
    { start: { at: 'logits', channel: 0 }, among: convolutions, width: [3, 1, 2], target: 0, by: 'size' },
  ],
  [
    'that widens: a concept met again has more children',
    branches,
    { start: { at: 'top', channel: 2 }, among: ['both', ...convolutions], width: [2, 1, 3, 3] },
  ],
  ['over a skip connection', skip, { start: { at: 'top', channel: 0 }, among: ['inner', 'stem'], width: [3, 2] }],
  [
    'with every node in the list',
    skip,
    { start: { at: 'sum', channel: 1 }, among: skip.nodes.map(({ id }) => id), width: [1, 1, 2, 1, 2] },
  ],
  ['from a branch that others pass by', branches, { start: far, among: convolutions, width: [2, 2], target: 2 }],
  ['on features', flat, { start: { at: 'logits', channel: 1 }, among: ['a', 'b.relu'], width: [2, 3], target: 1 }],
];

test.for(graphs)('a graph %s has the edges of the published procedure', async ([, net, options]) => {
  let telling = 0;
  for (const seed of [11, 12, 13]) {
    const found = await traced(net, numbers(net, seed), (trace) => conceptGraph(trace, options));
    const { edges, levels } = plainGraph(net, seed, options);
    const names = found.edges.map(({ from, to }) => `${name(from)} to ${name(to)}`);
    expect(new Set(names)).toEqual(new Set(edges.keys()));
    expect(names).toHaveLength(edges.size);
    // A channel without relevance has children without any.
    const scale = largest([...edges.values()]) || 1;
    if ([...edges.values()].some((value) => value !== 0)) telling += 1;
    for (const [i, { relevance }] of found.edges.entries()) {
      expect(Math.abs(relevance - edges.get(names[i]!)!) / scale, names[i]).toBeLessThan(1e-5);
    }
    expect(new Map(found.nodes.map((node, i) => [name(node), found.levels[i]]))).toEqual(levels);
    expect(found.nodes).toHaveLength(levels.size);
    expect(found.levels).toEqual([...found.levels].sort((p, q) => p - q));
    expect(edges.size).toBeGreaterThan(2);
  }
  expect(telling).toBeGreaterThan(1);
});

test('below the lowest nodes of the list there is nothing: the graph ends', async () => {
  const options = { start: { at: 'inner', channel: 0 }, among: ['inner', 'stem'], width: [1, 5, 5] };
  const { nodes, edges } = await traced(skip, numbers(skip, 11), (trace) => conceptGraph(trace, options));
  expect(nodes).toHaveLength(2);
  expect(edges).toHaveLength(1);
});

test('a signal stops the work, and nothing is left behind', async () => {
  const options = { start: { at: 'top', channel: 0 }, among: convolutions, width: [2, 2] };
  await traced(branches, numbers(branches, 11), async (trace) => {
    await conceptGraph(trace, options);
    const tensors = tf.memory().numTensors;
    expect(await messageOfAsync(() => conceptGraph(trace, { ...options, signal: AbortSignal.abort() }))).toBe(
      'cancelled: attribution graph',
    );
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
