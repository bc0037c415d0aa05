import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { startEngine } from '#src';

/** The device of tfjs' backend, and what went wrong on it where nobody waited for an answer. */
export async function gpuDevice(): Promise<{ readonly device: GPUDevice; readonly problems: readonly string[] }> {
  await startEngine({ tier: 'webgpu', selfCheck: false });
  // Cast: the backend that was started.
  const { device } = tf.backend() as WebGPUBackend;
  const problems: string[] = [];
  device.addEventListener('uncapturederror', ({ error }) => problems.push(error.message));
  return { device, problems };
}
