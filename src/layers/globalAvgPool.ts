import * as tf from '@tensorflow/tfjs-core';
import { operations } from '#kernels';
import type { Value } from '../plan/lowering.ts';
import { defineLayer } from './layer.ts';
import { imageShape } from './window.ts';

/** The mean of each channel over all positions: [height, width, channels] to [channels]. */
export const globalAvgPool = defineLayer({
  id: 'globalAvgPool',
  title: 'Mean over space',
  summary: 'One number per channel: its mean over the image.',
  role: 'mean',
  inputs: 'one',
  isGlobal: true,
  options: {},
  shape: ([input]) => [imageShape(input)[2]],
  apply: ([x]) => tf.mean(x!, [1, 2]),
  pull(r, { inputs: [x] }) {
    const [, height, width, channels] = x!.shape as [number, number, number, number];
    const each = tf.div(tf.reshape(r, [r.shape[0]!, 1, 1, channels]), height * width);
    // A product that spreads: a tile takes a hundred times as long on wasm.
    return [tf.mul(each, tf.ones([1, height, width, 1]))];
  },
  lower({ inputs, batch, output, emit }) {
    const [x] = inputs as [Value];
    const y = output();
    const [height, width, channels] = x.shape as [number, number, number];
    const dims = { batch, positions: height * width, channels };
    emit(operations.globalAvgPool, [x.buffer, y], dims);
    return { output: y, back: ({ dy, dx }) => emit(operations.globalAvgPoolBackward, [dy, dx(0)], dims) };
  },
  detail: () => 'over space',
});
