import * as tf from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import { channelsOf, describeShape, sameShape } from '../core/shape.ts';
import { defineLayer } from './layer.ts';

/** Inputs side by side along the channel axis, in the order they are named. */
export const concat = defineLayer({
  id: 'concat',
  title: 'Concatenate',
  summary: 'Puts the channels of its inputs side by side.',
  role: 'route',
  inputs: 'many',
  options: {},
  shape(inputs) {
    const [first, ...rest] = inputs;
    const other = rest.find((shape) => !sameShape(shape.slice(0, -1), first!.slice(0, -1)));
    if (other) {
      throw new InputError(
        `images to concatenate differ in size: ${describeShape(first!)} and ${describeShape(other)}; give them the same height and width`,
      );
    }
    return [...first!.slice(0, -1), inputs.reduce((sum, shape) => sum + channelsOf(shape), 0)];
  },
  apply: (inputs) => tf.concat([...inputs], -1),
  pull: (r, { inputs }) =>
    tf.split(
      r,
      inputs.map((x) => channelsOf(x.shape)),
      -1,
    ),
  detail: () => 'of its inputs',
});
