import { adamOptions, adamRule } from './adamRule.ts';
import { defineOptimizer } from './optimizer.ts';

/** Adam with weight decay taken off the weights themselves. */
export const adamw = defineOptimizer({
  id: 'adamw',
  title: 'AdamW',
  formula: 'w \\leftarrow (1 - \\eta \\lambda) w - \\eta \\, \\hat m / (\\sqrt{\\hat v} + \\varepsilon)',
  source: 'Loshchilov and Hutter 2019',
  options: adamOptions,
  learningRate: 0.001,
  decoupled: true,
  ...adamRule,
});
