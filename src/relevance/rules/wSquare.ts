import * as tf from '@tensorflow/tfjs-core';
import { flag, real } from '../../core/options.ts';
import { isLinear } from '../place.ts';
import { defineRule, EPSILON, heldBy, stabilizedPositive } from '../rule.ts';

/** w² (Montavon et al. 2017): in proportion to the squared weight, whatever the input. */
export const wSquare = defineRule({
  id: 'wSquare',
  title: 'LRP-w²',
  summary: 'In proportion to the squared weight, whatever the input holds.',
  formula: "R'_i = \\sum_j \\frac{w_{ij}^2}{\\sum_k w_{kj}^2 + b_j^2} R_j",
  source: 'Montavon et al. 2017',
  options: {
    eps: real(EPSILON, 'added to every denominator', 0, 1e6),
    zeroBias: flag(false, 'leaves the bias out of the denominator'),
  },
  fits: isLinear,
  make: ({ eps, zeroBias }) => ({
    prepare({ inputs: [x], kernel, bias, forward }) {
      const squared = tf.square(kernel);
      const constant = zeroBias || !bias ? null : tf.square(bias);
      // Ones of one sample, before the padding: padded positions stay 0, so only taps inside the image count.
      const z = forward(tf.ones([1, ...x!.shape.slice(1)]), squared, constant);
      return { squared, bias: constant ?? undefined, ...stabilizedPositive(z, eps) };
    },
    propagate({ transpose }, kept, relevance) {
      const share = tf.div(relevance, kept.stable);
      return { inputs: [transpose(share, kept.squared)], held: heldBy(share, kept, kept.bias ?? null) };
    },
  }),
});
