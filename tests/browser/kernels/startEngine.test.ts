import * as tf from '@tensorflow/tfjs-core';
import { expect, onTestFinished, test } from 'vitest';
import { startEngine, type Engine, type EngineOptions } from '#kernels';

const SOFTWARE = 'no GPU: the adapter is software (swiftshader)';
const adapter = { vendor: 'google', architecture: 'swiftshader', isFallback: true };

test('a software adapter counts as no GPU: the engine is wasm and says so', async () => {
  expect(await startEngine()).toMatchObject({
    tier: 'wasm',
    reason: SOFTWARE,
    skipped: [{ tier: 'webgpu', reason: SOFTWARE }],
    adapter,
  });
  expect(tf.getBackend()).toBe('wasm');
});

test('WebGPU runs on a software adapter when it is asked for', async () => {
  expect(await startEngine({ tier: 'webgpu' })).toMatchObject({
    tier: 'webgpu',
    reason: 'asked for',
    skipped: [],
    adapter,
  });
  expect(tf.getBackend()).toBe('webgpu');
});

function inWorker(options: EngineOptions): Promise<Engine> {
  const worker = new Worker(new URL('../../support/engineWorker.ts', import.meta.url), { type: 'module' });
  onTestFinished(() => worker.terminate());
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data as Engine);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(options);
  });
}

test('the engine starts in a worker, too', async () => {
  expect(await inWorker({})).toMatchObject({ tier: 'wasm', reason: SOFTWARE });
});

test('WebGPU runs in a worker when it is asked for', async () => {
  expect(await inWorker({ tier: 'webgpu' })).toMatchObject({ tier: 'webgpu', reason: 'asked for' });
});

test('wasm binaries that are not there are a reason to use the next tier', async () => {
  const engine = await inWorker({ wasmPaths: '/nowhere/' });
  expect(engine).toMatchObject({ tier: 'cpu', skipped: [{ tier: 'webgpu', reason: SOFTWARE }, { tier: 'wasm' }] });
  expect(engine.reason).toBe('wasm did not start; are its binaries at /nowhere/?');
});
