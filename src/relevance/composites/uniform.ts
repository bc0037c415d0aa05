import { withoutWeights, type Composite } from '../composite.ts';
import { isLinear } from '../place.ts';
import type { Rule } from '../rule.ts';

/** One rule for every convolution and dense layer; the rest as in the composites. */
export const uniform = (rule: Rule): Composite => ({
  id: `uniform(${rule.id})`,
  title: `${rule.title} everywhere`,
  options: rule.options,
  start: 'logit',
  rows: [[isLinear, rule], ...withoutWeights],
});
