import * as tf from '@tensorflow/tfjs-core';
import { isRelu } from '../place.ts';
import { defineRule } from '../rule.ts';

/** Guided backpropagation (Springenberg et al. 2015) at a ReLU: r·[x > 0]·[r > 0]. */
export const guided = defineRule({
  id: 'guided',
  title: 'Guided ReLU',
  summary: 'The gradient where the unit fires, without its negative part.',
  formula: "r' = r\\,[x > 0]\\,[r > 0]",
  source: 'Springenberg et al. 2015',
  options: {},
  fits: isRelu,
  make: () => ({
    prepare: ({ inputs: [x] }) => ({ fires: tf.cast(tf.greater(x!, 0), 'float32') }),
    propagate: (_site, { fires }, relevance) => ({ inputs: [tf.mul(tf.relu(relevance), fires)] }),
  }),
});
