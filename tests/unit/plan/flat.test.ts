import * as tf from '@tensorflow/tfjs-core';
import { build, network, startEngine, startTraining } from '#src';
import { beforeAll, expect, test } from 'vitest';
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
