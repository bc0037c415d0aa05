import type { PoolDims } from '../tensors/slidingWindow.ts';
import { defineGpuKernel } from './pass.ts';
import { lanesOf } from './text.ts';
import { axesOf, outputPixel, staysInside, tapsOf, type Axis } from './windowText.ts';

/** How many rows of the image window `oy` holds. */
function heldBy(axis: Axis): string {
  const { name, length, kernel, stride, before } = axis;
  if (staysInside(axis)) return `${kernel}`;
  const first = `o${name} * ${stride} - ${before}`;
  return `(min(${length}, ${first} + ${kernel}) - max(0, ${first}))`;
}

/** How many pixels of the image a window holds, as a number. */
export const pixelsHeld = (axes: readonly [Axis, Axis]): string => `f32(${heldBy(axes[0])} * ${heldBy(axes[1])})`;

export const avgPool = defineGpuKernel<PoolDims>({
  id: 'avgPool',
  passes({ dims: d, buffers: [x, y] }) {
    const lanes = lanesOf(d.channels);
    const vectors = d.channels / lanes;
    const axes = axesOf(d);
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
var sum = V(0);
${tapsOf(axes[0], tapsOf(axes[1], `sum += ${value};`))}
${shader.put('id', `sum / ${pixelsHeld(axes)}`)}`;
        },
      },
    ];
  },
});
