import * as tf from '@tensorflow/tfjs-core';
import { build, network, startEngine, startTraining } from '#src';
import { beforeAll, expect, test } from 'vitest';
import { messageOf } from '../message.ts';
import { blobs } from '../training/runs.ts';

beforeAll(() => startEngine({ tier: 'cpu' }));

test.for(['wasm', 'js'] as const)('%s: 5,000 steps leave as many tensors and array buffers as 50', async (engine) => {
  const nodes = [
    { kind: 'dense', units: 8 },
    { kind: 'activate', fn: 'tanh' },
    { kind: 'dropout' },
    { kind: 'dense', units: 2 },
  ];
  const model = build(network([2], nodes), { seed: 1 });
  const trainer = startTraining(model, blobs([2], { count: 64 }), { batchSize: 16 }, { engine });
  const advance = async (steps: number) => {
    for (let i = 0; i < steps; i++) await trainer.advance();
    await trainer.losses();
    await model.read();
  };
  await advance(50);
  const [tensors, bytes] = [tf.memory().numTensors, tf.memory().numBytes];
  await advance(5000);
  expect(trainer.step).toBe(5050);
  expect([tf.memory().numTensors, tf.memory().numBytes]).toEqual([tensors, bytes]);
  trainer.dispose();
  model.dispose();
});

test('a model in training by a plan takes no second trainer, and is free again when the first is gone', async () => {
  const model = build(network([2], [{ kind: 'dense', units: 2 }]), { seed: 1 });
  const data = blobs([2]);
  const first = startTraining(model, data);
  expect(messageOf(() => startTraining(model, data))).toBe(
    'the model is being trained already; dispose that trainer first, or build another model',
  );
  await first.advance();
  const trained = await model.read();
  first.dispose();
  // The weights stay with the model.
  expect(await model.read()).toEqual(trained);
  startTraining(model, data).dispose();
  model.dispose();
});
