import * as tf from '@tensorflow/tfjs-core';
import { negativePart } from './groups.ts';
import { defineActivation } from './activation.ts';

export const leakyRelu = defineActivation({
  id: 'leakyRelu',
  title: 'Leaky ReLU',
  formula: '\\max(0, x) + s \\min(0, x)',
  source: 'Maas, Hannun and Ng 2013',
  params: { slope: { start: 0.01, trained: false, summary: 'slope left of zero' } },
  kinks: [0],
  scalar: ([x], { slope }) => (x! > 0 ? x! : slope! * x!),
  apply: ([x], { slope }) => tf.add(tf.relu(x!), tf.mul(slope!, negativePart(x!))),
});
