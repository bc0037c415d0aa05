import { defineKernel, type Numbers } from '../kernel.ts';
import { forEachTap, poolArgs, windowTaps, type PoolDims } from './slidingWindow.ts';

/** The largest value of each window; padding never wins. */
export const maxPool = defineKernel<PoolDims>({
  id: 'maxPool',
  buffers: [
    { name: 'x', access: 'read' },
    { name: 'y', access: 'write' },
  ],
  run(buffers, d) {
    const [x, y] = buffers as readonly [Numbers, Numbers];
    const { channels } = d;
    y.fill(-Infinity);
    forEachTap(d, (input, _, output) => {
      const [i, o] = [input * channels, output * channels];
      for (let c = 0; c < channels; c++) if (x[i + c]! > y[o + c]!) y[o + c] = x[i + c]!;
    });
  },
  wasm: { args: poolArgs },
  flops: (d) => windowTaps(d) * d.channels,
});
