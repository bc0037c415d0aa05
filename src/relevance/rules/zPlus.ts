import * as tf from '@tensorflow/tfjs-core';
import { EPSILON, heldByStabilizer, negative, positive, stabilize, type Rule } from '../rule.ts';

/** z⁺ (Montavon et al. 2017): only contributions that push the output up count. The same as alpha-beta(1, 0). */
export const zPlus = (eps = EPSILON): Rule => ({
  id: 'zPlus',
  title: 'LRP-z⁺',
  formula: "R'_i = \\sum_j \\frac{(x_i w_{ij})^+}{\\sum_k (x_k w_{kj})^+ + b_j^+} R_j",
  source: 'Montavon et al. 2017',
  propagate({ inputs: [x], relevance, kernel, bias, forward, transpose }) {
    const [xPlus, xMinus] = [positive(x!), negative(x!)];
    const [wPlus, wMinus] = [positive(kernel), negative(kernel)];
    const bPlus = bias && positive(bias);
    // z⁺ = F(x⁺; w⁺, b⁺) + F(x⁻; w⁻, 0); the bias counts once.
    const z = tf.add(forward(xPlus, wPlus, bPlus), forward(xMinus, wMinus, null));
    const stable = stabilize(z, eps);
    const share = tf.div(relevance, stable);
    return {
      inputs: [tf.add(tf.mul(xPlus, transpose(share, wPlus)), tf.mul(xMinus, transpose(share, wMinus)))],
      stabilizer: heldByStabilizer(share, z, stable),
      ...(bPlus ? { bias: tf.sum(tf.mul(share, bPlus)) } : {}),
    };
  },
});
