import { ABSENT } from '../plan.ts';
import type { DepthwiseDims } from '../tensors/slidingWindow.ts';
import { defineGpuKernel } from './pass.ts';
import { lanesOf } from './text.ts';
import { axesOf, outputPixel, tapsOf } from './windowText.ts';

/** Vectors where every channel has one filter, single numbers where it has more. */
export const depthwiseLanes = ({ channels, multiplier }: DepthwiseDims) => (multiplier === 1 ? lanesOf(channels) : 1);

export const depthwiseConv2d = defineGpuKernel<DepthwiseDims & { readonly relu: number }>({
  id: 'depthwiseConv2d',
  passes({ dims: d, buffers: [x, w, bias, y] }) {
    const lanes = depthwiseLanes(d);
    const filters = (d.channels * d.multiplier) / lanes;
    const [axisY, axisX] = axesOf(d);
    return [
      {
        threads: d.batch * d.outHeight * d.outWidth * filters,
        lanes,
        result: y!,
        body: (shader) => {
          const from = `((n * ${d.height} + y) * ${d.width} + x) * ${d.channels / lanes} + c / ${d.multiplier}`;
          const tap = `(ky * ${d.kernelWidth} + kx) * ${filters} + c`;
          const product = `sum += ${shader.at(x!, lanes, from)} * ${shader.at(w!, lanes, tap)};`;
          return `
let c = id % ${filters};
let pixel = id / ${filters};
${outputPixel(d)}
var sum = ${bias === ABSENT ? 'V(0)' : shader.at(bias!, lanes, 'c')};
${tapsOf(axisY, tapsOf(axisX, product))}
${shader.put('id', d.relu ? 'max(sum, V(0))' : 'sum')}`;
        },
      },
    ];
  },
});
