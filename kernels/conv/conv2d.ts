import '../tf/gradients.ts';
import type * as tf from '@tensorflow/tfjs-core';
import { checkRank4, convWindow, type ConvOptions, type Window } from '../window.ts';
import { runConv2d } from './backendConv.ts';

/**
 * Two-dimensional convolution (cross-correlation) with a right gradient on every tier, for every stride, dilation and
 * padding. `x` is [batch, height, width, channels], `kernel` [height, width, channels, filters]; the result is
 * [batch, outHeight, outWidth, filters] with out = floor((in + pads − (k−1)·dilation − 1) / stride) + 1.
 * Throws on a wrong rank, on channels that differ, on a stride or dilation below 1, on negative padding, and when the
 * kernel does not fit on the padded input.
 *
 * The gradients are the ones registered in tf/gradients.ts and not a `tf.customGrad`: that one computes both gradients
 * always, while the tape asks a registered gradient only for the ones it needs (no input gradient in the first layer, no
 * filter gradient in a saliency map).
 */
export function conv2d(x: tf.Tensor4D, kernel: tf.Tensor4D, options: ConvOptions = {}): tf.Tensor4D {
  const { stride, dilation, padding } = checkConv2d('conv2d', x, kernel, options);
  return runConv2d(x, kernel, stride, dilation, padding);
}

/** The window of a convolution, once its shapes belong together. */
export function checkConv2d(op: string, x: tf.Tensor4D, kernel: tf.Tensor4D, options: ConvOptions): Window {
  const input = checkRank4(op, 'input', x.shape, 'batch, height, width, channels');
  const [kh, kw, channels, filters] = checkRank4(op, 'kernel', kernel.shape, 'height, width, channels, filters');
  if (input[3] !== channels) {
    throw new Error(
      `${op} channels differ: input has ${input[3]}, kernel takes ${channels}; ` +
        `use a kernel of shape [${kh},${kw},${input[3]},${filters}]`,
    );
  }
  return convWindow(op, input, [kh, kw], options);
}
