import { defineKernel, type Numbers } from '../kernel.ts';
import { addColumnSums } from './finishRows.ts';
import { convBackwardScratch } from './scratch.ts';
import { convArgs, forEachTap, windowTaps, type ConvDims } from './slidingWindow.ts';

/** Gradients of Σ dy·y, y a convolution of x with w plus bias: dx; dw and dbias are added to. */
export const conv2dBackward = defineKernel<ConvDims>({
  id: 'conv2dBackward',
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
    const { inChannels, outChannels } = d;
    dx?.fill(0);
    forEachTap(d, (input, tap, output) => {
      const o = output * outChannels;
      for (let c = 0; c < inChannels; c++) {
        const i = input * inChannels + c;
        const k = (tap * inChannels + c) * outChannels;
        let sum = 0;
        for (let j = 0; j < outChannels; j++) {
          sum += dy[o + j]! * w[k + j]!;
          if (dw) dw[k + j]! += dy[o + j]! * x[i]!;
        }
        if (dx) dx[i]! += sum;
      }
    });
    if (dbias) addColumnSums(dy, dbias, outChannels);
  },
  wasm: { args: convArgs, scratch: convBackwardScratch },
  flops: (d) => 4 * windowTaps(d) * d.inChannels * d.outChannels,
});
