import * as tf from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { operations } from '#kernels';
import type { Loss } from './loss.ts';

/** −log of the sigmoid probability of the label, for a net with one output and two classes. */
export const binaryCrossEntropy: Loss = {
  id: 'binaryCrossEntropy',
  title: 'Binary cross-entropy',
  formula: '\\max(z, 0) - z y + \\ln(1 + e^{-|z|})',
  source: 'Good 1952',
  outputs: () => 1,
  apply(logits, labels) {
    // softplus(z) − z·y is the stable form: nothing overflows for large |z|.
    const z = tf.squeeze(logits, [1]);
    return tf.mean(tf.sub(tf.softplus(z), tf.mul(z, tf.cast(labels, 'float32')))) as Scalar;
  },
  scalar: ([z], label) => Math.max(z!, 0) - z! * label + Math.log1p(Math.exp(-Math.abs(z!))),
  lower: ({ batch }, buffers, emit) => emit(operations.binaryCrossEntropy, buffers, { batch }),
  answer: ([z]) => Number(z! > 0),
};
