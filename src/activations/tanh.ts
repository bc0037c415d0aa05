import { defineActivation } from './activation.ts';

export const tanh = defineActivation({
  id: 'tanh',
  title: 'Tanh',
  formula: '\\tanh x',
  source: 'LeCun, Bottou, Orr and Müller 1998',
  value: 'tanh(x)',
  derivatives: { x: '1 - y * y' },
});
