import { deconvnet as composite } from '../relevance/composites/deconvnet.ts';
import { byComposite } from './byComposite.ts';

/** The gradient with max(r, 0) at every ReLU (Zeiler and Fergus 2014). */
export const deconvnet = byComposite(
  composite,
  'It does not ask which ReLUs fired, so the picture hardly depends on the class: it shows patterns, not why the net decided so.',
);
