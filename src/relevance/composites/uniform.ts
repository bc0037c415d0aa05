import { isGate, isLinear, isPointwise, isRoute, isSumOrMean, type Composite } from '../composite.ts';
import { gradient, norm, pass } from '../rules/index.ts';
import type { Rule } from '../rule.ts';

/** One rule for every convolution and dense layer; the rest as in the composites. */
export const uniform = (rule: Rule): Composite => ({
  id: `uniform(${rule.id})`,
  title: `${rule.title} everywhere`,
  rows: [
    [isLinear, rule],
    [isSumOrMean, norm()],
    [isGate, norm()],
    [isPointwise, pass()],
    [isRoute, gradient()],
  ],
});
