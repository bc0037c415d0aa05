import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  build,
  composites,
  network,
  random,
  relevance,
  rules,
  rulesFor,
  startEngine,
  traceOf,
  uniform,
  walk,
  type Composite,
  type Network,
  type NodeSpec,
} from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { plainForward, plainZeros, type Plain } from '../../support/plainNet.ts';
import { randomNet, randomPlain, randomWeights } from '../../support/plainNetRandom.ts';
import { plainComposites } from '../../support/plainComposites.ts';
import { growthOf, plainWalk, startAtClass, total } from '../../support/plainNetRelevance.ts';
import { messageOfAsync } from '../message.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** For float32 over a few layers; grows with what divisions by sums that cancel blew up, see growthOf. */
const TOLERANCE = 2e-5;

function numbers(net: Network, seed = 1) {
  const source = random(seed, 'numbers');
  return { weights: randomWeights(net, source), x: randomPlain(source, [1, ...net.input]) };
}

async function explained(net: Network, weights: Record<string, Float32Array>, x: Plain, options = {}) {
  const model = build(net);
  model.write(weights);
  const batch = { inputs: Float32Array.from(x.data), labels: new Int32Array(1), count: 1, shape: net.input };
  try {
    return (await relevance.measure(model, batch, options)).data;
  } finally {
    model.dispose();
  }
}

const perPixel = ({ shape, data }: Plain) => {
  const channels = shape.at(-1)!;
  return Array.from({ length: data.length / channels }, (_, i) => total(data.slice(i * channels, (i + 1) * channels)));
};

test('map, channel sums and what was kept on the way equal loops over every wire, on random nets', async () => {
  let tame = 0;
  for (let seed = 0; seed < 40; seed++) {
    const net = randomNet(seed);
    const { weights, x } = numbers(net, seed);
    const target = seed % 3;
    const walked = plainWalk(net, weights, x, {
      start: startAtClass(net, target, 'logit'),
      ruleOf: plainComposites.epsilonPlusFlat!(net, {}),
    });
    const found = await explained(net, weights, x, { class: target });
    const start = walked.values.get(net.output)!.data[target]!;
    const about = JSON.stringify([seed, net.specs]);
    const tolerance = TOLERANCE * growthOf(walked, start);
    if (tolerance < 1e-3) tame += 1;
    expect(relativeError([found.start], [start]), about).toBeLessThan(TOLERANCE);
    expect(relativeError(found.map, perPixel(walked.relevance.get('input')!)), about).toBeLessThan(tolerance);
    const scale = Math.abs(start) * growthOf(walked, start);
    expect(Math.abs(found.absorbedByBias - walked.bias) / scale, about).toBeLessThan(tolerance);
    expect(Math.abs(found.absorbedByStabilizer - walked.stabilizer) / scale, about).toBeLessThan(tolerance);
    expect(
      Math.abs(found.start - found.reached - found.absorbedByBias - found.absorbedByStabilizer - found.lost),
    ).toBeLessThan(1e-5 * scale);
    for (const layer of found.layers) {
      const at = walked.relevance.get(layer.at)!;
      const channels = at.shape.at(-1)!;
      const expected = Array.from({ length: channels }, (_, c) => total(at.data.filter((_, i) => i % channels === c)));
      const layerScale = Math.max(...at.data.map(Math.abs), 1e-9) * at.data.length;
      layer.channels.forEach((r, c) => expect(Math.abs(r - expected[c]!) / layerScale, about).toBeLessThan(tolerance));
    }
  }
  // The comparison must mean something for most nets.
  expect(tame).toBeGreaterThan(30);
});

const specs: readonly NodeSpec[] = [
  { kind: 'conv2d', filters: 3, id: 'a' },
  { kind: 'batchNorm', id: 'norm' },
  { kind: 'activate', id: 'r' },
  { kind: 'conv2d', filters: 3, id: 'b' },
  { kind: 'add', from: ['b', 'r'], id: 'skip' },
  { kind: 'dropout', id: 'drop' },
  { kind: 'maxPool', id: 'p' },
  { kind: 'flatten', id: 'f' },
  { kind: 'dense', units: 4, id: 'd' },
  { kind: 'activate', id: 'rd' },
  { kind: 'dense', units: 3, id: 'end' },
];
const net = network([6, 6, 2], specs);

test('start = reached + bias + stabiliser, and nothing is lost', async () => {
  const { weights, x } = numbers(net, 4);
  const data = await explained(net, weights, x, { class: 1 });
  expect(Math.abs(data.start)).toBeGreaterThan(0.01);
  expect(Math.abs(data.lost)).toBeLessThan(1e-4 * Math.max(Math.abs(data.start), Math.abs(data.absorbedByBias)));
  expect(data.reached).toBeCloseTo(total(data.map), 5);
});

test('without biases in the denominators all relevance reaches the pixels', async () => {
  const { weights, x } = numbers(net, 4);
  const composite = uniform(rules.epsilon({ zeroBias: true }));
  const data = await explained(net, weights, x, { class: 1, composite });
  expect(data.composite).toBe('uniform(epsilon)');
  expect(data.absorbedByBias).toBe(0);
  expect(Math.abs(data.reached / data.start - 1)).toBeLessThan(1e-3);
});

