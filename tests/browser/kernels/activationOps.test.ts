import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEngine } from '#kernels';
import { activationOps, deviations, TOLERANCE } from '../../support/activationOps.ts';

describe.for(['wasm', 'webgpu'] as const)('on %s', (tier) => {
  let tensorsBefore = 0;
  beforeAll(async () => {
    expect(await startEngine({ tier })).toMatchObject({ tier });
    tensorsBefore = tf.memory().numTensors;
  });
  afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

  test.for(activationOps)('$name has its value and its slope, at a kink that of the left branch', async (one) => {
    const { value, slope } = await deviations(one);
    expect(value).toBeLessThan(one.tolerance ?? TOLERANCE);
    expect(slope).toBeLessThan(one.tolerance ?? TOLERANCE);
  });
});
