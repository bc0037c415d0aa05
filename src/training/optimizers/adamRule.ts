import { real } from '../../core/options.ts';
import type { Optimizer } from './optimizer.ts';

export const adamOptions = {
  beta1: real(0.9, 'memory of the gradient', 0, 0.99999),
  beta2: real(0.999, 'memory of the squared gradient', 0, 0.999999),
  epsilon: real(1e-8, 'added to the root', 1e-12, 1),
};

/** Adam's step: m and v are bias-corrected by 1 − β^t; the corrections are two numbers of the step. */
export const adamRule: Pick<Optimizer<typeof adamOptions>, 'slots' | 'scalars' | 'update'> = {
  slots: ['m', 'v'],
  scalars: ({ step, learningRate, options: { beta1, beta2 } }) => ({
    rate: learningRate / (1 - beta1 ** step),
    correction: 1 / Math.sqrt(1 - beta2 ** step),
  }),
  update: [
    ['m', 'beta1 * m + (1 - beta1) * g'],
    ['v', 'beta2 * v + (1 - beta2) * square(g)'],
    ['w', 'w - rate * m / (correction * sqrt(v) + epsilon)'],
  ],
};
