// The fixed point of mean 0 and variance 1, eq. 14 of the paper.
const ALPHA = 1.6732632423543772;
const LAMBDA = 1.0507009873554805;
import { defineActivation } from './activation.ts';

export const selu = defineActivation({
  id: 'selu',
  title: 'SELU',
  formula: '\\lambda (\\max(0, x) + \\alpha (e^{\\min(0, x)} - 1))',
  source: 'Klambauer, Unterthiner, Mayr and Hochreiter 2017',
  kinks: [0],
  lets: { alpha: ALPHA, lambda: LAMBDA },
  value: 'lambda * (relu(x) + alpha * expm1(min(x, 0)))',
});
