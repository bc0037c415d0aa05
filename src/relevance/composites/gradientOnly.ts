import { defineComposite } from '../composite.ts';
import { always } from '../place.ts';
import { gradient } from '../rules/index.ts';

/** The plain gradient of the logit (Simonyan, Vedaldi and Zisserman 2014). */
export const gradientOnly = defineComposite({
  id: 'gradientOnly',
  title: 'Gradient',
  summary: 'How the logit would move with each pixel, at first order.',
  source: 'Simonyan, Vedaldi and Zisserman 2014',
  options: {},
  start: 'one',
  rows: () => [[always, gradient()]],
});
