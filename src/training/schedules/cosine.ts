import type { Schedule } from './schedule.ts';

/** Half a cosine from 1 to 0 (Loshchilov and Hutter 2017, without restarts). */
export const cosine: Schedule = {
  id: 'cosine',
  title: 'Cosine',
  formula: '\\tfrac{1}{2} \\eta \\, (1 + \\cos(\\pi t / T))',
  factor: (step, total) => 0.5 * (1 + Math.cos((Math.PI * Math.min(step, total)) / total)),
};
