import * as tf from '@tensorflow/tfjs-core';
import { defineActivation } from './activation.ts';

export const tanh = defineActivation({
  id: 'tanh',
  title: 'Tanh',
  formula: '\\tanh x',
  source: 'LeCun, Bottou, Orr and Müller 1998',
  scalar: ([x]) => Math.tanh(x!),
  apply: ([x]) => tf.tanh(x!),
});
