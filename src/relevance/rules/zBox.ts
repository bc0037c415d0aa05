import * as tf from '@tensorflow/tfjs-core';
import { real } from '../../core/options.ts';
import { isLinear } from '../place.ts';
import { defineRule, EPSILON, heldBy, negative, positive, stabilized } from '../rule.ts';

/**
 * z-B (Montavon et al. 2017): for pixels that lie in a box [low, high]. The bias terms of its three sums cancel, so the
 * bias absorbs nothing. The bounds are those of the input as the net reads it.
 */
export const zBox = defineRule({
  id: 'zBox',
  title: 'LRP-zB',
  summary: 'For pixels between two bounds: measures each against the darkest and the brightest it could be.',
  formula:
    "R'_i = \\sum_j \\frac{x_i w_{ij} - l_i w_{ij}^+ - h_i w_{ij}^-}{\\sum_k x_k w_{kj} - l_k w_{kj}^+ - h_k w_{kj}^-} R_j",
  source: 'Montavon et al. 2017',
  options: {
    low: real(0, 'the smallest value a pixel can have'),
    high: real(1, 'the largest value a pixel can have'),
    eps: real(EPSILON, 'added to every denominator', 0, 1e6),
  },
  fits: isLinear,
  make: ({ low, high, eps }) => ({
    prepare({ inputs: [x], kernel, forward }) {
      const [wPlus, wMinus] = [positive(kernel), negative(kernel)];
      // Bounds before the padding, as the input itself: a padded position is 0 in all three sums.
      const bound = (value: number) => tf.fill([1, ...x!.shape.slice(1)], value);
      const z = tf.sub(
        tf.sub(forward(x!, kernel, null), forward(bound(low), wPlus, null)),
        forward(bound(high), wMinus, null),
      );
      return { wPlus, wMinus, ...stabilized(z, eps) };
    },
    propagate({ inputs: [x], kernel, transpose, timesTranspose }, kept, relevance) {
      const share = tf.div(relevance, kept.stable);
      const own = timesTranspose(x!, share, kernel);
      const lowest = tf.mul(transpose(share, kept.wPlus), low);
      const highest = tf.mul(transpose(share, kept.wMinus), high);
      return { inputs: [tf.sub(tf.sub(own, lowest), highest)], held: heldBy(share, kept, null) };
    },
  }),
});
