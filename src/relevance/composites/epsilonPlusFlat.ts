import {
  isConvolution,
  isFirst,
  isGate,
  isLinear,
  isPointwise,
  isRoute,
  isSumOrMean,
  type Composite,
} from '../composite.ts';
import { epsilon, flat, gradient, norm, pass, zPlus } from '../rules/index.ts';

/** The composite CRP was published with (Achtibat et al. 2023): flat at the pixels, z⁺ in convolutions, ε above. */
export const epsilonPlusFlat: Composite = {
  id: 'epsilonPlusFlat',
  title: 'ε above, z⁺ in convolutions, flat at the input',
  rows: [
    [isFirst, flat()],
    [isConvolution, zPlus()],
    [isLinear, epsilon()],
    [isSumOrMean, norm()],
    [isGate, norm()],
    [isPointwise, pass()],
    [isRoute, gradient()],
  ],
};
