import type { Rule } from '../rule.ts';

/** The plain gradient: for max pools, copies and moves it hands all relevance to where the value came from. */
export const gradient = (): Rule => ({
  id: 'gradient',
  title: 'Gradient',
  formula: "R'_i = \\sum_j \\frac{\\partial z_j}{\\partial x_i} R_j",
  source: 'Simonyan, Vedaldi and Zisserman 2014',
  propagate: ({ relevance, pull }) => ({ inputs: pull(relevance) }),
});
