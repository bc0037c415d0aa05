import { defineKernel, type Numbers } from '../kernel.ts';
import { normScratch } from './scratch.ts';

export type NormDims = { readonly rows: number; readonly channels: number };

/**
 * Batch normalization in training (Ioffe and Szegedy 2015): y = (x − mean) · rstd · gamma + beta per channel, x [rows, channels],
 * with the batch's mean and rstd = 1 / √(variance + epsilon), which the way back needs again. The moving statistics follow
 * by r ← (1 − momentum)·r + momentum·b, with the unbiased variance.
 */
export const batchNorm = defineKernel<NormDims & { readonly epsilon: number; readonly momentum: number }>({
  id: 'batchNorm',
  buffers: [
    { name: 'x', access: 'read' },
    { name: 'gamma', access: 'read' },
    { name: 'beta', access: 'read' },
    { name: 'movingMean', access: 'update' },
    { name: 'movingVariance', access: 'update' },
    { name: 'y', access: 'write' },
    { name: 'mean', access: 'write' },
    { name: 'rstd', access: 'write' },
  ],
  run(buffers, { rows, channels, epsilon, momentum }) {
    const [x, gamma, beta, movingMean, movingVariance, y, mean, rstd] = buffers as readonly Numbers[] as readonly [
      ...[Numbers, Numbers, Numbers, Numbers, Numbers, Numbers, Numbers, Numbers],
    ];
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let i = c; i < x.length; i += channels) sum += x[i]!;
      const center = sum / rows;
      let squares = 0;
      for (let i = c; i < x.length; i += channels) squares += (x[i]! - center) ** 2;
      const variance = squares / rows;
      const unbiased = squares / Math.max(rows - 1, 1);
      movingMean[c] = (1 - momentum) * movingMean[c]! + momentum * center;
      movingVariance[c] = (1 - momentum) * movingVariance[c]! + momentum * unbiased;
      mean[c] = center;
      rstd[c] = 1 / Math.sqrt(variance + epsilon);
    }
    for (let r = 0, i = 0; r < rows; r++)
      for (let c = 0; c < channels; c++, i++) y[i] = (x[i]! - mean[c]!) * rstd[c]! * gamma[c]! + beta[c]!;
  },
  wasm: { args: ['rows', 'channels', 'epsilon', 'momentum'], scratch: ({ channels }) => normScratch(channels) },
  flops: ({ rows, channels }) => 8 * rows * channels,
});
