import * as tf from '@tensorflow/tfjs-core';
import { flag, real } from '../core/options.ts';
import { defineInputOptimization } from './inputOptimization.ts';
import { range } from './optimize.ts';

/**
 * One step of the same size on every pixel, up the loss of the label, or down the loss of the class it should be taken
 * for. Goodfellow, Shlens and Szegedy 2015, "Explaining and harnessing adversarial examples", section 4.
 */
export const fgsm = defineInputOptimization({
  id: 'fgsm',
  title: 'Fast gradient sign',
  summary: 'One step that moves every pixel a little against the label: the quickest way to mislead a net.',
  source: 'Goodfellow, Shlens and Szegedy 2015',
  formula: "x' = \\operatorname{clip}(x \\pm \\epsilon \\operatorname{sign} \\nabla_x L(x, y))",
  options: {
    epsilon: real(0.1, 'how far a pixel moves', 0, 1),
    targeted: flag(false, 'moves towards the class instead of away from it'),
    ...range,
  },
  targets: ['label'],
  plan: ({ epsilon, targeted, low, high }) => ({
    steps: 1,
    range: { low, high },
    // sign(0) is 0: a pixel without influence stays.
    next: ({ x, g }) => tf.add(x, tf.mul(targeted ? -epsilon : epsilon, tf.sign(g))),
  }),
});
