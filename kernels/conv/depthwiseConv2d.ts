import '../tf/gradients.ts';
import type * as tf from '@tensorflow/tfjs-core';
import { checkRank4, convWindow, type ConvOptions } from '../window.ts';
import { runDepthwise } from './backendConv.ts';

/**
 * Depthwise convolution: every channel has `multiplier` kernels of its own. `x` is [batch, height, width, channels],
 * `kernel` [height, width, channels, multiplier]; the result is [batch, outHeight, outWidth, channels·multiplier], where
 * output channel c·multiplier + q is channel c under its kernel q. Gradient, sizes and errors as in {@link conv2d}.
 */
export function depthwiseConv2d(x: tf.Tensor4D, kernel: tf.Tensor4D, options: ConvOptions = {}): tf.Tensor4D {
  const op = 'depthwiseConv2d';
  const input = checkRank4(op, 'input', x.shape, 'batch, height, width, channels');
  const [kh, kw, channels, multiplier] = checkRank4(op, 'kernel', kernel.shape, 'height, width, channels, multiplier');
  if (input[3] !== channels) {
    throw new Error(
      `${op} channels differ: input has ${input[3]}, kernel takes ${channels}; ` +
        `use a kernel of shape [${kh},${kw},${input[3]},${multiplier}]`,
    );
  }
  const { stride, dilation, padding } = convWindow(op, input, [kh, kw], options);
  return runDepthwise(x, kernel, stride, dilation, padding);
}
