import type { Rule } from '../rule.ts';

/** Pass: relevance goes through an elementwise function, or a batch norm, unchanged. */
export const pass = (): Rule => ({
  id: 'pass',
  title: 'Unchanged',
  formula: "R' = R",
  source: 'Bach et al. 2015',
  propagate: ({ relevance }) => ({ inputs: [relevance] }),
});
