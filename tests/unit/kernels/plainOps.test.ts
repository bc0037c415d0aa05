import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEngine } from '#kernels';
import { failures } from '../../support/kernelCases.ts';
import { matMulCases } from '../../support/matMulCases.ts';
import { plainOps } from '../../support/plainOps.ts';

describe.for(['cpu', 'wasm'] as const)('on %s', (tier) => {
  let tensorsBefore = 0;
  beforeAll(async () => {
    expect(await startEngine({ tier })).toMatchObject({ tier });
    tensorsBefore = tf.memory().numTensors;
  });
  afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

  test.for(plainOps)('a model in plain tfjs trains: $name', async (one) => {
    expect(await failures(one)).toEqual([]);
  });

  test.for(matMulCases)('a matrix product of $name and its gradients equal the definition', async (one) => {
    expect(await failures(one)).toEqual([]);
  });
});
