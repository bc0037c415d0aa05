import { defineActivation } from './activation.ts';

export const gelu = defineActivation({
  id: 'gelu',
  title: 'GELU',
  formula: 'x \\, \\Phi(x)',
  source: 'Hendrycks and Gimpel 2016',
  value: '0.5 * x * (1 + erf(x * 0.7071067811865476))',
});
