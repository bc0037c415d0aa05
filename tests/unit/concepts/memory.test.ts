import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import {
  build,
  CancelledError,
  channelMaps,
  composites,
  network,
  rulesFor,
  sizeOf,
  startEngine,
  traceOf,
  type Model,
  type NodeSpec,
  type Trace,
} from '#src';

// On wasm: there a clone, a conversion or a program of our own could hold memory that the counters of cpu never see.
beforeAll(async () => expect(await startEngine({ tier: 'wasm' })).toMatchObject({ tier: 'wasm' }));

const CHANNELS = 40;

/** A small net whose last convolution has more channels than go down at once. */
const nodes: readonly NodeSpec[] = [
  { kind: 'conv2d', id: 'a', filters: 4 },
  { kind: 'batchNorm', id: 'norm' },
  { kind: 'activate', id: 'a.relu' },
  { kind: 'conv2d', id: 'b', filters: CHANNELS, stride: 2 },
  { kind: 'activate', id: 'b.relu' },
  { kind: 'globalAvgPool', id: 'mean' },
  { kind: 'dense', id: 'logits', units: 3 },
];
const composite = composites.get('epsilonPlusFlat')();

function modelOn(side: number): Model {
  return build(network([side, side, 2], nodes), { seed: 3 });
}

function picture(side: number): tf.Tensor {
  const numbers = Float32Array.from({ length: side * side * 2 }, (_, i) => Math.sin(i) ** 2);
  return tf.tensor(numbers, [1, side, side, 2]);
}

const tracing = (model: Model, x: tf.Tensor): Trace => traceOf(model, x, { rules: rulesFor(model.network, composite) });
const query = { at: 'b', classes: [1] };
const counts = () => {
  const { numTensors, numDataBuffers, numBytes } = tf.memory();
  return { numTensors, numDataBuffers, numBytes };
};

let model: Model;
let x: tf.Tensor;
beforeEach(() => {
  model = modelOn(8);
  x = picture(8);
  return () => {
    x.dispose();
    model.dispose();
  };
});

test('200 requests, each with a trace of its own, leave nothing behind', async () => {
  const before = counts();
  for (let n = 0; n < 200; n++) {
    const trace = tracing(model, x);
    await channelMaps(trace, query);
    trace.dispose();
  }
  expect(counts()).toEqual(before);
});

test('200 requests to one trace keep what the first one computed, and no more', async () => {
  const before = counts();
  const trace = tracing(model, x);
  await channelMaps(trace, query);
  const kept = counts();
  for (let n = 0; n < 200; n++) await channelMaps(trace, { ...query, classes: [n % 3] });
  expect(counts()).toEqual(kept);
  trace.dispose();
  expect(counts()).toEqual(before);
});

test.for([1, 7, 16, 33, CHANNELS])('%d at once find what all conditions find one by one', async (atOnce) => {
  const trace = tracing(model, x);
  const alone = new Map<number, Float32Array>();
  for (let channel = 0; channel < CHANNELS; channel++) {
    alone.set(channel, (await channelMaps(trace, { ...query, channels: [channel] })).maps);
  }
  const { maps, channels } = await channelMaps(trace, query, { atOnce });
  const largest = maps.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largest).toBeGreaterThan(0);
  const area = maps.length / channels.length;
  const worst = maps.reduce((most, value, i) => {
    const expected = alone.get(channels[Math.floor(i / area)]!)![i % area]!;
    return Math.max(most, Math.abs(value - expected));
  }, 0);
  expect(worst / largest).toBeLessThan(1e-5);
  trace.dispose();
});

/** How many conditions go down together on a canvas, told by the news after the first part; then it stops. */
async function firstPart(side: number): Promise<number> {
  const large = modelOn(side);
  const input = picture(side);
  const trace = tracing(large, input);
  const stop = new AbortController();
  let first = 0;
  const onProgress = (done: number) => {
    first = done;
    stop.abort();
  };
  const asked = channelMaps(trace, query, { onProgress, signal: stop.signal });
  await expect(asked).rejects.toBeInstanceOf(CancelledError);
  trace.dispose();
  input.dispose();
  large.dispose();
  return first;
}

test('how many go down together follows from the size of the canvas', async () => {
  // The largest tensor on the way is that of "b" on half the canvas; six of its kind are alive, four bytes a number.
  const bytes = (side: number, conditions: number) => conditions * 6 * 4 * sizeOf([side / 2, side / 2, CHANNELS]);
  expect(await firstPart(8)).toBe(32);
  const parts = await Promise.all([firstPart(128), firstPart(256)]);
  expect(parts[1]).toBeLessThan(parts[0]! / 2);
  expect(parts[1]).toBeGreaterThanOrEqual(1);
  for (const [i, side] of [128, 256].entries()) {
    expect(bytes(side, parts[i]!)).toBeLessThanOrEqual(96 * 2 ** 20);
    expect(bytes(side, parts[i]! + 1)).toBeGreaterThan(96 * 2 ** 20);
  }
});

test('a cancel between two parts ends the work, and nothing is left behind', async () => {
  const trace = tracing(model, x);
  await channelMaps(trace, query);
  const before = counts();
  const stop = new AbortController();
  const done: number[] = [];
  const onProgress = (n: number) => {
    done.push(n);
    if (n === 20) stop.abort();
  };
  const asked = channelMaps(trace, query, { atOnce: 10, signal: stop.signal, onProgress });
  await expect(asked).rejects.toThrow(new CancelledError('concept maps'));
  expect(done).toEqual([10, 20]);
  expect(counts()).toEqual(before);
  trace.dispose();
});
