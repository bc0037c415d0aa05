import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEngine } from '#kernels';
import { failures } from '../../support/kernelCases.ts';
import { plainOps } from '../../support/plainOps.ts';

describe.for(['wasm', 'webgpu'] as const)('on %s', (tier) => {
  let tensorsBefore = 0;
  beforeAll(async () => {
    expect(await startEngine({ tier })).toMatchObject({ tier });
    tensorsBefore = tf.memory().numTensors;
  });
  afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

  test.for(plainOps)('a model in plain tfjs trains: $name', async (one) => {
    expect(await failures(one)).toEqual([]);
  });
});
