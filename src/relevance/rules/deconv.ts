import * as tf from '@tensorflow/tfjs-core';
import { isRelu } from '../place.ts';
import { defineRule } from '../rule.ts';

/** The deconvnet (Zeiler and Fergus 2014) at a ReLU: r' = max(r, 0), whether the unit fires or not. */
export const deconv = defineRule({
  id: 'deconv',
  title: 'Deconvnet ReLU',
  summary: 'Cuts what is negative on the way back, whether the unit fires or not.',
  formula: "r' = \\max(r, 0)",
  source: 'Zeiler and Fergus 2014',
  options: {},
  fits: isRelu,
  make: () => ({
    prepare: () => ({}),
    propagate: (_site, _kept, relevance) => ({ inputs: [tf.relu(relevance)] }),
  }),
});
