import * as tf from '@tensorflow/tfjs-core';
import { negativePart } from './groups.ts';
import { defineActivation } from './activation.ts';

export const elu = defineActivation({
  id: 'elu',
  title: 'ELU',
  formula: '\\max(0, x) + \\alpha (e^{\\min(0, x)} - 1)',
  source: 'Clevert, Unterthiner and Hochreiter 2016',
  params: { alpha: { start: 1, trained: false, summary: 'depth of the left side' } },
  kinks: [0],
  scalar: ([x], { alpha }) => (x! > 0 ? x! : alpha! * Math.expm1(x!)),
  apply: ([x], { alpha }) => tf.add(tf.relu(x!), tf.mul(alpha!, tf.expm1(negativePart(x!)))),
});
