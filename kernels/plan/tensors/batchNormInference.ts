import { defineKernel, type Numbers } from '../kernel.ts';
import type { NormDims } from './batchNorm.ts';
import { normScratch } from './scratch.ts';

/** Batch normalization with the moving statistics: y = (x − mean) / √(variance + epsilon) · gamma + beta per channel. */
export const batchNormInference = defineKernel<NormDims & { readonly epsilon: number }>({
  id: 'batchNormInference',
  buffers: [
    { name: 'x', access: 'read' },
    { name: 'gamma', access: 'read' },
    { name: 'beta', access: 'read' },
    { name: 'movingMean', access: 'read' },
    { name: 'movingVariance', access: 'read' },
    { name: 'y', access: 'write' },
  ],
  run(buffers, { rows, channels, epsilon }) {
    const [x, gamma, beta, mean, variance, y] = buffers as readonly [
      ...[Numbers, Numbers, Numbers, Numbers, Numbers, Numbers],
    ];
    for (let c = 0; c < channels; c++) {
      const scale = gamma[c]! / Math.sqrt(variance[c]! + epsilon);
      for (let r = 0; r < rows; r++) y[r * channels + c] = (x[r * channels + c]! - mean[c]!) * scale + beta[c]!;
    }
  },
  wasm: { args: ['rows', 'channels', 'epsilon'], scratch: ({ channels }) => normScratch(channels) },
  flops: ({ rows, channels }) => 2 * rows * channels,
});
