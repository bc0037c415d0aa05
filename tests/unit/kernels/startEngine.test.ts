import * as tf from '@tensorflow/tfjs-core';
import { expect, onTestFinished, test } from 'vitest';
import { startEngine } from '#kernels';
import { plantGradient, plantKernel } from '../../support/faults.ts';

test('without a GPU the engine is wasm, and says why', async () => {
  const doing: string[] = [];
  expect(await startEngine({ onProgress: (sentence) => doing.push(sentence) })).toEqual({
    tier: 'wasm',
    reason: 'no GPU: there is no WebGPU here',
    skipped: [{ tier: 'webgpu', reason: 'no GPU: there is no WebGPU here' }],
  });
  expect(doing).toEqual(['starting webgpu', 'starting wasm', 'checking wasm']);
  expect(tf.getBackend()).toBe('wasm');
});

test('a tier that is asked for comes first', async () => {
  expect(await startEngine({ tier: 'cpu' })).toEqual({ tier: 'cpu', reason: 'asked for', skipped: [] });
  expect(tf.getBackend()).toBe('cpu');
});

test('a tier that is asked for and cannot run falls through with its reason', async () => {
  expect(await startEngine({ tier: 'webgpu' })).toMatchObject({
    tier: 'wasm',
    skipped: [{ tier: 'webgpu', reason: 'no GPU: there is no WebGPU here' }],
  });
});

test('a tier that computes wrongly is skipped and the fault is named', async () => {
  await startEngine({ tier: 'wasm' });
  const relu = tf.getKernel('Relu', 'wasm')!.kernelFunc;
  const zeros = tf.getKernel('ZerosLike', 'wasm')!.kernelFunc;
  onTestFinished(plantKernel('wasm', 'Relu', (args) => zeros({ ...args, inputs: { x: relu(args) as tf.TensorInfo } })));
  const { tier, reason, skipped } = await startEngine();
  expect(tier).toBe('cpu');
  expect(reason).toMatch(/^self-check failed: training loss is off by \S+ of its largest entry \(and \d more\)$/);
  expect(skipped.map((one) => one.tier)).toEqual(['webgpu', 'wasm']);
});

test('a fault is not looked for when the self-check is turned off', async () => {
  onTestFinished(plantGradient('Conv2D', tf.neg));
  expect(await startEngine({ tier: 'wasm', selfCheck: false })).toMatchObject({ tier: 'wasm', skipped: [] });
});

test('an engine that no tier can give is an error that lists the reasons', async () => {
  onTestFinished(plantGradient('MaxPool', tf.neg));
  const fault = 'self-check failed: max pool gradient has the wrong sign (and 3 more)';
  await expect(startEngine()).rejects.toThrow(
    `no engine runs here: webgpu (no GPU: there is no WebGPU here), wasm (${fault}), cpu (${fault}); try another browser`,
  );
});
