import type { PoolDims } from '../tensors/slidingWindow.ts';
import { defineGpuKernel } from './pass.ts';
import { lanesOf, loop } from './text.ts';
import { axesOf, imagePixel, windowsOf } from './windowText.ts';

/** Asks of every window that holds a pixel whether the pixel is its first maximum. */
export const maxPoolBackward = defineGpuKernel<PoolDims>({
  id: 'maxPoolBackward',
  passes({ dims: d, buffers: [x, dy, dx] }) {
    const lanes = lanesOf(d.channels);
    const vectors = d.channels / lanes;
    const [axisY, axisX] = axesOf(d);
    return [
      {
        threads: d.batch * d.height * d.width * vectors,
        lanes,
        result: dx!,
        body: (shader) => {
          const valueAt = (row: string, column: string) =>
            shader.at(x!, lanes, `((n * ${d.height} + ${row}) * ${d.width} + ${column}) * ${vectors} + c`);
          const slope = shader.at(dy!, lanes, `((n * ${d.outHeight} + oy) * ${d.outWidth} + ox) * ${vectors} + c`);
          const rival = `let rival = ${valueAt('row', 'column')};
share = select(share, V(0), rival > own);
// Of equal numbers the first one counts.
if (row < y || (row == y && column < x)) { share = select(share, V(0), rival == own); }`;
          const window = `
let top = oy * ${d.strideY} - ${d.top};
let left = ox * ${d.strideX} - ${d.left};
var share = V(1);
${loop('row', 'max(0, top)', `min(${d.height}, top + ${d.kernelHeight})`, loop('column', 'max(0, left)', `min(${d.width}, left + ${d.kernelWidth})`, rival))}
sum += share * ${slope};`;
          return `
let c = id % ${vectors};
let pixel = id / ${vectors};
${imagePixel(d)}
let own = ${valueAt('y', 'x')};
var sum = V(0);
${windowsOf(axisY, windowsOf(axisX, window))}
${shader.put('id', 'sum')}`;
        },
      },
    ];
  },
});
