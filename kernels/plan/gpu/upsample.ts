import type { UpsampleDims } from '../tensors/upsample.ts';
import { defineGpuKernel } from './pass.ts';
import { lanesOf } from './text.ts';

export const upsample = defineGpuKernel<UpsampleDims>({
  id: 'upsample',
  passes({ dims: { batch, height, width, channels, factorY, factorX }, buffers: [x, y] }) {
    const lanes = lanesOf(channels);
    const vectors = channels / lanes;
    const [rows, columns] = [batch * height * factorY, width * factorX];
    return [
      {
        threads: rows * columns * vectors,
        lanes,
        result: y!,
        body: (shader) => {
          const small = `(row / ${factorY} * ${width} + column / ${factorX}) * ${vectors} + id % ${vectors}`;
          return `
let column = (id / ${vectors}) % ${columns};
let row = id / ${vectors * columns};
${shader.put('id', shader.at(x!, lanes, small))}`;
        },
      },
    ];
  },
});
