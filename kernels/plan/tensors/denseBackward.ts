import { defineKernel, type Numbers } from '../kernel.ts';
import type { DenseDims } from './dense.ts';
import { addColumnSums } from './finishRows.ts';
import { productScratch } from './scratch.ts';

/** Gradients of Σ dy·y, y = x·w + bias: dx = dy·wᵀ; dw += xᵀ·dy; dbias += the columns' sums of dy. */
export const denseBackward = defineKernel<DenseDims>({
  id: 'denseBackward',
  buffers: [
    { name: 'x', access: 'read' },
    { name: 'w', access: 'read' },
    { name: 'dy', access: 'read' },
    { name: 'dx', access: 'write', optional: true },
    { name: 'dw', access: 'update', optional: true },
    { name: 'dbias', access: 'update', optional: true },
  ],
  run(buffers, { m, k, n }) {
    const [x, w, dy, dx, dw, dbias] = buffers as readonly [Numbers, Numbers, Numbers, ...(Numbers | null)[]];
    for (let row = 0; row < m; row++)
      for (let i = 0; i < k; i++) {
        const value = x[row * k + i]!;
        let sum = 0;
        for (let j = 0; j < n; j++) {
          const slope = dy[row * n + j]!;
          sum += slope * w[i * n + j]!;
          if (dw) dw[i * n + j]! += value * slope;
        }
        if (dx) dx[row * k + i] = sum;
      }
    if (dbias) addColumnSums(dy, dbias, n);
  },
  wasm: { args: ['m', 'k', 'n'], scratch: ({ k, n }) => productScratch(n, k) },
  flops: ({ m, k, n }) => 4 * m * k * n,
});
