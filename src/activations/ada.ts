import { defineActivation } from './activation.ts';

/** The apical dendrite activation: a bump that falls off again, so that one neuron can tell "some" from "too much". */
export const ada = defineActivation({
  id: 'ada',
  title: 'ADA',
  formula: '\\max(0, x) \\, e^{c - \\alpha x}',
  source: 'Georgescu, Ionescu, Ristea and Sebe 2020',
  params: {
    alpha: { start: 1, trained: true, summary: 'decay; the peak lies at 1 / α' },
    c: { start: 0, trained: false, summary: 'height; 1 for single neurons and deep stacks' },
  },
  kinks: [0],
  // The positive part goes into the exponent too: max(0, x)·e^(−αx) would be 0·∞ far left. α stays positive.
  value: 'relu(x) * exp(c - max(alpha, 0.001) * relu(x))',
});
