import * as tf from '@tensorflow/tfjs-core';
import { EPSILON, heldByStabilizer, stabilize, type Rule } from '../rule.ts';

export interface EpsilonOptions {
  readonly eps?: number;
  /** Leaves the bias out of the denominator: nothing is absorbed, at the price of a less stable division. */
  readonly zeroBias?: boolean;
}

/** LRP-ε (Bach et al. 2015): relevance in proportion to what each input contributed. */
export const epsilon = ({ eps = EPSILON, zeroBias = false }: EpsilonOptions = {}): Rule => ({
  id: 'epsilon',
  title: 'LRP-ε',
  formula: "R'_i = x_i \\sum_j \\frac{w_{ij}}{z_j + \\varepsilon\\, s(z_j)} R_j",
  source: 'Bach et al. 2015',
  propagate({ inputs: [x], relevance, kernel, bias, forward, transpose }) {
    const b = zeroBias ? null : bias;
    const z = forward(x!, kernel, b);
    const stable = stabilize(z, eps);
    const share = tf.div(relevance, stable);
    return {
      inputs: [tf.mul(x!, transpose(share, kernel))],
      stabilizer: heldByStabilizer(share, z, stable),
      ...(b ? { bias: tf.sum(tf.mul(share, b)) } : {}),
    };
  },
});
