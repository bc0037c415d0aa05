import * as tf from '@tensorflow/tfjs-core';
import { pair } from '../core/options.ts';
import { operations } from '#kernels';
import type { Value } from '../plan/lowering.ts';
import { defineLayer } from './layer.ts';
import { imageShape } from './window.ts';

/** Repeats every pixel: nearest-neighbour enlargement by whole factors. */
export const upsample = defineLayer({
  id: 'upsample',
  title: 'Upsample',
  summary: 'Repeats every pixel to make the image larger.',
  role: 'route',
  inputs: 'one',
  options: { factor: pair(2, 'repetitions of each pixel', 1, 64) },
  shape([input], { factor }) {
    const [height, width, channels] = imageShape(input);
    return [height * factor[0], width * factor[1], channels];
  },
  apply([x], _params, _context, { factor }) {
    // Broadcasting over two new axes repeats pixels; its gradient is a plain sum, on every tier.
    const [batch, height, width, channels] = x!.shape as [number, number, number, number];
    const [fy, fx] = factor;
    const spread = tf.mul(tf.reshape(x!, [batch * height, 1, width, 1, channels]), tf.ones([1, fy, 1, fx, 1]));
    return tf.reshape(spread, [batch, height * fy, width * fx, channels]);
  },
  pull(r, { inputs: [x] }, { factor }) {
    const [, height, width, channels] = x!.shape as [number, number, number, number];
    const [fy, fx] = factor;
    const apart = tf.reshape(r, [r.shape[0]! * height, fy, width, fx, channels]);
    return [tf.reshape(tf.sum(apart, [1, 3]), [r.shape[0]!, height, width, channels])];
  },
  enlarges: ({ factor }) => factor,
  lower({ inputs, options: { factor }, batch, output, emit }) {
    const [x] = inputs as [Value];
    const y = output();
    const [height, width, channels] = x.shape as [number, number, number];
    const dims = { batch, height, width, channels, factorY: factor[0], factorX: factor[1] };
    emit(operations.upsample, [x.buffer, y], dims);
    return { output: y, back: ({ dy, dx }) => emit(operations.upsampleBackward, [dy, dx(0)], dims) };
  },
  detail: ({ factor }) => `${factor[0]} × ${factor[1]}`,
});
