import { varianceScaling } from './varianceScaling.ts';

/** Variance 2 / fan-in. */
export const heNormal = varianceScaling({
  id: 'heNormal',
  title: 'He normal',
  formula: 'N(0, 2 / n_{in})',
  source: 'He, Zhang, Ren and Sun 2015',
  distribution: 'normal',
  variance: ({ fanIn }) => 2 / fanIn,
});
