import '../tf/gradients.ts';
import * as tf from '@tensorflow/tfjs-core';
import { checkRank4, poolWindow, type PoolOptions } from '../window.ts';
import { poolAttributes } from './poolAttributes.ts';

/**
 * The mean of each window. `x` is [batch, height, width, channels]; padding is left out of both sum and count, so a window
 * of ones gives 1 at the border, too. Errors as in {@link maxPool}.
 */
export function avgPool(x: tf.Tensor4D, options: PoolOptions): tf.Tensor4D {
  const input = checkRank4('avgPool', 'input', x.shape, 'batch, height, width, channels');
  const window = poolWindow('avgPool', input, options);
  return tf.engine().runKernel<tf.Tensor4D>('AvgPool', { x }, poolAttributes(window));
}
