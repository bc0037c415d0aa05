import { defineActivation } from './activation.ts';

export const sigmoid = defineActivation({
  id: 'sigmoid',
  title: 'Sigmoid',
  formula: '\\sigma(x) = 1 / (1 + e^{-x})',
  source: 'Rumelhart, Hinton and Williams 1986',
  isNonNegative: true,
  value: 'sigmoid(x)',
});
