import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Cuts the channel axis into groups of k neighbours: [..., C] to k tensors [..., C / k]. */
export function splitGroups(x: Tensor, k: number): Tensor[] {
  const channels = x.shape[x.shape.length - 1]!;
  return tf.unstack(tf.reshape(x, [...x.shape.slice(0, -1), channels / k, k]), x.shape.length);
}

/** The part left of zero, min(x, 0). Its gradient at 0 is 1: the left branch, which tf.minimum gives. */
export function negativePart(x: Tensor): Tensor {
  return tf.minimum(x, 0);
}
