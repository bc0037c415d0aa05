import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEngine } from '#kernels';
import { avgPoolCase, convCase, depthwiseCase, failuresOf, maxPoolCase } from '../../support/kernelCases.ts';

describe.for(['cpu', 'wasm'] as const)('on %s', (tier) => {
  let tensorsBefore = 0;
  beforeAll(async () => {
    expect(await startEngine({ tier })).toMatchObject({ tier });
    tensorsBefore = tf.memory().numTensors;
  });
  afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

  test('convolution and both its gradients equal the definition for every stride, dilation and padding', async () => {
    expect(await failuresOf(convCase)).toEqual([]);
  });

  test('depthwise convolution and both its gradients equal the definition', async () => {
    expect(await failuresOf(depthwiseCase)).toEqual([]);
  });

  test('max pooling equals the definition and its gradient goes to the first maximum', async () => {
    expect(await failuresOf(maxPoolCase)).toEqual([]);
  });

  test('average pooling and its gradient leave padding out of the mean', async () => {
    expect(await failuresOf(avgPoolCase)).toEqual([]);
  });
});
