import * as tf from '@tensorflow/tfjs-core';

/**
 * tf.tidy for results whose type tfjs does not know, such as objects with optional tensors. It finds the tensors inside
 * arrays and plain objects all the same; a Map or a closure would lose them.
 */
export function tidied<T>(compute: () => T): T {
  return tf.tidy(compute as () => tf.TensorContainer) as T;
}
