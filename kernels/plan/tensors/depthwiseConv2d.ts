import { defineKernel, type Numbers } from '../kernel.ts';
import { rectify, startRows } from './finishRows.ts';
import { WINDOW_SCRATCH } from './scratch.ts';
import { depthwiseArgs, forEachTap, windowTaps, type DepthwiseDims } from './slidingWindow.ts';

/** A convolution that keeps channels apart: y[…, c·m + q] = Σ x[…, c] · w[ky, kx, c, q] + bias, m filters per channel. */
export const depthwiseConv2d = defineKernel<DepthwiseDims & { readonly relu: number }>({
  id: 'depthwiseConv2d',
  buffers: [
    { name: 'x', access: 'read' },
    { name: 'w', access: 'read' },
    { name: 'bias', access: 'read', optional: true },
    { name: 'y', access: 'write' },
  ],
  run(buffers, d) {
    const [x, w, bias, y] = buffers as readonly [Numbers, Numbers, Numbers | null, Numbers];
    const { channels, multiplier } = d;
    const filters = channels * multiplier;
    startRows(y, bias, filters);
    forEachTap(d, (input, tap, output) => {
      let [k, o] = [tap * filters, output * filters];
      for (let c = 0; c < channels; c++) {
        const value = x[input * channels + c]!;
        for (let q = 0; q < multiplier; q++) y[o++]! += value * w[k++]!;
      }
    });
    if (d.relu) rectify(y);
  },
  wasm: { args: [...depthwiseArgs, 'relu'], scratch: () => WINDOW_SCRATCH },
  flops: (d) => 2 * windowTaps(d) * d.channels * d.multiplier,
});
