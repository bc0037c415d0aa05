import * as tf from '@tensorflow/tfjs-core';
import { defineActivation } from './activation.ts';

export const relu = defineActivation({
  id: 'relu',
  title: 'ReLU',
  formula: '\\max(0, x)',
  source: 'Nair and Hinton 2010',
  isNonNegative: true,
  kinks: [0],
  scalar: ([x]) => Math.max(0, x!),
  apply: ([x]) => tf.relu(x!),
});
