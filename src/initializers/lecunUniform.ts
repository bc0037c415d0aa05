import { varianceScaling } from './varianceScaling.ts';

/** Variance 1 / fan-in. */
export const lecunUniform = varianceScaling({
  id: 'lecunUniform',
  title: 'LeCun uniform',
  formula: 'U(\\pm\\sqrt{3 \\cdot 1 / n_{in}})',
  source: 'LeCun, Bottou, Orr and Müller 1998',
  distribution: 'uniform',
  variance: ({ fanIn }) => 1 / fanIn,
});
