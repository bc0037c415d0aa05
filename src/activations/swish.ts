import { defineActivation } from './activation.ts';

export const swish = defineActivation({
  id: 'swish',
  title: 'Swish',
  formula: 'x \\, \\sigma(\\beta x)',
  source: 'Ramachandran, Zoph and Le 2017',
  params: { beta: { start: 1, trained: true, summary: 'steepness; 1 is SiLU' } },
  value: 'x * sigmoid(beta * x)',
});
