import { defineKernel, type Numbers } from '../kernel.ts';
import type { NormDims } from './batchNorm.ts';
import { normScratch } from './scratch.ts';

/** Gradient of Σ dy·batchNormInference(x) with respect to x: dx = dy · gamma / √(variance + epsilon). */
export const batchNormInferenceBackward = defineKernel<NormDims & { readonly epsilon: number }>({
  id: 'batchNormInferenceBackward',
  buffers: [
    { name: 'gamma', access: 'read' },
    { name: 'movingVariance', access: 'read' },
    { name: 'dy', access: 'read' },
    { name: 'dx', access: 'write' },
  ],
  run(buffers, { rows, channels, epsilon }) {
    const [gamma, variance, dy, dx] = buffers as readonly [Numbers, Numbers, Numbers, Numbers];
    for (let c = 0; c < channels; c++) {
      const scale = gamma[c]! / Math.sqrt(variance[c]! + epsilon);
      for (let r = 0; r < rows; r++) dx[r * channels + c] = dy[r * channels + c]! * scale;
    }
  },
  wasm: { args: ['rows', 'channels', 'epsilon'], scratch: ({ channels }) => normScratch(channels) },
  flops: ({ rows, channels }) => rows * channels,
});
