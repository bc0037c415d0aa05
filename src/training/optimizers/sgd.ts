import * as tf from '@tensorflow/tfjs-core';
import { defineOptimizer } from './optimizer.ts';

export const sgd = defineOptimizer({
  id: 'sgd',
  title: 'SGD',
  formula: 'w \\leftarrow w - \\eta g',
  source: 'Robbins and Monro 1951',
  options: {},
  slots: [],
  learningRate: 0.05,
  decoupled: false,
  update: ({ weight, gradient, learningRate }) => ({
    weight: tf.sub(weight, tf.mul(gradient, learningRate)),
    slots: {},
  }),
});
