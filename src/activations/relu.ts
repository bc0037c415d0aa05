import { defineActivation } from './activation.ts';

export const relu = defineActivation({
  id: 'relu',
  title: 'ReLU',
  formula: '\\max(0, x)',
  source: 'Nair and Hinton 2010',
  isNonNegative: true,
  kinks: [0],
  value: 'relu(x)',
  derivatives: { x: 'if(y > 0, 1, 0)' },
});
