import { real } from '../../core/options.ts';
import { defineComposite } from '../composite.ts';
import { always, isRelu } from '../place.ts';
import { gradient, smooth } from '../rules/index.ts';

/** β-smooth gradients (Dombrowski et al. 2019): harder to manipulate than the plain gradient. */
export const betaSmooth = defineComposite({
  id: 'betaSmooth',
  title: 'β-smooth gradient',
  summary: 'The gradient with every ReLU smoothed on the way back.',
  source: 'Dombrowski et al. 2019',
  options: { beta: real(10, 'how sharp the step stays', 1e-3, 1e4) },
  start: 'one',
  rows: ({ beta }) => [
    [isRelu, smooth({ beta })],
    [always, gradient()],
  ],
});
