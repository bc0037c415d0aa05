import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Keeps a vanishing gradient from being blown up to a full step. */
const SMALLEST_MEAN = 1e-8;

/** g / (mean |g| + 1e-8): steps of the same size on every net. */
export function overMean(g: Tensor): Tensor {
  return tf.div(g, tf.add(tf.mean(tf.abs(g)), SMALLEST_MEAN));
}

/** ‖t‖₂ */
export function euclideanNorm(t: Tensor): Tensor {
  return tf.sqrt(tf.sum(tf.square(t)));
}

/** g / ‖g‖₂, and 0 where g is 0. */
export function overNorm(g: Tensor): Tensor {
  // Divided by the largest first: a confident net's gradients are so small that their squares are 0 in float32.
  const scaled = tf.divNoNan(g, tf.max(tf.abs(g)));
  return tf.divNoNan(scaled, euclideanNorm(scaled));
}
