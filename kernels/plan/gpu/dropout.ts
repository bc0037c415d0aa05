import { dropout as operation } from '../tensors/dropout.ts';
import type { Kernel } from '../kernel.ts';
import { wgslNumber } from '../../elementwise/wgslFunctions.ts';
import { defineGpuKernel } from './pass.ts';
import { lanesOf } from './text.ts';

type Sizes = typeof operation extends Kernel<infer D> ? D : never;

/** The finalizer of MurmurHash3, as a statement that changes `h`. */
const mix = (h: string) => `
${h} = (${h} ^ (${h} >> U(16))) * U(0x85ebca6bu);
${h} = (${h} ^ (${h} >> U(13))) * U(0xc2b2ae35u);
${h} = ${h} ^ (${h} >> U(16));`;

export const dropout = defineGpuKernel<Sizes>({
  id: 'dropout',
  passes({ dims: { size, rate, node }, buffers: [x, key, y] }) {
    const lanes = lanesOf(size);
    const positions = { 1: 'U(0)', 2: 'U(0, 1)', 4: 'U(0, 1, 2, 3)' }[lanes];
    // Drawn numbers are whole.
    const threshold = Math.min(Math.ceil(rate * 2 ** 32), 2 ** 32 - 1);
    return [
      {
        threads: size / lanes,
        lanes,
        result: y!,
        body: (shader) => `
var key = U(u32(${shader.at(key!, 1, 0)}) + ${Math.imul(node, 0x9e3779b9) >>> 0}u);
${mix('key')}
var drawn = (U(u32(id) * ${lanes}) + ${positions}) * U(0x9e3779b9u) + key;
${mix('drawn')}
drawn = drawn ^ key;
${mix('drawn')}
let kept = ${shader.at(x!, lanes, 'id')} * ${wgslNumber(1 / (1 - rate))};
${shader.put('id', `select(V(0), kept, drawn >= U(${threshold}u))`)}`,
      },
    ];
  },
});
