import type { UpsampleDims } from '../tensors/upsample.ts';
import { defineGpuKernel } from './pass.ts';
import { lanesOf, loop } from './text.ts';

export const upsampleBackward = defineGpuKernel<UpsampleDims>({
  id: 'upsampleBackward',
  passes({ dims: { batch, height, width, channels, factorY, factorX }, buffers: [dy, dx] }) {
    const lanes = lanesOf(channels);
    const vectors = channels / lanes;
    return [
      {
        threads: batch * height * width * vectors,
        lanes,
        result: dx!,
        body: (shader) => {
          const large = `((row * ${factorY} + i) * ${width * factorX} + column * ${factorX} + j) * ${vectors} + id % ${vectors}`;
          return `
let column = (id / ${vectors}) % ${width};
let row = id / ${vectors * width};
var sum = V(0);
${loop('i', 0, factorY, loop('j', 0, factorX, `sum += ${shader.at(dy!, lanes, large)};`))}
${shader.put('id', 'sum')}`;
        },
      },
    ];
  },
});
