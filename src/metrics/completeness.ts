import { baselineInput, baselineOption } from './baselines.ts';
import { classScores } from './classScores.ts';
import { defineMetric, unscored } from './metric.ts';

export interface CompletenessData {
  /** (Σ a − (f(x) − f(x₀))) / |f(x) − f(x₀)|: 0 where the map adds up. */
  readonly value: number;
  /** Σ a. */
  readonly sum: number;
  /** f(x), the logit of the class. */
  readonly logit: number;
  /** f(x₀), the logit of the baseline. */
  readonly baselineLogit: number;
}

const options = { baseline: baselineOption };

/** Does the map add up to what the input changes: Σ a = f(x) − f(x₀)? */
export const completeness = defineMetric<CompletenessData, typeof options>({
  id: 'completeness',
  title: 'Completeness',
  question: 'Does the map add up to the score it explains?',
  scale: '0: it adds up; otherwise what is too much or too little, as a share of f(x) − f(x₀)',
  caveat:
    'The right total does not make the parts right, any map can be scaled to it, and methods that never promised this sum (plain gradients, LRP with biases) miss it without being wrong.',
  source: 'Sundararajan, Taly and Yan 2017',
  options,
  async compute(subject, { baseline }, { signal }) {
    const { model, map } = subject;
    const x = Float32Array.from(await subject.x.data());
    const x0 = baselineInput(x, model.network.input, baseline);
    const { logit } = await classScores(model, subject.class, [x, x0], { signal });
    const [f, f0] = logit as unknown as [number, number];
    const sum = map.reduce((total, a) => total + a, 0);
    if (f === f0) return unscored('nothing to add up to: the input and the baseline have the same logit');
    return { value: (sum - (f - f0)) / Math.abs(f - f0), sum, logit: f, baselineLogit: f0 };
  },
});
