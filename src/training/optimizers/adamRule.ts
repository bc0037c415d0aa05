import * as tf from '@tensorflow/tfjs-core';
import { real } from '../../core/options.ts';
import type { Updated, UpdateStep } from './optimizer.ts';

export const adamOptions = {
  beta1: real(0.9, 'memory of the gradient', 0, 0.99999),
  beta2: real(0.999, 'memory of the squared gradient', 0, 0.999999),
  epsilon: real(1e-8, 'added to the root', 1e-12, 1),
};

interface AdamValues {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Adam's step, without decay: m and v are bias-corrected by 1 − β^t. */
export function adamRule({ weight, gradient, slots, step, learningRate, options }: UpdateStep<AdamValues>): Updated {
  const { beta1, beta2, epsilon } = options;
  const m = tf.add(tf.mul(slots.m!, beta1), tf.mul(gradient, 1 - beta1));
  const v = tf.add(tf.mul(slots.v!, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  // η·m̂ / (√v̂ + ε) with the corrections folded into two numbers.
  const root = tf.add(tf.mul(tf.sqrt(v), 1 / Math.sqrt(1 - beta2 ** step)), epsilon);
  const move = tf.div(tf.mul(m, learningRate / (1 - beta1 ** step)), root);
  return { weight: tf.sub(weight, move), slots: { m, v } };
}
