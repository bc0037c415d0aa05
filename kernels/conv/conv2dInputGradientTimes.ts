import * as tf from '@tensorflow/tfjs-core';
import { inputGradientTimesSparse } from '../wasm/leavingOutZeros.ts';
import { checkRank4, type ConvOptions } from '../window.ts';
import { checkInputGradient, conv2dInputGradient } from './conv2dInputGradient.ts';

/**
 * x ⊙ the gradient of {@link conv2d} with respect to its input: what each entry of x brings, for as many samples of `dy` as x
 * has, or for any number of them when x [batch, height, width, channels] is one sample. On wasm, many samples over one x cost
 * little where x, the kernel or dy are zero. Not differentiable. Throws when the shapes do not belong together.
 */
export function conv2dInputGradientTimes(
  dy: tf.Tensor4D,
  kernel: tf.Tensor4D,
  x: tf.Tensor4D,
  options: ConvOptions = {},
): tf.Tensor4D {
  const [batch, height, width, channels] = checkRank4(
    'conv2dInputGradientTimes',
    'input',
    x.shape,
    'batch, height, width, channels',
  );
  const shape = [batch === 1 ? dy.shape[0] : batch, height, width, channels] as const;
  const window = checkInputGradient('conv2dInputGradientTimes', dy, kernel, shape, options);
  return (
    inputGradientTimesSparse(dy, kernel, x, window) ??
    tf.tidy(() => tf.mul(x, conv2dInputGradient(dy, kernel, shape, options)))
  );
}
