import { defineActivation } from './activation.ts';

/** Logit of "both": a cheap stand-in for the exact AND of two independent features given as logits. */
export const andAIL = defineActivation({
  id: 'andAIL',
  title: 'AND, approximate, on logits',
  isHomogeneous: true,
  formula: '\\min(x, 0) + \\min(y, 0) + \\max(0, \\min(x, y))',
  source: 'Lowe et al. 2022',
  inputs: ['a', 'b'],
  // Any negative input: the negative parts add up. None: the smaller one. Ties go to the first.
  value: 'min(a, 0) + min(b, 0) + relu(min(a, b))',
});
