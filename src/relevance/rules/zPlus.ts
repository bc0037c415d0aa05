import * as tf from '@tensorflow/tfjs-core';
import { flag, real } from '../../core/options.ts';
import { isLinear } from '../place.ts';
import { defineRule, EPSILON, heldBy, positive, stabilizedPositive } from '../rule.ts';
import { shareBack, splitBySign, sumOf } from '../splitBySign.ts';

/** z⁺ (Montavon et al. 2017): only contributions that push the output up count. The same as alpha-beta(1, 0). */
export const zPlus = defineRule({
  id: 'zPlus',
  title: 'LRP-z⁺',
  summary: 'Only contributions that push the output up count: steady, and blind to what speaks against.',
  formula: "R'_i = \\sum_j \\frac{(x_i w_{ij})^+}{\\sum_k (x_k w_{kj})^+ + b_j^+} R_j",
  source: 'Montavon et al. 2017',
  options: {
    eps: real(EPSILON, 'added to every denominator', 0, 1e6),
    zeroBias: flag(false, 'leaves the bias out of the denominator'),
  },
  fits: isLinear,
  make: ({ eps, zeroBias }) => ({
    prepare(site) {
      const split = splitBySign(site, ['up']);
      const bias = zeroBias || !site.bias ? null : positive(site.bias);
      return { ...split, ...stabilizedPositive(sumOf(site, split, 'up', bias), eps), bias: bias ?? undefined };
    },
    propagate(site, kept, relevance) {
      const share = tf.div(relevance, kept.stable);
      return { inputs: [shareBack(site, kept, 'up', share)], held: heldBy(share, kept, kept.bias ?? null) };
    },
  }),
});
