import { real } from '../../core/options.ts';
import { defineOptimizer } from './optimizer.ts';

export const nesterov = defineOptimizer({
  id: 'nesterov',
  title: 'Nesterov momentum',
  formula: 'v \\leftarrow \\mu v + g, \\; w \\leftarrow w - \\eta (g + \\mu v)',
  source: 'Sutskever, Martens, Dahl and Hinton 2013',
  options: { momentum: real(0.9, 'share of the last velocity that is kept', 0, 0.9999) },
  slots: ['velocity'],
  learningRate: 0.02,
  decoupled: false,
  scalars: () => ({}),
  update: [
    ['velocity', 'momentum * velocity + g'],
    ['w', 'w - learningRate * (g + momentum * velocity)'],
  ],
});
