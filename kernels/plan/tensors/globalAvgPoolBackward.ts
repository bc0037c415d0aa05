import { defineKernel, type Numbers } from '../kernel.ts';
import type { GlobalPoolDims } from './globalAvgPool.ts';

/** Gradient of Σ dy·globalAvgPool(x): dy / positions at every position. */
export const globalAvgPoolBackward = defineKernel<GlobalPoolDims>({
  id: 'globalAvgPoolBackward',
  buffers: [
    { name: 'dy', access: 'read' },
    { name: 'dx', access: 'write' },
  ],
  run(buffers, { batch, positions, channels }) {
    const [dy, dx] = buffers as readonly [Numbers, Numbers];
    for (let n = 0; n < batch; n++)
      for (let p = 0; p < positions; p++)
        for (let c = 0; c < channels; c++) dx[(n * positions + p) * channels + c] = dy[n * channels + c]! / positions;
  },
  wasm: { args: ['batch', 'positions', 'channels'] },
  flops: (d) => d.batch * d.positions * d.channels,
});
