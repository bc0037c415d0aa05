import type { PoolDims } from '../tensors/slidingWindow.ts';
import { pixelsHeld } from './avgPool.ts';
import { defineGpuKernel } from './pass.ts';
import { lanesOf } from './text.ts';
import { axesOf, imagePixel, windowsOf } from './windowText.ts';

export const avgPoolBackward = defineGpuKernel<PoolDims>({
  id: 'avgPoolBackward',
  passes({ dims: d, buffers: [dy, dx] }) {
    const lanes = lanesOf(d.channels);
    const vectors = d.channels / lanes;
    const axes = axesOf(d);
    return [
      {
        threads: d.batch * d.height * d.width * vectors,
        lanes,
        result: dx!,
        body: (shader) => {
          const slope = shader.at(dy!, lanes, `((n * ${d.outHeight} + oy) * ${d.outWidth} + ox) * ${vectors} + c`);
          return `
let c = id % ${vectors};
let pixel = id / ${vectors};
${imagePixel(d)}
var sum = V(0);
${windowsOf(axes[0], windowsOf(axes[1], `sum += ${slope} / ${pixelsHeld(axes)};`))}
${shader.put('id', 'sum')}`;
        },
      },
    ];
  },
});
