import * as tf from '@tensorflow/tfjs-core';
import { EPSILON, heldByStabilizer, stabilize, type Rule } from '../rule.ts';

/** Flat (Lapuschkin et al. 2019): spreads relevance evenly over the input positions a unit sees. */
export const flat = (eps = EPSILON): Rule => ({
  id: 'flat',
  title: 'LRP-flat',
  formula: "R'_i = \\sum_j \\frac{1}{n_j} R_j",
  source: 'Lapuschkin et al. 2019',
  propagate({ inputs: [x], relevance, kernel, forward, transpose }) {
    // Ones before the padding: padded positions stay 0, so the count n_j holds in-bounds taps only.
    const ones = tf.onesLike(kernel);
    const count = forward(tf.onesLike(x!), ones, null);
    const stable = stabilize(count, eps);
    const share = tf.div(relevance, stable);
    return { inputs: [transpose(share, ones)], stabilizer: heldByStabilizer(share, count, stable) };
  },
});
