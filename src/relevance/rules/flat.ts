import * as tf from '@tensorflow/tfjs-core';
import { real } from '../../core/options.ts';
import { channelsOf } from '../../core/shape.ts';
import { isLinear } from '../place.ts';
import { defineRule, EPSILON, heldBy, stabilizedPositive } from '../rule.ts';

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
    prepare({ inputs: [x], output, kernel, forward }) {
      const shape = [...kernel.shape];
      // Where each output channel sees all input channels, a kernel of ones makes all of them alike: one stands for all.
      if (shape.at(-1) === channelsOf(output.shape)) shape[shape.length - 1] = 1;
      const ones = tf.ones(shape);
      // Ones before the padding: padded positions stay 0, so the count n_j holds in-bounds taps only.
      return { ones, ...stabilizedPositive(forward(tf.ones([1, ...x!.shape.slice(1)]), ones, null), eps) };
    },
    propagate({ transpose }, kept, relevance) {
      const isOneForAll = channelsOf(kept.z.shape) < channelsOf(relevance.shape);
      const share = tf.div(isOneForAll ? tf.sum(relevance, -1, true) : relevance, kept.stable);
      return { inputs: [transpose(share, kept.ones)], held: heldBy(share, kept, null) };
    },
  }),
});
