import { defineKernel, type Numbers } from '../kernel.ts';

/** The finalizer of MurmurHash3: spreads close numbers far apart. */
function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Zeroes each number with probability `rate` and scales the rest by 1 / (1 − rate). Which ones go follows from the step's
 * key (a whole number below 2²⁴), the node and the position alone; so the way back is the same operation on dy.
 */
export const dropout = defineKernel<{ readonly size: number; readonly rate: number; readonly node: number }>({
  id: 'dropout',
  buffers: [
    { name: 'x', access: 'read' },
    { name: 'key', access: 'read' },
    { name: 'y', access: 'write' },
  ],
  run(buffers, { size, rate, node }) {
    const [x, step, y] = buffers as readonly [Numbers, Numbers, Numbers];
    const key = mix((step[0]! + Math.imul(node, 0x9e3779b9)) | 0);
    const [threshold, scale] = [rate * 2 ** 32, 1 / (1 - rate)];
    for (let i = 0; i < size; i++) {
      const drawn = mix(mix((Math.imul(i, 0x9e3779b9) + key) | 0) ^ key);
      y[i] = drawn >= threshold ? x[i]! * scale : 0;
    }
  },
  wasm: { args: ['size', 'rate', 'node'] },
  flops: ({ size }) => size,
});
