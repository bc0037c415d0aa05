import type { PoolDims } from '../tensors/slidingWindow.ts';
import { defineGpuKernel } from './pass.ts';
import { lanesOf } from './text.ts';
import { axesOf, outputPixel, tapsOf } from './windowText.ts';

/** The smallest float32. */
export const LOWEST = '-3.4028234663852886e38f';

export const maxPool = defineGpuKernel<PoolDims>({
  id: 'maxPool',
  passes({ dims: d, buffers: [x, y] }) {
    const lanes = lanesOf(d.channels);
    const vectors = d.channels / lanes;
    const [axisY, axisX] = axesOf(d);
    return [
      {
        threads: d.batch * d.outHeight * d.outWidth * vectors,
        lanes,
        result: y!,
        body: (shader) => {
          const value = shader.at(x!, lanes, `((n * ${d.height} + y) * ${d.width} + x) * ${vectors} + c`);
          return `
let c = id % ${vectors};
let pixel = id / ${vectors};
${outputPixel(d)}
var most = V(${LOWEST});
${tapsOf(axisY, tapsOf(axisX, `most = max(most, ${value});`))}
${shader.put('id', 'most')}`;
        },
      },
    ];
  },
});
