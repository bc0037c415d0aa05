import { defineComposite, withoutWeights } from '../composite.ts';
import { isLinear, isPointwise } from '../place.ts';
import { gradient, zPlus } from '../rules/index.ts';

/** Excitation backpropagation (Zhang et al. 2016): z⁺ in every layer with weights, the true slope of every activation. */
export const excitationBackprop = defineComposite({
  id: 'excitationBackprop',
  title: 'Excitation backprop',
  summary: 'z⁺ in every layer with weights: a winner-take-all seen as chance.',
  source: 'Zhang et al. 2016',
  options: {},
  start: 'logit',
  rows: () => [[isLinear, zPlus()], [isPointwise, gradient()], ...withoutWeights],
});
