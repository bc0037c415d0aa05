import { ABSENT } from '../plan.ts';
import type { NormDims } from '../tensors/batchNorm.ts';
import { defineGpuKernel, type Pass, type Shader } from './pass.ts';
import { blockRows, rowSums, sliceSum, slicesOf } from './rowSums.ts';
import { lanesOf, loop } from './text.ts';

export const batchNormBackward = defineGpuKernel<NormDims>({
  id: 'batchNormBackward',
  passes({ dims: { rows, channels }, buffers, isSet, scratch, mayWait }) {
    const [x, gamma, mean, rstd, dy, dx, dgamma, dbeta] = buffers as readonly [
      ...[number, number, number, number, number, number, number, number],
    ];
    const lanes = lanesOf(channels);
    const slices = slicesOf(rows, channels, lanes);
    const { vectors, count } = slices;
    const partial = scratch(2 * count * channels);
    const statistics = (shader: Shader) => `
let center = ${shader.at(mean, lanes, 'c')};
let inverse = ${shader.at(rstd, lanes, 'c')};`;
    const sums = rowSums(slices, partial, mayWait, {
      start: statistics,
      add: (shader) => `
let slope = ${shader.at(dy, lanes, `r * ${vectors} + c`)};
a += slope;
b += slope * (${shader.at(x, lanes, `r * ${vectors} + c`)} - center) * inverse;`,
    });
    const gather = (shader: Shader, buffer: number, place: number, sum: string) =>
      buffer === ABSENT ? '' : `${shader.at(buffer, lanes, 'c')} ${isSet(place) ? '=' : '+='} ${sum};`;
    const rest: Pass = {
      threads: dx === ABSENT ? vectors : slices.blocks * vectors,
      lanes,
      ...(dx === ABSENT ? {} : { result: dx }),
      body: (shader) => `
let c = id % ${vectors};
var sum = V(0);
var product = V(0);
${loop('s', 0, count, `sum += ${sliceSum(shader, slices, partial, 0)};\nproduct += ${sliceSum(shader, slices, partial, 1)};`)}
if (id < ${vectors}) {
${gather(shader, dgamma, 6, 'product')}
${gather(shader, dbeta, 7, 'sum')}
}
${
  dx === ABSENT
    ? ''
    : `${statistics(shader)}
let scale = ${shader.at(gamma, lanes, 'c')} * inverse;
${blockRows(
  slices,
  shader.put(
    'i',
    `scale * (${shader.at(dy, lanes, 'i')} - (sum + (${shader.at(x, lanes, 'i')} - center) * inverse * product) / ${rows}f)`,
  ),
)}`
}`,
    };
    return [sums, rest];
  },
});
