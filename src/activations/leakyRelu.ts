import { defineActivation } from './activation.ts';

export const leakyRelu = defineActivation({
  id: 'leakyRelu',
  title: 'Leaky ReLU',
  formula: '\\max(0, x) + s \\min(0, x)',
  source: 'Maas, Hannun and Ng 2013',
  params: { slope: { start: 0.01, trained: false, summary: 'slope left of zero' } },
  kinks: [0],
  value: 'relu(x) + slope * min(x, 0)',
});
