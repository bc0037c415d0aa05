import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import {
  batchEntropy,
  build,
  erf,
  network,
  relevance,
  startEngine,
  takeBatch,
  type Network,
  type NodeSpec,
  type Tier,
  type TrainingEngine,
} from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { blobs, lossesOf } from '../training/runs.ts';

/** What is promised between engines: relative 1e-4 over 100 steps. */
const CURVE_TOLERANCE = 1e-4;
const STEPS = 100;

const image = [6, 6, 1] as const;
const block: readonly NodeSpec[] = [
  { kind: 'conv2d', filters: 3, id: 'c1' },
  { kind: 'batchNorm' },
  { kind: 'activate' },
  { kind: 'conv2d', filters: 3, dilation: 2, id: 'c2' },
  { kind: 'add', from: ['c2', 'activate1'] },
  { kind: 'depthwiseConv2d', stride: 2 },
  { kind: 'activate', fn: 'swish' },
  { kind: 'globalAvgPool' },
  { kind: 'dense', units: 3 },
];
const nets: Record<string, Network> = {
  'a dense net': network(
    [5],
    [
      { kind: 'dense', units: 8 },
      { kind: 'activate', fn: 'tanh' },
      { kind: 'dropout', rate: 0.2 },
      { kind: 'dense', units: 6 },
      { kind: 'activate' },
      { kind: 'dense', units: 3 },
    ],
  ),
  'a small convolutional net': network(image, [
    { kind: 'conv2d', filters: 3, padding: 'valid', id: 'c1' },
    { kind: 'activate', fn: 'prelu' },
    { kind: 'maxPool' },
    { kind: 'flatten' },
    { kind: 'dense', units: 3 },
  ]),
  'a residual net': network(image, block),
};

async function onTier<T>(tier: Tier, work: () => Promise<T>): Promise<T> {
  const engine = await startEngine({ tier, selfCheck: false });
  expect(engine.tier).toBe(tier);
  const before = tf.memory().numTensors;
  const result = await work();
  expect(tf.memory().numTensors).toBe(before);
  return result;
}

test.for(Object.keys(nets))('%s starts alike and learns along the same curve on every engine', async (name) => {
  const net = nets[name]!;
  const data = blobs(net.input, { classes: 3, count: 24, spread: 1 });
  const run = (tier: Tier, engine: TrainingEngine) =>
    onTier(tier, async () => {
      const model = build(net, { seed: 1 });
      const start = await model.read();
      const order: number[] = [];
      model.onStep(async (_, x) => void order.push((await x!.data())[0]!));
      const losses = await lossesOf(model, data, {
        steps: STEPS,
        batchSize: 6,
        learningRate: 0.01,
        every: 10,
        seed: 3,
        engine,
      });
      model.dispose();
      return { start, order, losses };
    });
  const reference = await run('cpu', 'tfjs');
  expect(reference.losses).toHaveLength(STEPS);
  expect(reference.losses.at(-1)).toBeLessThan(reference.losses[0]!);
  for (const [tier, engine] of [
    ['wasm', 'tfjs'],
    ['wasm', 'wasm'],
    ['cpu', 'wasm'],
    ['cpu', 'js'],
  ] as const) {
    const other = await run(tier, engine);
    expect(other.start).toEqual(reference.start);
    expect(other.order).toEqual(reference.order);
    reference.losses.forEach((loss, i) =>
      expect(Math.abs(other.losses[i]! / loss - 1), `${engine} on ${tier}, step ${i + 1}`).toBeLessThan(
        CURVE_TOLERANCE,
      ),
    );
  }
});

test.for(Object.keys(nets))('%s is measured alike on cpu and wasm', async (name) => {
  const net = nets[name]!;
  const batch = takeBatch(blobs(net.input, { classes: 3, spread: 1 }), { size: 6 });
  const run = (tier: Tier) =>
    onTier(tier, async () => {
      const model = build(net, { seed: 1 });
      const entropy = await batchEntropy.measure(model, batch);
      const map = (await relevance.measure(model, batch, { class: 1 })).data.map;
      const field =
        net.input.length === 3 ? (await erf.measure(model, batch, { at: 'c1' })).data.values : new Float32Array();
      model.dispose();
      expect(entropy.tier).toBe(tier);
      return [map, field, ...entropy.data.layers.map(({ units }) => units)];
    });
  const [cpu, wasm] = [await run('cpu'), await run('wasm')];
  cpu.forEach((values, i) => expect(relativeError(wasm[i]!, values)).toBeLessThan(CURVE_TOLERANCE));
});
