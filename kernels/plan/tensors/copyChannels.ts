import { defineKernel, type Numbers } from '../kernel.ts';

/**
 * Copies `channels` numbers of every row: y[r, toOffset + c] = x[r, fromOffset + c], rows of x and y `fromStride` and
 * `toStride` numbers apart. With `accumulate` 1 they are added. One part of a concatenation; the way back swaps the two.
 */
export const copyChannels = defineKernel<{
  readonly rows: number;
  readonly channels: number;
  readonly fromStride: number;
  readonly fromOffset: number;
  readonly toStride: number;
  readonly toOffset: number;
  readonly accumulate: number;
}>({
  id: 'copyChannels',
  buffers: [
    { name: 'x', access: 'read' },
    { name: 'y', access: 'update' },
  ],
  run(buffers, { rows, channels, fromStride, fromOffset, toStride, toOffset, accumulate }) {
    const [x, y] = buffers as readonly [Numbers, Numbers];
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < channels; c++) {
        const [i, o] = [r * fromStride + fromOffset + c, r * toStride + toOffset + c];
        y[o] = (accumulate ? y[o]! : 0) + x[i]!;
      }
  },
  wasm: { args: ['rows', 'channels', 'fromStride', 'fromOffset', 'toStride', 'toOffset', 'accumulate'] },
  flops: ({ rows, channels, accumulate }) => (accumulate ? rows * channels : 0),
});
