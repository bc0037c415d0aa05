import * as tf from '@tensorflow/tfjs-core';
import { defineActivation } from './activation.ts';

export const swish = defineActivation({
  id: 'swish',
  title: 'Swish',
  formula: 'x \\, \\sigma(\\beta x)',
  source: 'Ramachandran, Zoph and Le 2017',
  params: { beta: { start: 1, trained: true, summary: 'steepness; 1 is SiLU' } },
  scalar: ([x], { beta }) => x! / (1 + Math.exp(-beta! * x!)),
  apply: ([x], { beta }) => {
    // x σ(βx) = max(0, x) − |x| σ(−β|x|). The gradient of σ is y(1 − y), and for y near 1 float32 has lost 1 − y.
    const size = tf.abs(x!);
    return tf.sub(tf.relu(x!), tf.mul(size, tf.sigmoid(tf.mul(beta!, tf.neg(size)))));
  },
});
