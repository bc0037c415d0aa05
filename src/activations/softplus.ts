import * as tf from '@tensorflow/tfjs-core';
import { defineActivation } from './activation.ts';

export const softplus = defineActivation({
  id: 'softplus',
  title: 'Softplus',
  formula: '\\ln(1 + e^{\\beta x}) / \\beta',
  source: 'Dugas et al. 2001',
  params: { beta: { start: 1, trained: false, summary: 'sharpness of the bend' } },
  isNonNegative: true,
  scalar: ([x], { beta }) => Math.max(x!, 0) + Math.log1p(Math.exp(-Math.abs(beta! * x!))) / beta!,
  apply: ([x], { beta }) => tf.div(tf.softplus(tf.mul(beta!, x!)), beta!),
});
