import { defineActivation } from './activation.ts';

export const softplus = defineActivation({
  id: 'softplus',
  title: 'Softplus',
  formula: '\\ln(1 + e^{\\beta x}) / \\beta',
  source: 'Dugas et al. 2001',
  params: { beta: { start: 1, trained: false, summary: 'sharpness of the bend' } },
  isNonNegative: true,
  value: 'softplus(beta * x) / beta',
});
