import type { GlobalPoolDims } from '../tensors/globalAvgPool.ts';
import { defineGpuKernel } from './pass.ts';
import { lanesOf } from './text.ts';

export const globalAvgPoolBackward = defineGpuKernel<GlobalPoolDims>({
  id: 'globalAvgPoolBackward',
  passes({ dims: { batch, positions, channels }, buffers: [dy, dx] }) {
    const lanes = lanesOf(channels);
    const vectors = channels / lanes;
    return [
      {
        threads: batch * positions * vectors,
        lanes,
        result: dx!,
        body: (shader) => {
          const slope = shader.at(dy!, lanes, `(id / ${positions * vectors}) * ${vectors} + id % ${vectors}`);
          return shader.put('id', `${slope} / ${positions}f`);
        },
      },
    ];
  },
});
