import { defineKernel, type Numbers } from '../kernel.ts';

/** y = value, everywhere. */
export const fill = defineKernel<{ readonly size: number; readonly value: number }>({
  id: 'fill',
  buffers: [{ name: 'y', access: 'write' }],
  run(buffers, { size, value }) {
    const [y] = buffers as readonly [Numbers];
    y.fill(value, 0, size);
  },
  wasm: { args: ['size', 'value'] },
  flops: () => 0,
});
