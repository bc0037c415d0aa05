import * as tf from '@tensorflow/tfjs-core';
import { real } from '../../core/options.ts';
import { isRelu } from '../place.ts';
import { defineRule } from '../rule.ts';

/** β-smooth (Dombrowski et al. 2019): the step of the ReLU's derivative becomes a sigmoid. */
export const smooth = defineRule({
  id: 'smooth',
  title: 'Smoothed ReLU',
  summary: 'The gradient as if the ReLU had no kink.',
  formula: "r' = r\\,\\sigma(\\beta x)",
  source: 'Dombrowski et al. 2019',
  options: { beta: real(10, 'how sharp the step stays', 1e-3, 1e4) },
  fits: isRelu,
  make: ({ beta }) => ({
    prepare: ({ inputs: [x] }) => ({ slope: tf.sigmoid(tf.mul(x!, beta)) }),
    propagate: (_site, { slope }, relevance) => ({ inputs: [tf.mul(relevance, slope)] }),
  }),
});
