import * as tf from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { operations } from '#kernels';
import type { Loss } from './loss.ts';

/** Mean squared distance to the one-hot target; a net with one output aims at 0 or 1. */
export const mse: Loss = {
  id: 'mse',
  title: 'Mean squared error',
  formula: '\\frac{1}{K} \\sum_k (z_k - [k = y])^2',
  source: 'Legendre 1805',
  outputs: (classes) => (classes === 2 ? 1 : classes),
  apply(logits, labels) {
    const outputs = logits.shape[1]!;
    const target =
      outputs === 1 ? tf.expandDims(tf.cast(labels, 'float32'), 1) : tf.cast(tf.oneHot(labels, outputs), 'float32');
    return tf.mean(tf.square(tf.sub(logits, target))) as Scalar;
  },
  scalar(logits, label) {
    const target = (k: number) => (logits.length === 1 ? label : k === label ? 1 : 0);
    return logits.reduce((sum, z, k) => sum + (z - target(k)) ** 2, 0) / logits.length;
  },
  lower: ({ batch, outputs }, buffers, emit) => emit(operations.mse, buffers, { batch, outputs: outputs }),
  answer: (logits) => (logits.length === 1 ? Number(logits[0]! > 0.5) : logits.indexOf(Math.max(...logits))),
};
