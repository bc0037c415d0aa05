import { wgslNumber } from '../../elementwise/wgslFunctions.ts';
import type { NormDims } from '../tensors/batchNorm.ts';
import { defineGpuKernel, type Shader } from './pass.ts';
import { blockRows, rowSums, sliceSum, slicesOf } from './rowSums.ts';
import { lanesOf, loop } from './text.ts';

/** Mean and squared distances from it per slice; then everything else, block by block. */
export const batchNorm = defineGpuKernel<NormDims & { readonly epsilon: number; readonly momentum: number }>({
  id: 'batchNorm',
  passes({ dims: { rows, channels, epsilon, momentum }, buffers, scratch, mayWait }) {
    const [x, gamma, beta, movingMean, movingVariance, y, mean, rstd] = buffers as readonly [
      ...[number, number, number, number, number, number, number, number],
    ];
    const lanes = lanesOf(channels);
    const slices = slicesOf(rows, channels, lanes);
    const { vectors, count, length } = slices;
    const partial = scratch(2 * count * channels);
    const at = (shader: Shader, buffer: number) => shader.at(buffer, lanes, 'c');
    const statistics = rowSums(slices, partial, mayWait, {
      // Distances from some row of the slice: squares of large numbers would swallow the digits.
      start: (shader) => `let origin = ${shader.at(x, lanes, `first * ${vectors} + c`)};`,
      add: (shader) =>
        `let distance = ${shader.at(x, lanes, `r * ${vectors} + c`)} - origin;\na += distance;\nb += distance * distance;`,
      finish: `let size = f32(end - first);
let shift = a / size;
a = origin + shift;
b = max(b - shift * shift * size, V(0));`,
    });
    return [
      statistics,
      {
        threads: slices.blocks * vectors,
        lanes,
        result: y,
        body: (shader) => `
let c = id % ${vectors};
var center = V(0);
${loop('s', 0, count, `center += f32(min(${rows}, (s + 1) * ${length}) - s * ${length}) * ${sliceSum(shader, slices, partial, 0)};`)}
center = center / ${rows}f;
var squares = V(0);
${loop(
  's',
  0,
  count,
  `let away = ${sliceSum(shader, slices, partial, 0)} - center;
squares += ${sliceSum(shader, slices, partial, 1)} + f32(min(${rows}, (s + 1) * ${length}) - s * ${length}) * away * away;`,
)}
let inverse = V(1) / sqrt(squares / ${rows}f + V(${wgslNumber(epsilon)}));
if (id < ${vectors}) {
${at(shader, mean)} = center;
${at(shader, rstd)} = inverse;
${at(shader, movingMean)} = ${wgslNumber(1 - momentum)} * ${at(shader, movingMean)} + ${wgslNumber(momentum)} * center;
${at(shader, movingVariance)} = ${wgslNumber(1 - momentum)} * ${at(shader, movingVariance)} + ${wgslNumber(momentum)} * squares / ${Math.max(rows - 1, 1)}f;
}
let scale = inverse * ${at(shader, gamma)};
let shift = ${at(shader, beta)};
${blockRows(slices, shader.put('i', `(${shader.at(x, lanes, 'i')} - center) * scale + shift`))}`,
      },
    ];
  },
});
