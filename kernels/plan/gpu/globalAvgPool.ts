import type { GlobalPoolDims } from '../tensors/globalAvgPool.ts';
import { defineGpuKernel } from './pass.ts';
import { lanesOf, loop } from './text.ts';

export const globalAvgPool = defineGpuKernel<GlobalPoolDims>({
  id: 'globalAvgPool',
  passes({ dims: { batch, positions, channels }, buffers: [x, y] }) {
    const lanes = lanesOf(channels);
    const vectors = channels / lanes;
    return [
      {
        threads: batch * vectors,
        lanes,
        result: y!,
        body: (shader) => `
let start = (id / ${vectors}) * ${positions * vectors} + id % ${vectors};
var sum = V(0);
${loop('p', 0, positions, `sum += ${shader.at(x!, lanes, `start + p * ${vectors}`)};`)}
${shader.put('id', `sum / ${positions}f`)}`,
      },
    ];
  },
});
