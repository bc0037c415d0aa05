import { varianceScaling } from './varianceScaling.ts';

/** Variance 2 / (fan-in + fan-out). */
export const glorotNormal = varianceScaling({
  id: 'glorotNormal',
  title: 'Glorot normal',
  formula: 'N(0, 2 / (n_{in} + n_{out}))',
  source: 'Glorot and Bengio 2010',
  distribution: 'normal',
  variance: ({ fanIn, fanOut }) => 2 / (fanIn + fanOut),
});
