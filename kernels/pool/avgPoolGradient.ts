import * as tf from '@tensorflow/tfjs-core';
import { poolWindow, type PoolOptions, type Shape4D } from '../window.ts';
import { poolAttributes } from './poolAttributes.ts';

/**
 * The gradient of {@link avgPool} with respect to its input `x`.
 *
 * tfjs' gradient kernels divide by the whole window even where padding was left out of the mean. They are right for
 * dy · size / count, where count is how many pixels of the image the window holds.
 */
export function avgPoolGradient(dy: tf.Tensor4D, x: tf.Tensor4D, options: PoolOptions): tf.Tensor4D {
  const shape: Shape4D = x.shape;
  const window = poolWindow('avgPoolGradient', shape, options);
  const { size, stride, padding, output } = window;
  return tf.tidy(() => {
    const inputs = { dy: dy as tf.Tensor, input: x as tf.Tensor };
    if (padding.some((side) => side > 0)) {
      const rows = pixelsInWindow(shape[1], size[0], stride[0], padding[0], output[0]);
      const columns = pixelsInWindow(shape[2], size[1], stride[1], padding[2], output[1]);
      const scale = rows.flatMap((r) => columns.map((c) => (size[0] * size[1]) / (r * c)));
      inputs.dy = tf.mul(dy, tf.tensor4d(scale, [1, output[0], output[1], 1]));
    }
    return tf.engine().runKernel<tf.Tensor4D>('AvgPoolGrad', inputs, poolAttributes(window));
  });
}

/** For each window along one axis, how many of its pixels lie inside the image. */
function pixelsInWindow(length: number, size: number, stride: number, before: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const start = i * stride - before;
    return Math.min(length, start + size) - Math.max(0, start);
  });
}
