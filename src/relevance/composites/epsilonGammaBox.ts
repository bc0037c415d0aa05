import { real } from '../../core/options.ts';
import { defineComposite, withoutWeights } from '../composite.ts';
import { isConvolution, isFirstConvolution, isLinear } from '../place.ts';
import { epsilon, gamma, zBox } from '../rules/index.ts';

/** zB in the first convolution, γ in the others, ε in dense layers (Montavon et al. 2019). */
export const epsilonGammaBox = defineComposite({
  id: 'epsilonGammaBox',
  title: 'ε, γ and box',
  summary: 'ε in dense layers, γ in convolutions, zB at the pixels: shows what speaks against as well.',
  source: 'Montavon et al. 2019',
  options: {
    low: real(0, 'the smallest value a pixel can have'),
    high: real(1, 'the largest value a pixel can have'),
    gamma: real(0.25, 'how much more agreeing contributions count', 0, 1e6),
  },
  start: 'logit',
  rows: ({ low, high, gamma: g }) => [
    [isFirstConvolution, zBox({ low, high })],
    [isConvolution, gamma({ gamma: g })],
    [isLinear, epsilon()],
    ...withoutWeights,
  ],
});
