import { copyChannels as operation } from '../tensors/copyChannels.ts';
import type { Kernel } from '../kernel.ts';
import { defineGpuKernel } from './pass.ts';
import { lanesOf } from './text.ts';

type Sizes = typeof operation extends Kernel<infer D> ? D : never;

export const copyChannels = defineGpuKernel<Sizes>({
  id: 'copyChannels',
  passes({ dims: { rows, channels, fromStride, fromOffset, toStride, toOffset, accumulate }, buffers: [x, y] }) {
    const lanes = lanesOf(channels, fromStride, fromOffset, toStride, toOffset);
    const vectors = channels / lanes;
    const place = (stride: number, offset: number) => `row * ${stride / lanes} + ${offset / lanes} + id % ${vectors}`;
    return [
      {
        threads: rows * vectors,
        lanes,
        body: (shader) => `
let row = id / ${vectors};
${shader.at(y!, lanes, place(toStride, toOffset))} ${accumulate ? '+=' : '='} ${shader.at(x!, lanes, place(fromStride, fromOffset))};`,
      },
    ];
  },
});
