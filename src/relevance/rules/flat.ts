import * as tf from '@tensorflow/tfjs-core';
import { real } from '../../core/options.ts';
import { isLinear } from '../place.ts';
import { defineRule, EPSILON, heldBy, stabilized } from '../rule.ts';

/** Flat (Lapuschkin et al. 2019): spreads relevance evenly over the input positions a unit sees. */
export const flat = defineRule({
  id: 'flat',
  title: 'LRP-flat',
  summary: 'Evenly over all a unit sees: where, without saying what.',
  formula: "R'_i = \\sum_j \\frac{1}{n_j} R_j",
  source: 'Lapuschkin et al. 2019',
  options: { eps: real(EPSILON, 'added to every denominator', 0, 1e6) },
  fits: isLinear,
  make: ({ eps }) => ({
    prepare({ inputs: [x], kernel, forward }) {
      const ones = tf.onesLike(kernel);
      // Ones before the padding: padded positions stay 0, so the count n_j holds in-bounds taps only.
      return { ones, ...stabilized(forward(tf.ones([1, ...x!.shape.slice(1)]), ones, null), eps) };
    },
    propagate({ transpose }, kept, relevance) {
      const share = tf.div(relevance, kept.stable);
      return { inputs: [transpose(share, kept.ones)], held: heldBy(share, kept, null) };
    },
  }),
});
