import * as tf from '@tensorflow/tfjs-core';
import { throwIfCancelled } from '../core/errors.ts';
import { real, whole } from '../core/options.ts';
import { random } from '../core/random.ts';
import { nextTask } from '../core/inTurn.ts';
import { defineMetric, explained, unscored, type MetricContext, type Subject } from './metric.ts';

export interface MaxSensitivityData {
  /** Largest relative change over the draws. */
  readonly value: number;
  readonly average: number;
  /** Relative change of every draw. */
  readonly changes: Float64Array;
}

const options = {
  radius: real(0.2, 'largest change of an input number, in its own units', 0, 1e6),
  draws: whole(10, 'perturbed inputs; the reference takes 200, and more can only raise the maximum', 1, 10_000),
};

/** max over draws of ‖Φ(x + δ) − Φ(x)‖ / ‖Φ(x)‖ (Frobenius), every number of δ uniform within ± the radius. */
export const maxSensitivity = defineMetric<MaxSensitivityData, typeof options>({
  id: 'maxSensitivity',
  title: 'Max sensitivity',
  question: 'How much does the map change when the input hardly does?',
  scale: '0: the map stays as it is; 1: it changes by as much as it has',
  caveat:
    'A steady map need not be a right one: a map that ignores the net scores best, the maximum of a few draws is below the true one, and a change may be right where the net itself changes its mind.',
  source: 'Yeh et al. 2019',
  options,
  async compute(subject, { radius, draws }, context) {
    if (subject.map.every((a) => a === 0)) return unscored('empty map: the relevance is 0 everywhere');
    const source = random(context.seed ?? 0, 'maxSensitivity');
    const perturbations = Array.from({ length: draws }, (_, draw) => source.fork(String(draw)));
    const changes = await relativeChanges(
      subject,
      draws,
      (draw) => Float32Array.from({ length: subject.x.size }, () => radius * (2 * perturbations[draw]!.uniform() - 1)),
      context,
    );
    return { value: Math.max(...changes), average: changes.reduce((sum, c) => sum + c, 0) / draws, changes };
  },
});

/** ‖Φ(x + δ) − Φ(x)‖ / ‖Φ(x)‖ for every δ; `deltaOf` gives it in the layout of x. Φ(x) is the subject's map. */
export async function relativeChanges(
  subject: Subject,
  count: number,
  deltaOf: (index: number) => Float32Array,
  { signal, onProgress }: MetricContext = {},
): Promise<Float64Array> {
  const { model, x, map } = subject;
  const changes = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const moved = tf.tidy(() => tf.add(x, tf.tensor(deltaOf(i), x.shape)));
    try {
      const other = await explained(subject, model, moved);
      changes[i] = norm(other.map((a, p) => a - map[p]!)) / norm(map);
    } finally {
      moved.dispose();
    }
    onProgress?.((i + 1) / count);
    await nextTask();
    throwIfCancelled(signal, 'max sensitivity');
  }
  return changes;
}

const norm = (values: Float32Array) => Math.sqrt(values.reduce((sum, a) => sum + a * a, 0));
