import '../tf/gradients.ts';
import * as tf from '@tensorflow/tfjs-core';
import { checkRank4, poolWindow, type PoolOptions } from '../window.ts';
import { poolAttributes } from './poolAttributes.ts';

/**
 * The largest value of each window. `x` is [batch, height, width, channels]; padding counts as −∞, so it never wins.
 * The gradient goes whole to the first maximum of the window in row-major order, on every tier.
 * Throws on a wrong rank, a size or stride below 1, and padding as wide as the window.
 */
export function maxPool(x: tf.Tensor4D, options: PoolOptions): tf.Tensor4D {
  const input = checkRank4('maxPool', 'input', x.shape, 'batch, height, width, channels');
  const window = poolWindow('maxPool', input, options);
  return tf.engine().runKernel<tf.Tensor4D>('MaxPool', { x }, poolAttributes(window));
}
