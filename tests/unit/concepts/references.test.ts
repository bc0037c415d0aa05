import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  build,
  findReferences,
  random,
  startEngine,
  type Model,
  type Network,
  type Reference,
  type ReferenceMode,
  type ReferenceOptions,
  type References,
  type Samples,
} from '#src';
import { plainConditioned } from '../../support/plainConcepts.ts';
import type { Plain } from '../../support/plainNet.ts';
import { largest, total } from '../../support/plainNetRelevance.ts';
import { messageOfAsync } from '../message.ts';
import { epsilonPlusFlat, flat, line, numbers, single, skip } from './nets.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const COUNT = 30;
const SEED = 21;
const TOLERANCE = 1e-5;
const modes: readonly ReferenceMode[] = ['relevance', 'activation'];

/** Random samples with random labels. */
function given(net: Network) {
  const { weights, x } = numbers(net, SEED, COUNT);
  const source = random(SEED, 'labels');
  const classes = Math.max(2, net.nodes.at(-1)!.shape[0]!);
  const labels = Int32Array.from({ length: COUNT }, () => source.integer(classes));
  const samples: Samples = { inputs: Float32Array.from(x.data), labels, count: COUNT };
  return { weights, x, samples };
}

async function withModel<T>(net: Network, use: (model: Model, samples: Samples) => Promise<T>): Promise<T> {
  const { weights, samples } = given(net);
  const model = build(net);
  model.write(weights);
  try {
    return await use(model, samples);
  } finally {
    model.dispose();
  }
}

async function last(model: Model, samples: Samples, options: Omit<ReferenceOptions, 'composite'>) {
  let found: References | undefined;
  for await (found of findReferences(model, samples, { composite: epsilonPlusFlat, ...options }));
  return found!;
}

/** V of every sample at a node, one sample at a time: the relevance of its label's logit, or the node's output. */
function valuesOf(net: Network, nodes: readonly string[]): Record<ReferenceMode, Record<string, Plain[]>> {
  const { weights, x, samples } = given(net);
  const size = x.data.length / COUNT;
  const isSingle = net.nodes.at(-1)!.shape[0] === 1;
  const each = Array.from({ length: COUNT }, (_, n) => {
    const own: Plain = { shape: [1, ...net.input], data: x.data.slice(n * size, (n + 1) * size) };
    const classes = [isSingle ? 1 : samples.labels[n]!];
    const { relevance, walks } = plainConditioned(net, weights, own, { classes, conditions: {} });
    return { relevance, activation: walks[0]!.values };
  });
  const at = (mode: ReferenceMode) => Object.fromEntries(nodes.map((id) => [id, each.map((v) => v[mode].get(id)!)]));
  return { relevance: at('relevance'), activation: at('activation') };
}

/** The values of one channel over space. */
function channelOf({ shape, data }: Plain, channel: number): Float64Array {
  const channels = shape.at(-1)!;
  return data.filter((_, i) => i % channels === channel);
}

/** The value of every sample for a channel, as the definition says. */
function scoresOf(values: readonly Plain[], channel: number, maxTarget: 'sum' | 'max', absNorm: boolean): number[] {
  return values.map((v) => {
    const all = Array.from({ length: v.shape.at(-1)! }, (_, c) => {
      const own = channelOf(v, c);
      return maxTarget === 'sum' ? total(own) : Math.max(...own);
    });
    return absNorm ? all[channel]! / (total(all.map(Math.abs)) + 1e-10) : all[channel]!;
  });
}

/** Compares a list with the best of these samples: the values in order, each that of its sample, at its neuron. */
function expectBest(
  list: readonly Reference[],
  candidates: readonly number[],
  { scores, values, channel, keep }: { scores: number[]; values: readonly Plain[]; channel: number; keep: number },
): void {
  expect(list).toHaveLength(Math.min(keep, candidates.length));
  const best = candidates.map((n) => scores[n]!).sort((p, q) => q - p);
  const scale = largest(scores) || 1;
  const near = (p: number, q: number) => expect(Math.abs(p - q) / scale).toBeLessThan(TOLERANCE);
  list.forEach(({ sample, value, neuron }, i) => {
    near(value, best[i]!);
    near(value, scores[sample]!);
    expect(candidates).toContain(sample);
    const own = channelOf(values[sample]!, channel);
    expect(Math.max(...own) - own[neuron]!).toBeLessThan(TOLERANCE * (largest(own) || 1));
  });
  expect(new Set(list.map(({ sample }) => sample)).size).toBe(list.length);
}

const searches = [
  [line, ['a', 'pool', 'b.relu', 'logits']],
  [skip, ['inner', 'inner.relu', 'top']],
  [flat, ['a.relu', 'b']],
  [single, ['a', 'a.relu', 'logits']],
] as const;
const targets = [
  ['sum', true],
  ['sum', false],
  ['max', true],
  ['max', false],
] as const;

