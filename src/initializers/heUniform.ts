import { varianceScaling } from './varianceScaling.ts';

/** Variance 2 / fan-in. */
export const heUniform = varianceScaling({
  id: 'heUniform',
  title: 'He uniform',
  formula: 'U(\\pm\\sqrt{3 \\cdot 2 / n_{in}})',
  source: 'He, Zhang, Ren and Sun 2015',
  distribution: 'uniform',
  variance: ({ fanIn }) => 2 / fanIn,
});
