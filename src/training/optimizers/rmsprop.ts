import { real } from '../../core/options.ts';
import { defineOptimizer } from './optimizer.ts';

export const rmsprop = defineOptimizer({
  id: 'rmsprop',
  title: 'RMSProp',
  formula: 's \\leftarrow \\rho s + (1 - \\rho) g^2, \\; w \\leftarrow w - \\eta g / (\\sqrt{s} + \\varepsilon)',
  source: 'Tieleman and Hinton 2012',
  options: {
    rho: real(0.9, 'memory of the squared gradient', 0, 0.99999),
    epsilon: real(1e-8, 'added to the root', 1e-12, 1),
  },
  slots: ['square'],
  learningRate: 0.001,
  decoupled: false,
  scalars: () => ({}),
  update: [
    ['square', 'rho * square + (1 - rho) * g * g'],
    ['w', 'w - learningRate * g / (sqrt(square) + epsilon)'],
  ],
});
