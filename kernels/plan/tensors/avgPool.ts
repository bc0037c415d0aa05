import { defineKernel, type Numbers } from '../kernel.ts';
import { forEachTap, poolArgs, windowTaps, type PoolDims } from './slidingWindow.ts';

/** How many pixels of the image each window holds, by pixel of the output. */
export function pixelsInWindows(d: PoolDims): Float64Array {
  const counts = new Float64Array(d.batch * d.outHeight * d.outWidth);
  forEachTap(d, (_input, _tap, output) => {
    counts[output]!++;
  });
  return counts;
}

/** The mean of each window; padding is left out of both sum and count. */
export const avgPool = defineKernel<PoolDims>({
  id: 'avgPool',
  buffers: [
    { name: 'x', access: 'read' },
    { name: 'y', access: 'write' },
  ],
  run(buffers, d) {
    const [x, y] = buffers as readonly [Numbers, Numbers];
    const { channels } = d;
    const counts = pixelsInWindows(d);
    y.fill(0);
    forEachTap(d, (input, _, output) => {
      for (let c = 0; c < channels; c++) y[output * channels + c]! += x[input * channels + c]! / counts[output]!;
    });
  },
  wasm: { args: poolArgs },
  flops: (d) => windowTaps(d) * d.channels,
});