test.for(
  searches.flatMap(([net, nodes]) => targets.map(([maxTarget, absNorm]) => [net, nodes, maxTarget, absNorm] as const)),
)(
  'reference samples are the best of all, overall and of each class, by relevance and by activation: %#',
  async ([net, nodes, maxTarget, absNorm]) => {
    const keep = 4;
    const { labels } = given(net).samples;
    const found = await withModel(net, (model, samples) => last(model, samples, { nodes, keep, maxTarget, absNorm }));
    expect([found.done, found.total]).toEqual([COUNT, COUNT]);
    const expected = valuesOf(net, nodes);
    for (const id of nodes) {
      for (const mode of modes) {
        const ranking = found.rankings.get(id)![mode]!;
        const values = expected[mode][id]!;
        expect(ranking.channels).toBe(values[0]!.shape.at(-1));
        for (let channel = 0; channel < ranking.channels; channel++) {
          const scores = scoresOf(values, channel, maxTarget, absNorm);
          const best = { scores, values, channel, keep };
          const all = [...labels.keys()];
          expectBest(ranking.top(channel), all, best);
          for (const label of new Set(labels)) {
            const own = all.filter((n) => labels[n] === label);
            expectBest(ranking.topOf(channel, label), own, best);
          }
          for (const { sample, label } of ranking.top(channel)) expect(label).toBe(labels[sample]);
        }
      }
    }
  },
);

test('a class counts by the mean of its ten best values, the best class first', async () => {
  const found = await withModel(line, (model, samples) => last(model, samples, { nodes: ['b.relu'] }));
  const { labels } = given(line).samples;
  const expected = valuesOf(line, ['b.relu']);
  for (const mode of modes) {
    const ranking = found.rankings.get('b.relu')![mode]!;
    for (let channel = 0; channel < 4; channel++) {
      const scores = scoresOf(expected[mode]['b.relu']!, channel, 'sum', true);
      const means = [0, 1, 2].map((label) => {
        const own = scores.filter((_, n) => labels[n] === label).sort((p, q) => q - p);
        return { label, score: total(own.slice(0, 10)) / Math.min(10, own.length) };
      });
      means.sort((p, q) => q.score - p.score);
      const classes = ranking.classes(channel);
      expect(classes.map(({ label }) => label)).toEqual(means.map(({ label }) => label));
      classes.forEach(({ score }, i) => expect(score).toBeCloseTo(means[i]!.score, 5));
    }
  }
  // More than ten samples of one class, or the cut would not be seen.
  expect([0, 1, 2].map((label) => labels.filter((own) => own === label).length).some((count) => count > 10)).toBe(true);
});

test('batches of any size give the same, and tell how far they are', async () => {
  await withModel(skip, async (model, samples) => {
    const nodes = ['inner', 'top.relu'];
    const listed = (found: References) =>
      nodes.flatMap((id) =>
        modes.flatMap((mode) => {
          const ranking = found.rankings.get(id)![mode]!;
          return Array.from({ length: ranking.channels }, (_, c) => [ranking.top(c), ranking.classes(c)]);
        }),
      );
    const whole = await last(model, samples, { nodes, atOnce: COUNT });
    for (const atOnce of [1, 7]) {
      const news: number[] = [];
      const options = { nodes, atOnce, composite: epsilonPlusFlat };
      let found: References | undefined;
      for await (found of findReferences(model, samples, options)) news.push(found.done);
      expect(news).toEqual(
        Array.from({ length: Math.ceil(COUNT / atOnce) }, (_, i) => Math.min(COUNT, (i + 1) * atOnce)),
      );
      expect(JSON.stringify(listed(found!), rounded)).toBe(JSON.stringify(listed(whole), rounded));
    }
  });
});

/** Float32 rounds sums in another order in another batch. */
const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(5)) : value);

test('one kind alone leaves the other out', async () => {
  await withModel(flat, async (model, samples) => {
    for (const mode of modes) {
      const { rankings } = await last(model, samples, { nodes: ['a'], modes: [mode] });
      expect(Object.keys(rankings.get('a')!)).toEqual([mode]);
    }
  });
});

test('the search may be left half way, or stopped by a signal, and leaves nothing behind', async () => {
  await withModel(line, async (model, samples) => {
    const tensors = tf.memory().numTensors;
    const options = { nodes: ['a'], composite: epsilonPlusFlat, atOnce: 4 };
    for await (const { done } of findReferences(model, samples, options)) if (done === 8) break;
    expect(tf.memory().numTensors).toBe(tensors);

    for (const mode of modes) {
      const stop = new AbortController();
      const search = findReferences(model, samples, { ...options, modes: [mode], signal: stop.signal });
      await search.next();
      stop.abort();
      expect(await messageOfAsync(() => search.next())).toBe('cancelled: reference samples');
    }
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

test('numbers that are not finite are reported, never ranked', async () => {
  await withModel(flat, async (model, samples) => {
    const { weights } = given(flat);
    model.write({ ...weights, 'b/bias': Float32Array.of(0, NaN, 0, 0) });
    const found = (mode: ReferenceMode) => messageOfAsync(() => last(model, samples, { nodes: ['b'], modes: [mode] }));
    expect(await found('activation')).toBe(
      'not a finite number: the activation of "b" holds NaN at 1; the run has diverged',
    );
    expect(await found('relevance')).toMatch(
      /^not a finite number: the relevance of "b" holds NaN at \d+; the run has diverged$/,
    );
  });
});
