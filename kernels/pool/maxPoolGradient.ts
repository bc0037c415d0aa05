import * as tf from '@tensorflow/tfjs-core';
import { poolWindow, type PoolOptions, type Shape4D } from '../window.ts';
import { poolAttributes } from './poolAttributes.ts';

/** The gradient of {@link maxPool} with respect to its input `x`, where `y` is the pool's output. First maximum takes all. */
export function maxPoolGradient(dy: tf.Tensor4D, x: tf.Tensor4D, y: tf.Tensor4D, options: PoolOptions): tf.Tensor4D {
  const shape: Shape4D = x.shape;
  const attributes = poolAttributes(poolWindow('maxPoolGradient', shape, options));
  return tf.engine().runKernel<tf.Tensor4D>('MaxPoolGrad', { dy, input: x, output: y }, attributes);
}
