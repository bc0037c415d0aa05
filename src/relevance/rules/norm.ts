import * as tf from '@tensorflow/tfjs-core';
import { EPSILON, heldByStabilizer, stabilize, type Rule } from '../rule.ts';

/**
 * Norm: R'_i = x_i · (∂z/∂x_i) · R / st(z), for nodes with z = Σ x_i ∂z/∂x_i: additions, average pools, and gates that
 * are homogeneous of degree one (there it is our reading: the proportional split on the active linear piece).
 */
export const norm = (eps = EPSILON): Rule => ({
  id: 'norm',
  title: 'In proportion',
  formula: "R'_i = x_i \\frac{\\partial z}{\\partial x_i} \\frac{R}{z + \\varepsilon\\, s(z)}",
  source: 'Montavon et al. 2019',
  propagate({ inputs, output, relevance, pull }) {
    const stable = stabilize(output, eps);
    const share = tf.div(relevance, stable);
    return {
      inputs: pull(share).map((c, i) => tf.mul(inputs[i]!, c)),
      stabilizer: heldByStabilizer(share, output, stable),
    };
  },
});
