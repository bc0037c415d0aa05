import { adamOptions, adamRule } from './adamRule.ts';
import { defineOptimizer } from './optimizer.ts';

/** Steps scaled by a running estimate of the gradient and of its square. */
export const adam = defineOptimizer({
  id: 'adam',
  title: 'Adam',
  formula: 'w \\leftarrow w - \\eta \\, \\hat m / (\\sqrt{\\hat v} + \\varepsilon)',
  source: 'Kingma and Ba 2015',
  options: adamOptions,
  learningRate: 0.001,
  decoupled: false,
  ...adamRule,
});
