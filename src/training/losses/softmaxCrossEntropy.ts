import * as tf from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { operations } from '#kernels';
import type { Loss } from './loss.ts';

/** −log of the softmax probability of the label. */
export const softmaxCrossEntropy: Loss = {
  id: 'softmaxCrossEntropy',
  title: 'Softmax cross-entropy',
  formula: '-\\ln \\frac{e^{z_y}}{\\sum_k e^{z_k}}',
  source: 'Bridle 1990',
  outputs: (classes) => classes,
  apply(logits, labels) {
    const oneHot = tf.cast(tf.oneHot(labels, logits.shape[1]!), 'float32');
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), oneHot), 1))) as Scalar;
  },
  scalar(logits, label) {
    const max = Math.max(...logits);
    return Math.log(logits.reduce((sum, z) => sum + Math.exp(z - max), 0)) + max - logits[label]!;
  },
  lower: ({ batch, outputs }, buffers, emit) =>
    emit(operations.softmaxCrossEntropy, buffers, { batch, classes: outputs }),
  answer: (logits) => logits.indexOf(Math.max(...logits)),
};
