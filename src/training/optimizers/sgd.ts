import { defineOptimizer } from './optimizer.ts';

export const sgd = defineOptimizer({
  id: 'sgd',
  title: 'SGD',
  formula: 'w \\leftarrow w - \\eta g',
  source: 'Robbins and Monro 1951',
  options: {},
  slots: [],
  learningRate: 0.05,
  decoupled: false,
  scalars: () => ({}),
  update: [['w', 'w - learningRate * g']],
});
