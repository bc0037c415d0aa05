import { defineKernel, type Numbers } from '../kernel.ts';

/** y += a: where gradients meet. */
export const addInto = defineKernel<{ readonly size: number }>({
  id: 'addInto',
  buffers: [
    { name: 'a', access: 'read' },
    { name: 'y', access: 'update' },
  ],
  run(buffers, { size }) {
    const [a, y] = buffers as readonly [Numbers, Numbers];
    for (let i = 0; i < size; i++) y[i]! += a[i]!;
  },
  wasm: { args: ['size'] },
  flops: ({ size }) => size,
});
