import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Cuts the channel axis into groups of k neighbours: [..., C] to k tensors [..., C / k]. */
export function splitGroups(x: Tensor, k: number): Tensor[] {
  const channels = x.shape[x.shape.length - 1]!;
  return tf.unstack(tf.reshape(x, [...x.shape.slice(0, -1), channels / k, k]), x.shape.length);
}
