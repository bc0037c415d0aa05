import { real } from '../../core/options.ts';
import { defineComposite, withoutWeights } from '../composite.ts';
import { isConvolution, isFirst, isLinear } from '../place.ts';
import { EPSILON } from '../rule.ts';
import { epsilon, flat, zPlus } from '../rules/index.ts';

/** The composite CRP was published with (Achtibat et al. 2023): flat at the pixels, z⁺ in convolutions, ε above. */
export const epsilonPlusFlat = defineComposite({
  id: 'epsilonPlusFlat',
  title: 'ε, z⁺ and flat',
  summary: 'ε in dense layers, z⁺ in convolutions, flat at the input: the table CRP was published with.',
  source: 'Achtibat et al. 2023',
  options: { eps: real(EPSILON, 'added to every denominator of a dense layer', 0, 1e6) },
  start: 'logit',
  rows: ({ eps }) => [[isFirst, flat()], [isConvolution, zPlus()], [isLinear, epsilon({ eps })], ...withoutWeights],
});
