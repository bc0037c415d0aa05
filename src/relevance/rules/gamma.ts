import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { flag, real } from '../../core/options.ts';
import { isLinear } from '../place.ts';
import { defineRule, EPSILON, negative, perSample, positive, stabilized } from '../rule.ts';
import { shareBack, splitInput, sumOf, type Split } from '../splitBySign.ts';

/**
 * Generalised γ (Montavon et al. 2019; for inputs of both signs Andéol et al. 2021): contributions of the output's own
 * sign count 1 + γ times. Outputs that are exactly 0 pass nothing on.
 */
export const gamma = defineRule({
  id: 'gamma',
  title: 'LRP-γ',
  summary: 'Between ε (γ = 0) and z⁺ (γ large): favours what agrees with the output, without hiding the rest.',
  formula: "R'_i = \\sum_j \\frac{x_i (w_{ij} + \\gamma w_{ij}^+)}{\\sum_k x_k (w_{kj} + \\gamma w_{kj}^+)} R_j",
  source: 'Montavon et al. 2019; Andéol et al. 2021',
  options: {
    gamma: real(0.25, 'how much more agreeing contributions count', 0, 1e6),
    eps: real(EPSILON, 'added to every denominator', 0, 1e6),
    zeroBias: flag(false, 'leaves the bias out of the denominators'),
  },
  fits: isLinear,
  make: ({ gamma: g, eps, zeroBias }) => ({
    prepare(site) {
      const { kernel } = site;
      const bias = zeroBias ? null : site.bias;
      const up = (t: Tensor) => tf.add(t, tf.mul(positive(t), g));
      const down = (t: Tensor) => tf.add(t, tf.mul(negative(t), g));
      // "Plus" and "minus" kernels of the split become the two bent ones: ŵ favours w > 0, w̌ favours w < 0.
      const split: Split = { ...splitInput(site), wPlus: up(kernel), wMinus: down(kernel) };
      const biasUp = bias && up(bias);
      const biasDown = bias && down(bias);
      const above = stabilized(sumOf(site, split, 'up', biasUp), eps);
      const below = stabilized(sumOf(site, split, 'down', biasDown), eps);
      return {
        ...split,
        // The sign of the true output, bias included, decides also where the bias is left out of the denominators.
        isUp: tf.step(site.output),
        isDown: tf.step(tf.neg(site.output)),
        zUp: above.z,
        stableUp: above.stable,
        zDown: below.z,
        stableDown: below.stable,
        biasUp: biasUp ?? undefined,
        biasDown: biasDown ?? undefined,
      };
    },
    propagate(site, kept, relevance) {
      const shareUp = tf.div(tf.mul(relevance, kept.isUp), kept.stableUp);
      const shareDown = tf.div(tf.mul(relevance, kept.isDown), kept.stableDown);
      return {
        inputs: [tf.add(shareBack(site, kept, 'up', shareUp), shareBack(site, kept, 'down', shareDown))],
        held: () => ({
          stabilizer: perSample(
            tf.add(
              tf.mul(shareUp, tf.sub(kept.stableUp, kept.zUp)),
              tf.mul(shareDown, tf.sub(kept.stableDown, kept.zDown)),
            ),
          ),
          ...(kept.biasUp && kept.biasDown
            ? { bias: perSample(tf.add(tf.mul(shareUp, kept.biasUp), tf.mul(shareDown, kept.biasDown))) }
            : {}),
        }),
      };
    },
  }),
});
