import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * The sum of any number of tensors of one shape, two at a time: on webgpu tf.addN binds one buffer for each, and more than a
 * device has places for (eight, often) break everything that is computed along with it. Call it inside tf.tidy.
 */
export function sumOf(first: Tensor, ...rest: readonly Tensor[]): Tensor {
  return rest.reduce((sum, next) => tf.add(sum, next), first);
}
