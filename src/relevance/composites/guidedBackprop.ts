import { defineComposite } from '../composite.ts';
import { always, isRelu } from '../place.ts';
import { gradient, guided } from '../rules/index.ts';

/** Guided backpropagation (Springenberg et al. 2015): the gradient, with the guided rule at every ReLU. */
export const guidedBackprop = defineComposite({
  id: 'guidedBackprop',
  title: 'Guided backprop',
  summary: 'Crisp outlines that hardly depend on the class.',
  source: 'Springenberg et al. 2015',
  options: {},
  start: 'one',
  rows: () => [
    [isRelu, guided()],
    [always, gradient()],
  ],
});
