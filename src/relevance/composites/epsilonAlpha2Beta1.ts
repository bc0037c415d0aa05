import { defineComposite, withoutWeights } from '../composite.ts';
import { isConvolution, isLinear } from '../place.ts';
import { alphaBeta, epsilon } from '../rules/index.ts';

/** α = 2, β = 1 in convolutions, ε in dense layers (Bach et al. 2015). */
export const epsilonAlpha2Beta1 = defineComposite({
  id: 'epsilonAlpha2Beta1',
  title: 'ε and α2β1',
  summary: 'What speaks for counts twice, what speaks against once; ε in dense layers.',
  source: 'Bach et al. 2015',
  options: {},
  start: 'logit',
  rows: () => [[isConvolution, alphaBeta({ beta: 1 })], [isLinear, epsilon()], ...withoutWeights],
});
