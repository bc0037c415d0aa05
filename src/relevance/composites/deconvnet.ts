import { defineComposite } from '../composite.ts';
import { always, isRelu } from '../place.ts';
import { deconv, gradient } from '../rules/index.ts';

/** The deconvnet (Zeiler and Fergus 2014): the gradient, with negative parts cut at every ReLU. */
export const deconvnet = defineComposite({
  id: 'deconvnet',
  title: 'Deconvnet',
  summary: 'What pattern would have switched the units on; hardly depends on the class.',
  source: 'Zeiler and Fergus 2014',
  options: {},
  start: 'one',
  rows: () => [
    [isRelu, deconv()],
    [always, gradient()],
  ],
});
