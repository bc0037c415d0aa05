import { defineComposite, withoutWeights } from '../composite.ts';
import { isConvolution, isFirst, isLinear } from '../place.ts';
import { alphaBeta, epsilon, flat } from '../rules/index.ts';

/** Flat at the input, α = 2, β = 1 in convolutions, ε in dense layers (Lapuschkin et al. 2019). */
export const epsilonAlpha2Beta1Flat = defineComposite({
  id: 'epsilonAlpha2Beta1Flat',
  title: 'ε, α2β1 and flat',
  summary: 'What speaks for counts twice, what speaks against once; flat at the input, ε in dense layers.',
  source: 'Lapuschkin et al. 2019',
  options: {},
  start: 'logit',
  rows: () => [[isFirst, flat()], [isConvolution, alphaBeta({ beta: 1 })], [isLinear, epsilon()], ...withoutWeights],
});
