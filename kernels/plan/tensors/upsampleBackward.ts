import { defineKernel, type Numbers } from '../kernel.ts';
import { forEachRepeat, upsampleArgs, type UpsampleDims } from './upsample.ts';

/** Gradient of Σ dy·upsample(x): each pixel gets the sum of its repetitions. */
export const upsampleBackward = defineKernel<UpsampleDims>({
  id: 'upsampleBackward',
  buffers: [
    { name: 'dy', access: 'read' },
    { name: 'dx', access: 'write' },
  ],
  run(buffers, d) {
    const [dy, dx] = buffers as readonly [Numbers, Numbers];
    const { channels } = d;
    dx.fill(0);
    forEachRepeat(d, (large, small) => {
      for (let c = 0; c < channels; c++) dx[small * channels + c]! += dy[large * channels + c]!;
    });
  },
  wasm: { args: upsampleArgs },
  flops: (d) => d.batch * d.height * d.width * d.channels * d.factorY * d.factorX,
});
