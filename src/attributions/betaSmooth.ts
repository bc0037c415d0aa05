import { betaSmooth as composite } from '../relevance/composites/betaSmooth.ts';
import { byComposite } from './byComposite.ts';

/** The gradient with σ(βx) in the place of every ReLU's step (Dombrowski et al. 2019). */
export const betaSmooth = byComposite(
  composite,
  'It is the gradient of a smoother net than the one that decides; a small β explains something that nobody runs.',
);
