import { defineActivation } from './activation.ts';

export const elu = defineActivation({
  id: 'elu',
  title: 'ELU',
  formula: '\\max(0, x) + \\alpha (e^{\\min(0, x)} - 1)',
  source: 'Clevert, Unterthiner and Hochreiter 2016',
  params: { alpha: { start: 1, trained: false, summary: 'depth of the left side' } },
  kinks: [0],
  value: 'relu(x) + alpha * expm1(min(x, 0))',
});
