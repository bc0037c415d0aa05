import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  activations,
  build,
  composites,
  defineActivation,
  erf,
  network,
  parseData,
  relevance,
  startEngine,
  stringifyData,
  vocabulary,
  type Batch,
} from '#src';
import { messageOfAsync } from '../message.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const batch: Batch = { inputs: Float32Array.of(1, -2), labels: Int32Array.of(1), count: 1, shape: [2] };

test('one output is the logit of the second class, with the probability of its sigmoid', async () => {
  const model = build(network([2], [{ kind: 'dense', units: 1 }]));
  model.write({ 'dense1/kernel': Float32Array.of(0.5, -1), 'dense1/bias': Float32Array.of(0.25) });
  const { data } = await relevance.measure(model, batch);
  expect(data).toMatchObject({ class: 1, start: 2.75 });
  expect(data.probability).toBeCloseTo(1 / (1 + Math.exp(-2.75)), 6);
  expect(await messageOfAsync(() => relevance.measure(model, batch, { class: 0 }))).toBe(
    'unknown class: 0; only class 1 has a logit',
  );
  model.dispose();
});

test('a gate that is not homogeneous is refused by name', async () => {
  const product = defineActivation({
    id: 'product',
    title: 'Product',
    arity: 2,
    formula: 'x y',
    source: 'this test',
    scalar: ([x, y]) => x! * y!,
    apply: ([x, y]) => tf.mul(x!, y!),
  });
  const words = { ...vocabulary, activations: activations.with(product) };
  const nodes = [
    { kind: 'dense', units: 4 },
    { kind: 'activate', fn: 'product' },
    { kind: 'dense', units: 2 },
  ];
  const model = build(network([2], nodes, words));
  expect(await messageOfAsync(() => relevance.measure(model, batch))).toBe(
    'no relevance rule for node "activate1" (activate); add a row for it to the composite',
  );
  model.dispose();
});

test('a table of rules stands in the record by its name and settings, so that the record can be saved', async () => {
  const model = build(network([2], [{ kind: 'dense', units: 2 }]));
  const composite = composites.get('epsilonPlusFlat')({ eps: 0.25 });
  const rules = { dense1: 'epsilon' };
  const record = await relevance.measure(model, batch, { composite, rules });
  const described = { composite: 'epsilonPlusFlat', eps: 0.25 };
  expect(record.options).toMatchObject({ class: null, composite: described, rules });
  expect((await relevance.measure(model, batch, record.options)).data).toEqual(record.data);
  expect(parseData(stringifyData(record))).toEqual(record);
  model.dispose();
});

test('an option that an instrument does not have is refused', async () => {
  const model = build(network([2], [{ kind: 'dense', units: 2 }]));
  const options: object = { chanel: 1 };
  expect(await messageOfAsync(() => erf.measure(model, batch, options))).toBe(
    'unknown option of erf: "chanel"; known: at, channel, unit, mode',
  );
  model.dispose();
});
