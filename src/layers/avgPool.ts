import type { Tensor4D } from '@tensorflow/tfjs-core';
import { operations, avgPool as pool, avgPoolGradient } from '#kernels';
import { padding, pair } from '../core/options.ts';
import type { Value } from '../plan/lowering.ts';
import { defineLayer } from './layer.ts';
import { describeWindow, poolShape, resolveWindow, windowDims, withBatchOf } from './window.ts';

/** The mean of each window; padded positions are not counted. */
export const avgPool = defineLayer({
  id: 'avgPool',
  title: 'Average pooling',
  summary: 'Keeps the mean of each window.',
  role: 'mean',
  inputs: 'one',
  options: {
    size: pair(2, 'window size in pixels', 1, 128),
    stride: pair(2, 'step of the window in pixels', 1, 128),
    padding: padding('valid', 'pixels around the image'),
  },
  shape: ([input], options) => poolShape(input, options),
  // Cast: shape() has made sure that the input is an image.
  apply: ([x], _params, _context, options) => pool(x as Tensor4D, resolveWindow(x!.shape[1]!, x!.shape[2]!, options)),
  pull: (r, { inputs: [x] }, options) => [
    avgPoolGradient(r as Tensor4D, withBatchOf(r, x!), resolveWindow(x!.shape[1]!, x!.shape[2]!, options)),
  ],
  window: (input, options) => resolveWindow(input[0]!, input[1]!, options),
  lower({ inputs, shape, options, batch, output, emit }) {
    const [x] = inputs as [Value];
    const y = output();
    const dims = {
      ...windowDims(batch, x.shape, shape, resolveWindow(x.shape[0]!, x.shape[1]!, options)),
      channels: x.shape[2]!,
    };
    emit(operations.avgPool, [x.buffer, y], dims);
    return { output: y, back: ({ dy, dx }) => emit(operations.avgPoolBackward, [dy, dx(0)], dims) };
  },
  detail: describeWindow,
});
