import { varianceScaling } from './varianceScaling.ts';

/** Variance 2 / (fan-in + fan-out). */
export const glorotUniform = varianceScaling({
  id: 'glorotUniform',
  title: 'Glorot uniform',
  formula: 'U(\\pm\\sqrt{3 \\cdot 2 / (n_{in} + n_{out})})',
  source: 'Glorot and Bengio 2010',
  distribution: 'uniform',
  variance: ({ fanIn, fanOut }) => 2 / (fanIn + fanOut),
});
