import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from '../core/shape.ts';
import { defineLayer } from './layer.ts';

/** [height, width, channels] to one row of units, in row, column, channel order. */
export const flatten = defineLayer({
  id: 'flatten',
  title: 'Flatten',
  summary: 'Lays an image out as one row of numbers.',
  role: 'route',
  inputs: 'one',
  isGlobal: true,
  options: {},
  shape: ([input]) => [sizeOf(input!)],
  apply: ([x]) => tf.reshape(x!, [x!.shape[0]!, -1]),
  pull: (r, { inputs: [x] }) => [tf.reshape(r, [r.shape[0]!, ...x!.shape.slice(1)])],
  // The same numbers under another name.
  lower: ({ inputs: [x] }) => ({ output: x!.buffer }),
  detail: () => 'to a row',
});