test('the maps of all classes add up to the map of all logits at once', async () => {
  const { weights, x } = numbers(net, 4);
  const maps = await Promise.all([0, 1, 2].map(async (k) => (await explained(net, weights, x, { class: k })).map));
  const model = build(net);
  model.write(weights);
  const input = tf.tensor(Float32Array.from(x.data), [1, 6, 6, 2]);
  const trace = traceOf(model, input, { rules: rulesFor(net, composites.get('epsilonPlusFlat')()) });
  const all = tf.tidy(() => {
    const walked = walk(trace, { start: new Map([[net.output, trace.value(net.output)]]) });
    return tf.sum(walked.relevance.get('input')!, 3);
  });
  trace.dispose();
  input.dispose();
  const expected = await all.data();
  all.dispose();
  model.dispose();
  expect(
    relativeError(
      maps[0]!.map((v, i) => v + maps[1]![i]! + maps[2]![i]!),
      expected,
    ),
  ).toBeLessThan(1e-4);
});

test('without a class the largest logit is explained, with its softmax probability', async () => {
  const { weights, x } = numbers(net, 4);
  const logits = [...plainForward(net, weights, x).get('end')!.data];
  const best = logits.indexOf(Math.max(...logits));
  const data = await explained(net, weights, x);
  expect(data.class).toBe(best);
  expect(relativeError([data.start], [logits[best]!])).toBeLessThan(1e-5);
  const probability = Math.exp(logits[best]!) / total(logits.map(Math.exp));
  expect(Math.abs(data.probability - probability)).toBeLessThan(1e-5);
});

test('layers run from the logits back, and channels are ranked by signed relevance', async () => {
  const { weights, x } = numbers(net, 4);
  const { layers } = await explained(net, weights, x, { class: 0 });
  // The second convolution lies beside a skip connection that lands on the first one's activation.
  expect(layers.map(({ at, stage, parallel }) => [at, stage, parallel])).toEqual([
    ['end', 'end', []],
    ['rd', 'd', []],
    ['b', 'b', ['r']],
    ['r', 'a', []],
  ]);
  for (const { channels, order, sum } of layers) {
    expect([...order].sort((a, b) => a - b)).toEqual([...channels.keys()]);
    for (let i = 1; i < order.length; i++) {
      const [before, now] = [channels[order[i - 1]!]!, channels[order[i]!]!];
      expect(before > now || (before === now && order[i - 1]! < order[i]!)).toBe(true);
    }
    expect(Math.abs(sum - total(channels))).toBeLessThan(1e-6 * Math.max(1, Math.abs(sum)));
  }
  expect(layers[0]!.order[0]).toBe(layers[0]!.channels.indexOf(Math.max(...layers[0]!.channels)));
});

test('only the first sample of a batch is explained', async () => {
  const { weights, x } = numbers(net, 4);
  const model = build(net);
  model.write(weights);
  const batch = { inputs: new Float32Array(3 * 72).fill(0.3), labels: new Int32Array(3), count: 3, shape: net.input };
  batch.inputs.set(Float32Array.from(x.data));
  expect((await relevance.measure(model, batch, { class: 0 })).data).toEqual(
    await explained(net, weights, x, { class: 0 }),
  );
  model.dispose();
});

test('a net in which nothing fires gives a map of zeros, not of NaN', async () => {
  const weights = Object.fromEntries(Object.entries(numbers(net).weights).map(([name, w]) => [name, w.map(() => 0)]));
  const data = await explained(net, weights, plainZeros([1, 6, 6, 2]), { class: 2 });
  expect(data).toMatchObject({ start: 0, reached: 0, absorbedByBias: 0, absorbedByStabilizer: 0, lost: 0 });
  expect(new Set(data.map)).toEqual(new Set([0]));
  expect([...data.layers[0]!.order]).toEqual([0, 1, 2]);
});

test('a net on rows of features has a map of one row', async () => {
  const rows = network([4], [{ kind: 'dense', units: 3 }, { kind: 'activate' }, { kind: 'dense', units: 2 }]);
  const { weights, x } = numbers(rows, 2);
  const data = await explained(rows, weights, x, { class: 0 });
  expect(data).toMatchObject({ height: 1, width: 4 });
  expect(data.map).toHaveLength(4);
});

const partial: Composite = {
  id: 'partial',
  title: 'Partial',
  options: {},
  start: 'logit',
  rows: composites.get('epsilonPlusFlat')().rows.slice(0, 3),
};
const refusals: readonly (readonly [what: string, nodes: readonly NodeSpec[], options: object, message: string])[] = [
  ['an unknown class', specs, { class: 3 }, 'unknown class: 3; the net answers classes 0 to 2'],
  ['a class that is no number', specs, { class: 0.5 }, 'unknown class: 0.5; the net answers classes 0 to 2'],
  ['a negative class', specs, { class: -1 }, 'unknown class: -1; the net answers classes 0 to 2'],
  [
    'an unknown composite',
    specs,
    { composite: 'lrp' },
    `unknown composite: "lrp"; known: ${composites.ids().join(', ')}`,
  ],
  [
    'a node without a rule',
    specs,
    { composite: partial },
    'no relevance rule for node "norm" (batchNorm); add a row for it to the composite',
  ],
  [
    'an image as output',
    specs.slice(0, 3),
    {},
    'relevance starts at a logit: the net ends with 6 × 6 × 3; end it with flatten or globalAvgPool and a dense layer',
  ],
];

test.for(refusals)('refused: %s', async ([, nodes, options, message]) => {
  const some = network([6, 6, 2], nodes);
  const { weights, x } = numbers(some);
  const model = build(some);
  model.write(weights);
  const before = tf.memory().numTensors;
  const batch = { inputs: Float32Array.from(x.data), labels: new Int32Array(1), count: 1, shape: some.input };
  expect(await messageOfAsync(() => relevance.measure(model, batch, options))).toBe(message);
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
});

test('logits that are not finite are refused', async () => {
  const { weights, x } = numbers(net, 4);
  weights['end/bias']![1] = NaN;
  expect(await messageOfAsync(() => explained(net, weights, x))).toBe(
    'not a finite number: the logits holds NaN at 1; the run has diverged',
  );
});
