import { varianceScaling } from './varianceScaling.ts';

/** Variance 1 / fan-in. */
export const lecunNormal = varianceScaling({
  id: 'lecunNormal',
  title: 'LeCun normal',
  formula: 'N(0, 1 / n_{in})',
  source: 'LeCun, Bottou, Orr and Müller 1998',
  distribution: 'normal',
  variance: ({ fanIn }) => 1 / fanIn,
});
