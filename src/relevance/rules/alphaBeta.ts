import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { flag, real } from '../../core/options.ts';
import { isLinear } from '../place.ts';
import { defineRule, EPSILON, heldBy, negative, positive, stabilized, type Held } from '../rule.ts';
import { shareBack, splitBySign, sumOf } from '../splitBySign.ts';

/**
 * α-β (Bach et al. 2015) with α = 1 + β: what pushes the output up gets α times the relevance, what pushes it down gives β
 * times the relevance back. R itself, not its sign parts, enters both.
 */
export const alphaBeta = defineRule({
  id: 'alphaBeta',
  title: 'LRP-αβ',
  summary: 'Shows what speaks for and what speaks against, weighed by β; α is 1 + β.',
  formula:
    "R'_i = \\sum_j \\left( \\alpha \\frac{(x_i w_{ij})^+}{z_j^+} - \\beta \\frac{(x_i w_{ij})^-}{z_j^-} \\right) R_j,\\quad \\alpha = 1 + \\beta",
  source: 'Bach et al. 2015',
  options: {
    beta: real(1, 'weight of what speaks against', 0, 100),
    eps: real(EPSILON, 'added to every denominator', 0, 1e6),
    zeroBias: flag(false, 'leaves the bias out of the denominators'),
  },
  fits: isLinear,
  make: ({ beta, eps, zeroBias }) => {
    const alpha = 1 + beta;
    return {
      prepare(site) {
        const split = splitBySign(site, beta === 0 ? ['up'] : ['up', 'down']);
        const bias = zeroBias ? null : site.bias;
        const [up, down] = [bias && positive(bias), bias && negative(bias)];
        const above = stabilized(sumOf(site, split, 'up', up), eps);
        const kept = { ...split, ...above, bias: up ?? undefined };
        if (beta === 0) return kept;
        const below = stabilized(sumOf(site, split, 'down', down), eps);
        return { ...kept, zDown: below.z, stableDown: below.stable, biasDown: down ?? undefined };
      },
      propagate(site, kept: Kept, relevance) {
        const share = tf.div(tf.mul(relevance, alpha), kept.stable);
        const up = shareBack(site, kept, 'up', share);
        const upHeld = heldBy(share, kept, kept.bias ?? null);
        if (!kept.zDown || !kept.stableDown) return { inputs: [up], held: upHeld };
        const against = tf.div(tf.mul(relevance, -beta), kept.stableDown);
        const below = { z: kept.zDown, stable: kept.stableDown };
        return {
          inputs: [tf.add(up, shareBack(site, kept, 'down', against))],
          held: () => added(upHeld(), heldBy(against, below, kept.biasDown ?? null)()),
        };
      },
    };
  },
});

type Kept = ReturnType<typeof splitBySign> &
  ReturnType<typeof stabilized> & {
    readonly bias: Tensor | undefined;
    readonly zDown?: Tensor;
    readonly stableDown?: Tensor;
    readonly biasDown?: Tensor | undefined;
  };

function added(a: Held, b: Held): Held {
  const bias = a.bias && b.bias ? { bias: tf.add(a.bias, b.bias) } : {};
  return { ...bias, stabilizer: tf.add(a.stabilizer!, b.stabilizer!) };
}
