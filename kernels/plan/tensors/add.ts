import { defineKernel, type Numbers } from '../kernel.ts';

/** y = a + b. */
export const add = defineKernel<{ readonly size: number }>({
  id: 'add',
  buffers: [
    { name: 'a', access: 'read' },
    { name: 'b', access: 'read' },
    { name: 'y', access: 'write' },
  ],
  run(buffers, { size }) {
    const [a, b, y] = buffers as readonly [Numbers, Numbers, Numbers];
    for (let i = 0; i < size; i++) y[i] = a[i]! + b[i]!;
  },
  wasm: { args: ['size'] },
  flops: ({ size }) => size,
});
