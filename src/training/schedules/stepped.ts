import type { Schedule } from './schedule.ts';

/** A tenth after half of the run, a hundredth after three quarters. */
export const stepped: Schedule = {
  id: 'stepped',
  title: 'Steps',
  formula: '\\eta \\cdot 10^{-[t \\ge T/2] - [t \\ge 3T/4]}',
  factor: (step, total) => (step >= 0.75 * total ? 0.01 : step >= 0.5 * total ? 0.1 : 1),
};
