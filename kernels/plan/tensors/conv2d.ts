import { defineKernel, type Numbers } from '../kernel.ts';
import { rectify, startRows } from './finishRows.ts';
import { convScratch } from './scratch.ts';
import { convArgs, forEachTap, windowTaps, type ConvDims } from './slidingWindow.ts';

/** y[n, oy, ox, co] = Σ x[n, oy·s − top + ky·d, …, ci] · w[ky, kx, ci, co] + bias[co], and max(0, y) where `relu` is 1. */
export const conv2d = defineKernel<ConvDims & { readonly relu: number }>({
  id: 'conv2d',
  buffers: [
    { name: 'x', access: 'read' },
    { name: 'w', access: 'read' },
    { name: 'bias', access: 'read', optional: true },
    { name: 'y', access: 'write' },
  ],
  run(buffers, d) {
    const [x, w, bias, y] = buffers as readonly [Numbers, Numbers, Numbers | null, Numbers];
    const { inChannels, outChannels } = d;
    startRows(y, bias, outChannels);
    forEachTap(d, (input, tap, output) => {
      const o = output * outChannels;
      let k = tap * inChannels * outChannels;
      for (let c = 0; c < inChannels; c++) {
        const value = x[input * inChannels + c]!;
        for (let j = 0; j < outChannels; j++) y[o + j]! += value * w[k++]!;
      }
    });
    if (d.relu) rectify(y);
  },
  wasm: { args: [...convArgs, 'relu'], scratch: convScratch },
  flops: (d) => 2 * windowTaps(d) * d.inChannels * d.outChannels,
});
