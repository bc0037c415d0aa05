import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  batchEntropy,
  build,
  defineInstrument,
  erf,
  InputError,
  instruments,
  network,
  networkDigest,
  observe,
  relevance,
  startEngine,
  strength,
  takeBatch,
  train,
  type MeasurementRecord,
  type ObserveOptions,
} from '#src';
import { messageOf, messageOfAsync } from '../message.ts';
import { blobs, lossesOf } from './runs.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const net = network(
  [5, 5, 1],
  [
    { kind: 'conv2d', filters: 2, id: 'c' },
    { kind: 'batchNorm' },
    { kind: 'activate' },
    { kind: 'dropout', rate: 0.3 },
    { kind: 'flatten' },
    { kind: 'dense', units: 3 },
  ],
);
const data = blobs([5, 5, 1], { classes: 3 });
const recipe = { steps: 6, batchSize: 4 } as const;
const optionsFor: Record<string, object> = { erf: { at: 'c' }, concepts: { at: 'c' } };
const every = [...instruments].map((instrument) => ({ instrument, options: optionsFor[instrument.id] ?? {} }));

async function recordsOf(options: Omit<ObserveOptions, 'onRecord'>, run = recipe): Promise<MeasurementRecord[]> {
  const model = build(net, { seed: 1 });
  const records: MeasurementRecord[] = [];
  observe(model, { ...options, onRecord: (record) => records.push(record) });
  await lossesOf(model, data, run);
  model.dispose();
  return records;
}

test('records come at the steps that were asked for, each instrument at its pace', async () => {
  const records = await recordsOf({ instruments: [strength, { instrument: batchEntropy, every: 3 }], every: 2 });
  expect(records.map(({ instrument, step }) => [instrument, step])).toEqual([
    ['strength', 2],
    ['batchEntropy', 3],
    ['strength', 4],
    ['strength', 6],
    ['batchEntropy', 6],
  ]);
});

test('a record tells where it comes from', async () => {
  const [record] = await recordsOf({ instruments: [{ instrument: batchEntropy, options: { at: ['c'] } }], every: 5 });
  expect(record).toMatchObject({
    instrument: 'batchEntropy',
    options: { at: ['c'] },
    tier: 'cpu',
    seed: 1,
    step: 5,
    network: networkDigest(net),
  });
});

test('without a batch the samples of the step are measured, with one always the same', async () => {
  const samples = (records: MeasurementRecord[]) =>
    records.map((record) => (record.data as { samples: number }).samples);
  expect(samples(await recordsOf({ instruments: [batchEntropy], every: 3 }))).toEqual([4, 4]);
  expect(
    samples(await recordsOf({ instruments: [batchEntropy], every: 3, batch: takeBatch(data, { size: 9 }) })),
  ).toEqual([9, 9]);
});

test('a record in training equals a measurement of the model at that step', async () => {
  const batch = takeBatch(data, { size: 5 });
  const records = await recordsOf({ instruments: [strength, batchEntropy], every: 2, batch });
  const model = build(net, { seed: 1 });
  for await (const { step } of train(model, data, { ...recipe })) {
    const found = records.filter((record) => record.step === step);
    expect(found).toHaveLength(step % 2 === 0 ? 2 : 0);
    for (const record of found) {
      expect(await instruments.get(record.instrument).measure(model, batch, {}, { step })).toEqual(record);
    }
  }
  model.dispose();
});

test('instruments change neither weights nor tensor counts', async () => {
  const model = build(net, { seed: 1 });
  const batch = takeBatch(data, { size: 5 });
  const [weights, tensors] = [await model.read(), tf.memory().numTensors];
  for (const { instrument, options } of every) {
    await instrument.measure(model, batch, options);
    expect(tf.memory().numTensors, instrument.id).toBe(tensors);
    expect(await model.read(), instrument.id).toEqual(weights);
  }
  model.dispose();
});

test('a watched run is bit for bit the run that nobody watches', async () => {
  const [watched, alone] = [build(net, { seed: 1 }), build(net, { seed: 1 })];
  observe(watched, { instruments: every, every: 1, onRecord: () => {} });
  expect(await lossesOf(watched, data, recipe)).toEqual(await lossesOf(alone, data, recipe));
  expect(await watched.read()).toEqual(await alone.read());
  watched.dispose();
  alone.dispose();
});

test('a loop of your own that calls stepped is watched, too', async () => {
  const model = build(net, { seed: 1 });
  const batch = takeBatch(data, { size: 5 });
  const steps: number[] = [];
  const stop = observe(model, { instruments: [strength], batch, every: 10, onRecord: ({ step }) => steps.push(step) });
  for (let step = 1; step <= 30; step++) await model.stepped(step);
  expect(steps).toEqual([10, 20, 30]);
  stop();
  await model.stepped(40);
  expect(steps).toHaveLength(3);
  const again = observe(model, { instruments: [batchEntropy], every: 1, onRecord: () => {} });
  expect(await messageOfAsync(() => model.stepped(1))).toBe(
    'nothing to measure batchEntropy on: no batch; give observe a batch, or pass one to model.stepped(step, batch)',
  );
  again();
  model.dispose();
});

test('a signal stops the watching, not the run', async () => {
  const model = build(net, { seed: 1 });
  const stop = new AbortController();
  const steps: number[] = [];
  const onRecord = ({ step }: MeasurementRecord) => void (steps.push(step) === 2 && stop.abort());
  observe(model, { instruments: [strength], every: 1, signal: stop.signal, onRecord });
  expect(await lossesOf(model, data, recipe)).toHaveLength(6);
  expect(steps).toEqual([1, 2]);
  model.dispose();
});

test('an error of an instrument reaches whoever runs the loop, and nothing is left behind', async () => {
  const model = build(net, { seed: 1 });
  const broken = defineInstrument({
    id: 'broken',
    title: 'Broken',
    question: '?',
    source: 'none',
    defaults: {},
    compute: async () => {
      throw new Error('out of order');
    },
  });
  const before = tf.memory().numTensors;
  observe(model, { instruments: [broken], every: 2, onRecord: () => {} });
  expect(await messageOfAsync(() => lossesOf(model, data, recipe))).toBe('out of order');
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
});

test.for([0, -1, 1.5, NaN])('a pace of %s is refused at once', (pace) => {
  const model = build(net);
  const message = `bad pace of erf: ${pace}; use a whole number of steps from 1`;
  expect(messageOf(() => observe(model, { instruments: [{ instrument: erf, every: pace }], onRecord: () => {} }))).toBe(
    message,
  );
  expect(() => observe(model, { instruments: [relevance], every: pace, onRecord: () => {} })).toThrow(InputError);
  model.dispose();
});
