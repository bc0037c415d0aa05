import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { always } from '../place.ts';
import { defineRule, type Site } from '../rule.ts';

/** The plain gradient: for max pools, copies and moves it hands all relevance to where the value came from. */
export const gradient = defineRule({
  id: 'gradient',
  title: 'Gradient',
  summary: 'The derivative itself; at a max pool, all to the winner.',
  formula: "R'_i = \\sum_j \\frac{\\partial z_j}{\\partial x_i} R_j",
  source: 'Simonyan, Vedaldi and Zisserman 2014',
  options: {},
  fits: always,
  make: () => ({
    // An elementwise function has one slope per number, the same for every relevance that comes by.
    prepare: (site): { slope: Tensor | undefined } => ({
      slope: isElementwise(site) ? site.pull(tf.onesLike(site.output))[0] : undefined,
    }),
    propagate: (site, { slope }, relevance) => ({
      inputs: slope ? [tf.mul(relevance, slope)] : site.pull(relevance),
    }),
  }),
});

const isElementwise = ({ node }: Site): boolean => node.layer.role === 'pointwise' && node.joins === 1;
