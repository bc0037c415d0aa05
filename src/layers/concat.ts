import * as tf from '@tensorflow/tfjs-core';
import { ABSENT, operations } from '#kernels';
import { InputError } from '../core/errors.ts';
import { channelsOf, describeShape, sameShape, sizeOf } from '../core/shape.ts';
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
  lower({ inputs, shape, batch, output, emit }) {
    const y = output();
    const toStride = channelsOf(shape);
    const rows = (batch * sizeOf(shape)) / toStride;
    let toOffset = 0;
    const parts = inputs.map(({ buffer, shape: own }) => {
      const channels = channelsOf(own);
      const part = { rows, channels, fromStride: channels, fromOffset: 0, toStride, toOffset, accumulate: 0 };
      emit(operations.copyChannels, [buffer, y], part);
      toOffset += channels;
      return part;
    });
    return {
      output: y,
      back: ({ dy, dx }) =>
        parts.forEach(({ channels, toOffset: fromOffset }, i) => {
          const to = dx(i);
          const part = {
            rows,
            channels,
            fromStride: toStride,
            fromOffset,
            toStride: channels,
            toOffset: 0,
            accumulate: 0,
          };
          if (to !== ABSENT) emit(operations.copyChannels, [dy, to], part);
        }),
    };
  },
  detail: () => 'of its inputs',
});
