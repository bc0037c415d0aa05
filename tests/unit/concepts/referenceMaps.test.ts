import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  build,
  random,
  referenceMaps,
  startEngine,
  type ConceptQuery,
  type Model,
  type Network,
  type Reference,
  type ReferenceMapsOptions,
  type ReferenceMode,
  type Samples,
} from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { plainConditioned } from '../../support/plainConcepts.ts';
import { largest } from '../../support/plainNetRelevance.ts';
import { messageOfAsync } from '../message.ts';
import { branches, epsilonPlusFlat, flat, line, numbers, single, skip } from './nets.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const COUNT = 9;
const SEED = 21;
const TOLERANCE = 1e-5;

function given(net: Network) {
  const { weights, x } = numbers(net, SEED, COUNT);
  const classes = Math.max(2, net.nodes.at(-1)!.shape[0]!);
  const labels = Int32Array.from({ length: COUNT }, (_, n) => n % classes);
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

/** References in any order, some samples twice, at any neuron. */
function referencesTo(net: Network, at: string): Reference[] {
  const { shape } = net.nodes.find(({ id }) => id === at)!;
  const area = shape.length === 3 ? shape[0]! * shape[1]! : 1;
  const source = random(SEED, 'references');
  const { labels } = given(net).samples;
  return [3, 0, 8, 3, 5, 1, 7].map((sample) => ({
    sample,
    label: labels[sample]!,
    value: 1,
    neuron: source.integer(area),
  }));
}

const concepts: readonly (readonly [net: Network, at: string, channel: number])[] = [
  [line, 'b.relu', 1],
  [line, 'logits', 2],
  [skip, 'inner.relu', 2],
  [branches, 'far', 0],
  [flat, 'a.relu', 3],
  [single, 'a', 1],
];
const modes: readonly ReferenceMode[] = ['relevance', 'activation'];

test.for(concepts.flatMap((concept) => modes.map((mode) => [mode, ...concept] as const)))(
  'the maps of references by %s are those of each sample alone: %#',
  async ([mode, net, at, channel]) => {
    const references = referencesTo(net, at);
    const options = { at, channel, mode, composite: epsilonPlusFlat };
    const found = await withModel(net, (model, samples) => referenceMaps(model, samples, references, options));
    const { weights, x } = given(net);
    const size = x.data.length / COUNT;
    const area = found.height * found.width;
    expect([found.height, found.width]).toEqual(net.input.length === 3 ? net.input.slice(0, 2) : [1, net.input[0]]);
    const expected = references.map(({ sample, label, neuron }) => {
      const own = { shape: [1, ...net.input], data: x.data.slice(sample * size, (sample + 1) * size) };
      const classes = [net === single ? 1 : label];
      const start: Partial<ConceptQuery> = mode === 'relevance' ? { classes } : { startAt: at };
      const map = (condition: ConceptQuery['conditions'][string]) =>
        plainConditioned(net, weights, own, { ...start, conditions: { [at]: condition } }).map;
      return { map: map([channel]), neuron: map({ [channel]: neuron }) };
    });
    expect(found.maps).toHaveLength(references.length * area);
    expect(found.neuronMaps).toHaveLength(references.length * area);
    let telling = 0;
    expected.forEach(({ map, neuron }, k) => {
      const part = (maps: Float32Array) => maps.subarray(k * area, (k + 1) * area);
      expect(relativeError(part(found.maps), map)).toBeLessThan(TOLERANCE);
      expect(relativeError(part(found.neuronMaps), neuron)).toBeLessThan(TOLERANCE);
      if (largest(neuron) > 0) telling += 1;
    });
    expect(telling).toBeGreaterThan(0);
  },
);

test('a relevance of the logit gives the label, not what the net answers, the say', async () => {
  const options: ReferenceMapsOptions = { at: 'b.relu', channel: 1, mode: 'relevance', composite: epsilonPlusFlat };
  await withModel(line, async (model, samples) => {
    const as = (label: number) => referenceMaps(model, samples, [{ sample: 0, label, value: 1, neuron: 0 }], options);
    const maps = await Promise.all([0, 1, 2].map(as));
    expect(new Set(maps.map(({ maps: [...values] }) => values.join())).size).toBe(3);
  });
});

test('batches of any size give the same, tell how far they are, and keep the weights they began with', async () => {
  const references = referencesTo(skip, 'inner.relu');
  const options = { at: 'inner.relu', channel: 2, composite: epsilonPlusFlat };
  for (const mode of modes) {
    await withModel(skip, async (model, samples) => {
      const whole = await referenceMaps(model, samples, references, { ...options, mode });
      const news: number[][] = [];
      const onProgress = (...told: number[]) => {
        news.push(told);
        model.write(numbers(skip, SEED + 1).weights);
      };
      const parts = await referenceMaps(model, samples, references, { ...options, mode, atOnce: 3, onProgress });
      expect(relativeError(parts.maps, whole.maps)).toBeLessThan(TOLERANCE);
      expect(relativeError(parts.neuronMaps, whole.neuronMaps)).toBeLessThan(TOLERANCE);
      expect(news).toEqual([
        [3, 7],
        [6, 7],
        [7, 7],
      ]);
    });
  }
});

test('rules chosen for single nodes count', async () => {
  const references = referencesTo(line, 'b.relu');
  const options: ReferenceMapsOptions = { at: 'b.relu', channel: 1, mode: 'activation', composite: epsilonPlusFlat };
  await withModel(line, async (model, samples) => {
    const maps = async (rules?: ReferenceMapsOptions['rules']) =>
      (await referenceMaps(model, samples, references, { ...options, ...(rules ? { rules } : {}) })).maps;
    expect(relativeError(await maps({ a: 'flat' }), await maps())).toBe(0);
    expect(relativeError(await maps({ a: 'epsilon' }), await maps())).toBeGreaterThan(0.01);
    expect(await messageOfAsync(() => maps({ c: 'flat' }))).toBe(
      'rule for unknown node: "c"; nodes: a, a.relu, pool, b, b.relu, flat, logits',
    );
  });
});

test('no references have no maps; a signal stops the work, and nothing is left behind', async () => {
  const options: ReferenceMapsOptions = { at: 'b.relu', channel: 1, mode: 'relevance', composite: epsilonPlusFlat };
  await withModel(line, async (model, samples) => {
    expect(await referenceMaps(model, samples, [], options)).toEqual({
      height: 6,
      width: 5,
      maps: new Float32Array(0),
      neuronMaps: new Float32Array(0),
    });
    const tensors = tf.memory().numTensors;
    const stop = new AbortController();
    const interrupted = { ...options, atOnce: 1, signal: stop.signal, onProgress: () => stop.abort() };
    expect(await messageOfAsync(() => referenceMaps(model, samples, referencesTo(line, 'b.relu'), interrupted))).toBe(
      'cancelled: reference maps',
    );
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
