import { defineActivation } from './activation.ts';

export const prelu = defineActivation({
  id: 'prelu',
  title: 'PReLU',
  formula: '\\max(0, x) + \\alpha \\min(0, x)',
  source: 'He, Zhang, Ren and Sun 2015',
  params: { alpha: { start: 0.25, trained: true, summary: 'trained slope left of zero' } },
  kinks: [0],
  value: 'relu(x) + alpha * min(x, 0)',
});
