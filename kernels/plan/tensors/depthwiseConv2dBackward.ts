import { defineKernel, type Numbers } from '../kernel.ts';
import { addColumnSums } from './finishRows.ts';
import { WINDOW_SCRATCH } from './scratch.ts';
import { depthwiseArgs, forEachTap, windowTaps, type DepthwiseDims } from './slidingWindow.ts';

/** Gradients of Σ dy·y, y a depthwise convolution of x with w plus bias: dx; dw and dbias are added to. */
export const depthwiseConv2dBackward = defineKernel<DepthwiseDims>({
  id: 'depthwiseConv2dBackward',
  buffers: [
    { name: 'x', access: 'read' },
    { name: 'w', access: 'read' },
    { name: 'dy', access: 'read' },
    { name: 'dx', access: 'write', optional: true },
    { name: 'dw', access: 'update', optional: true },
    { name: 'dbias', access: 'update', optional: true },
  ],
  run(buffers, d) {
    const [x, w, dy, dx, dw, dbias] = buffers as readonly [Numbers, Numbers, Numbers, ...(Numbers | null)[]];
    const { channels, multiplier } = d;
    const filters = channels * multiplier;
    dx?.fill(0);
    forEachTap(d, (input, tap, output) => {
      for (let j = 0; j < filters; j++) {
        const i = input * channels + Math.floor(j / multiplier);
        const slope = dy[output * filters + j]!;
        if (dx) dx[i]! += slope * w[tap * filters + j]!;
        if (dw) dw[tap * filters + j]! += slope * x[i]!;
      }
    });
    if (dbias) addColumnSums(dy, dbias, filters);
  },
  wasm: { args: depthwiseArgs, scratch: () => WINDOW_SCRATCH },
  flops: (d) => 4 * windowTaps(d) * d.channels * d.multiplier,
});
