import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { selfCheck, startEngine } from '#kernels';
import { plantGradient, plantKernel } from '../../support/faults.ts';

const problems = async () => (await selfCheck()).checks.flatMap(({ problem }) => problem ?? []);

/** As tfjs registers it; starting the engine puts ours in its place. */
const tfjsMaxPoolGrad = tf.getKernel('MaxPoolGrad', 'webgpu')!.kernelFunc;

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'webgpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

test('the self-check passes on WebGPU', async () => {
  expect(await selfCheck()).toMatchObject({ ok: true, tier: 'webgpu' });
});

test('the max pool gradient of tfjs itself is caught: it goes to the last maximum', async () => {
  onTestFinished(plantKernel('webgpu', 'MaxPoolGrad', tfjsMaxPoolGrad));
  expect((await problems())[0]).toBe('max pool gradient goes to the last maximum');
});

test('a gradient that is zero is named', async () => {
  onTestFinished(plantGradient('Conv2D', tf.zerosLike));
  expect((await problems())[0]).toBe('convolution gradient of the input is zero everywhere');
});

test('a gradient with the wrong sign is named', async () => {
  onTestFinished(plantGradient('DepthwiseConv2dNative', tf.neg));
  expect((await problems())[0]).toBe('depthwise convolution gradient of the input has the wrong sign');
});
