import { isPointwise } from '../place.ts';
import { defineRule } from '../rule.ts';

/** Pass: relevance goes through an elementwise function, or a batch norm, unchanged. */
export const pass = defineRule({
  id: 'pass',
  title: 'Unchanged',
  summary: 'Hands relevance on as it is.',
  formula: "R' = R",
  source: 'Bach et al. 2015',
  options: {},
  fits: isPointwise,
  make: () => ({
    prepare: () => ({}),
    propagate: (_site, _kept, relevance) => ({ inputs: [relevance] }),
  }),
});
