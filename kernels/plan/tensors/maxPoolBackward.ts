import { defineKernel, type Numbers } from '../kernel.ts';
import { forEachTap, poolArgs, windowTaps, type PoolDims } from './slidingWindow.ts';

/** Gradient of Σ dy·maxPool(x): each dy goes whole to the first maximum of its window in row-major order. */
export const maxPoolBackward = defineKernel<PoolDims>({
  id: 'maxPoolBackward',
  buffers: [
    { name: 'x', access: 'read' },
    { name: 'dy', access: 'read' },
    { name: 'dx', access: 'write' },
  ],
  run(buffers, d) {
    const [x, dy, dx] = buffers as readonly [Numbers, Numbers, Numbers];
    const { channels } = d;
    const first = new Int32Array(dy.length).fill(-1);
    forEachTap(d, (input, _, output) => {
      for (let c = 0; c < channels; c++) {
        const [i, o] = [input * channels + c, output * channels + c];
        if (first[o]! < 0 || x[i]! > x[first[o]!]!) first[o] = i;
      }
    });
    dx.fill(0);
    for (let o = 0; o < dy.length; o++) dx[first[o]!]! += dy[o]!;
  },
  wasm: { args: poolArgs },
  flops: (d) => 2 * windowTaps(d) * d.channels,
});
