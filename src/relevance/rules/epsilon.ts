import * as tf from '@tensorflow/tfjs-core';
import { flag, real } from '../../core/options.ts';
import { isLinear } from '../place.ts';
import { defineRule, EPSILON, heldBy, stabilized } from '../rule.ts';

/** LRP-ε (Bach et al. 2015): relevance in proportion to what each input contributed. ε = 0 is LRP-0. */
export const epsilon = defineRule({
  id: 'epsilon',
  title: 'LRP-ε',
  summary: 'In proportion to what each input contributed; a larger ε mutes weak contributions.',
  formula: "R'_i = x_i \\sum_j \\frac{w_{ij}}{z_j + \\varepsilon\\, s(z_j)} R_j",
  source: 'Bach et al. 2015',
  options: {
    eps: real(EPSILON, 'added to every denominator', 0, 1e6),
    zeroBias: flag(
      false,
      'leaves the bias out of the denominator: nothing is absorbed, but the division is less stable',
    ),
  },
  fits: isLinear,
  make: ({ eps, zeroBias }) => ({
    // The forward pass has the denominator already, bias included.
    prepare: ({ inputs: [x], output, kernel, bias, forward }) =>
      stabilized(zeroBias && bias ? forward(x!, kernel, null) : output, eps),
    propagate({ inputs: [x], kernel, bias, timesTranspose }, denominator, relevance) {
      const share = tf.div(relevance, denominator.stable);
      return {
        inputs: [timesTranspose(x!, share, kernel)],
        held: heldBy(share, denominator, zeroBias ? null : bias),
      };
    },
  }),
});
