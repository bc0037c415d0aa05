import { guidedBackprop as composite } from '../relevance/composites/guidedBackprop.ts';
import { byComposite } from './byComposite.ts';

/** The gradient with r·[x > 0]·[r > 0] at every ReLU (Springenberg et al. 2015). */
export const guidedBackprop = byComposite(
  composite,
  'The outlines hardly change with the class or with random weights in the upper layers, so a crisp picture says little about the decision.',
);
