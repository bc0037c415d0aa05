import type { Schedule } from './schedule.ts';

/** Rises evenly over the first twentieth of the run, then stays. */
export const warmup: Schedule = {
  id: 'warmup',
  title: 'Warm-up',
  formula: '\\eta \\min(1, 20 (t + 1) / T)',
  factor: (step, total) => Math.min(1, (20 * (step + 1)) / total),
};
