import * as tf from '@tensorflow/tfjs-core';
import { erf } from '../core/special.ts';
import { defineActivation } from './activation.ts';

export const gelu = defineActivation({
  id: 'gelu',
  title: 'GELU',
  formula: 'x \\, \\Phi(x)',
  source: 'Hendrycks and Gimpel 2016',
  scalar: ([x]) => 0.5 * x! * (1 + erf(x! / Math.SQRT2)),
  apply: ([x]) => tf.mul(tf.mul(0.5, x!), tf.add(1, tf.erf(tf.mul(Math.SQRT1_2, x!)))),
});
