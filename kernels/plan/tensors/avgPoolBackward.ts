import { defineKernel, type Numbers } from '../kernel.ts';
import { pixelsInWindows } from './avgPool.ts';
import { forEachTap, poolArgs, windowTaps, type PoolDims } from './slidingWindow.ts';

/** Gradient of Σ dy·avgPool(x): each dy is shared out evenly among the pixels of its window. */
export const avgPoolBackward = defineKernel<PoolDims>({
  id: 'avgPoolBackward',
  buffers: [
    { name: 'dy', access: 'read' },
    { name: 'dx', access: 'write' },
  ],
  run(buffers, d) {
    const [dy, dx] = buffers as readonly [Numbers, Numbers];
    const { channels } = d;
    const counts = pixelsInWindows(d);
    dx.fill(0);
    forEachTap(d, (input, _, output) => {
      for (let c = 0; c < channels; c++) dx[input * channels + c]! += dy[output * channels + c]! / counts[output]!;
    });
  },
  wasm: { args: poolArgs },
  flops: (d) => windowTaps(d) * d.channels,
});
