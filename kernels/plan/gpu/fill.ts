import { wgslNumber } from '../../elementwise/wgslFunctions.ts';
import { defineGpuKernel } from './pass.ts';
import { lanesOf } from './text.ts';

export const fill = defineGpuKernel<{ readonly size: number; readonly value: number }>({
  id: 'fill',
  passes({ dims: { size, value }, buffers: [y] }) {
    const lanes = lanesOf(size);
    return [
      { threads: size / lanes, lanes, result: y!, body: (shader) => shader.put('id', `V(${wgslNumber(value)})`) },
    ];
  },
});
