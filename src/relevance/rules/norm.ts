import * as tf from '@tensorflow/tfjs-core';
import { real } from '../../core/options.ts';
import { isGate, isNormalization, isSumOrMean } from '../place.ts';
import { defineRule, EPSILON, heldByStabilizer, perSample, stabilized } from '../rule.ts';

/**
 * Norm: R'_i = x_i · (∂z/∂x_i) · R / st(z), for nodes with z = Σ x_i ∂z/∂x_i: additions, average pools, and gates that
 * are homogeneous of degree one (there it is our reading: the proportional split on the active linear piece). On a batch
 * norm that could not be folded it is ε on the diagonal affine map, whose shift absorbs its part.
 */
export const norm = defineRule({
  id: 'norm',
  title: 'In proportion',
  summary: 'To each input in proportion to what it brought to the sum.',
  formula: "R'_i = x_i \\frac{\\partial z}{\\partial x_i} \\frac{R}{z + \\varepsilon\\, s(z)}",
  source: 'Montavon et al. 2019',
  options: { eps: real(EPSILON, 'added to every denominator', 0, 1e6) },
  fits: (place) => isSumOrMean(place) || isGate(place) || isNormalization(place),
  make: ({ eps }) => ({
    prepare: ({ output }) => stabilized(output, eps),
    propagate({ node, inputs, pull }, denominator, relevance) {
      const share = tf.div(relevance, denominator.stable);
      const shares = pull(share).map((c, i) => tf.mul(inputs[i]!, c));
      return {
        inputs: shares,
        held() {
          const stabilizer = heldByStabilizer(share, denominator);
          if (node.layer.role !== 'normalize') return { stabilizer };
          // What the scaled input did not bring to the output came from the shift.
          const bias = tf.sub(tf.sub(perSample(relevance), perSample(shares[0]!)), stabilizer);
          return { stabilizer, bias };
        },
      };
    },
  }),
});
