import { real } from '../../core/options.ts';
import { defineComposite, withoutWeights } from '../composite.ts';
import { isConvolution, isLinear } from '../place.ts';
import { EPSILON } from '../rule.ts';
import { epsilon, zPlus } from '../rules/index.ts';

/** z⁺ in convolutions, ε in dense layers (Montavon et al. 2019). */
export const epsilonPlus = defineComposite({
  id: 'epsilonPlus',
  title: 'ε and z⁺',
  summary: 'z⁺ in convolutions, ε in dense layers: fine down to single pixels.',
  source: 'Montavon et al. 2019',
  options: { eps: real(EPSILON, 'added to every denominator of a dense layer', 0, 1e6) },
  start: 'logit',
  rows: ({ eps }) => [[isConvolution, zPlus()], [isLinear, epsilon({ eps })], ...withoutWeights],
});
