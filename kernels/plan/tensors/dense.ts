import { defineKernel, type Numbers } from '../kernel.ts';
import { rectify, startRows } from './finishRows.ts';
import { productScratch } from './scratch.ts';

export type DenseDims = { readonly m: number; readonly k: number; readonly n: number };

/** y[m, n] = Σ_k x[m, k] · w[k, n] + bias[n], and of that max(0, y) where `relu` is 1. */
export const dense = defineKernel<DenseDims & { readonly relu: number }>({
  id: 'dense',
  buffers: [
    { name: 'x', access: 'read' },
    { name: 'w', access: 'read' },
    { name: 'bias', access: 'read', optional: true },
    { name: 'y', access: 'write' },
  ],
  run(buffers, { m, k, n, relu }) {
    const [x, w, bias, y] = buffers as readonly [Numbers, Numbers, Numbers | null, Numbers];
    startRows(y, bias, n);
    for (let row = 0; row < m; row++)
      for (let i = 0; i < k; i++) {
        const value = x[row * k + i]!;
        for (let j = 0; j < n; j++) y[row * n + j]! += value * w[i * n + j]!;
      }
    if (relu) rectify(y);
  },
  wasm: { args: ['m', 'k', 'n', 'relu'], scratch: ({ k, n }) => productScratch(k, n) },
  flops: ({ m, k, n }) => 2 * m * k * n,
});
