import * as tf from '@tensorflow/tfjs-core';
import { build, network, type Metric, type Model, type Network, type Scored, type Subject, type Unscored } from '#src';

/** Everything that can be said of a subject in plain numbers; the rest is filled in. */
export interface Plan {
  readonly net: Network;
  readonly weights?: Readonly<Record<string, Float32Array>>;
  /** One input; 1, 2, 3 … unless told. */
  readonly x?: ArrayLike<number>;
  readonly class?: number;
  readonly map: ArrayLike<number>;
  readonly mask?: ArrayLike<number> | null;
  readonly explain?: Subject['explain'];
}

/** Builds a subject, hands it over, and frees its model and input. */
export async function withSubject<T>(plan: Plan, use: (subject: Subject) => Promise<T>): Promise<T> {
  const { net, weights, class: target = 0, mask = null } = plan;
  const model = build(net, { seed: 3 });
  if (weights) model.write(weights);
  const values = plan.x ?? Array.from({ length: net.input.reduce((a, b) => a * b, 1) }, (_, i) => i + 1);
  const x = tf.tensor([...Array.from(values)], [1, ...net.input]);
  const map = Float32Array.from(plan.map);
  try {
    return await use({
      model,
      x,
      class: target,
      map,
      mask: mask && Uint8Array.from(mask),
      explain: plan.explain ?? (async () => map.slice()),
    });
  } finally {
    x.dispose();
    model.dispose();
  }
}

/** Measures one map of a net that does not matter. */
export function scored<D extends Scored>(
  metric: Metric<D>,
  map: ArrayLike<number>,
  mask: ArrayLike<number> | null = null,
  options: object = {},
): Promise<D | Unscored> {
  return withSubject({ net: linearNet([map.length], 2), map, mask }, (subject) => metric.measure(subject, options));
}

/** One dense layer: logit_k = b_k + Σ_i w_ik·x_i. */
export function linearNet(input: readonly number[], outputs: number): Network {
  const flat = input.length === 1 ? [] : [{ kind: 'flatten' }];
  return network(input, [...flat, { kind: 'dense', units: outputs, id: 'end' }]);
}

/** Explains by weight times input, channels added up; right for a linear net. */
export async function weightTimesInput(model: Model, x: tf.Tensor, target: number): Promise<Float32Array> {
  const { 'end/kernel': kernel } = await model.read();
  const input = await x.data();
  const outputs = kernel!.length / input.length;
  const channels = x.rank === 4 ? x.shape[3]! : 1;
  const map = new Float32Array(input.length / channels);
  input.forEach((value, i) => (map[Math.floor(i / channels)]! += value * kernel![i * outputs + target]!));
  return map;
}
