import { defineKernel, type Numbers } from '../kernel.ts';

export type GlobalPoolDims = { readonly batch: number; readonly positions: number; readonly channels: number };

/** The mean of each channel over all positions: [batch, positions, channels] to [batch, channels]. */
export const globalAvgPool = defineKernel<GlobalPoolDims>({
  id: 'globalAvgPool',
  buffers: [
    { name: 'x', access: 'read' },
    { name: 'y', access: 'write' },
  ],
  run(buffers, { batch, positions, channels }) {
    const [x, y] = buffers as readonly [Numbers, Numbers];
    for (let n = 0; n < batch; n++)
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let p = 0; p < positions; p++) sum += x[(n * positions + p) * channels + c]!;
        y[n * channels + c] = sum / positions;
      }
  },
  wasm: { args: ['batch', 'positions', 'channels'] },
  flops: (d) => d.batch * d.positions * d.channels,
});
