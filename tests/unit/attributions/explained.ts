import * as tf from '@tensorflow/tfjs-core';
import {
  attributions,
  build,
  network,
  type AttributionContext,
  type AttributionData,
  type Model,
  type Network,
} from '#src';

export interface Asked {
  readonly net: Network;
  /** Seeded ones unless told. */
  readonly weights?: Readonly<Record<string, Float32Array>>;
  /** One input; seeded by the caller. */
  readonly x: ArrayLike<number>;
  readonly class?: number;
}

/** Builds a model, hands it over with its input, and frees both. */
export async function withSample<T>(
  { net, weights, x: values }: Asked,
  use: (model: Model, x: tf.Tensor) => Promise<T>,
): Promise<T> {
  const model = build(net, { seed: 3 });
  if (weights) model.write(weights);
  const x = tf.tensor(Float32Array.from(values), [1, ...net.input]);
  try {
    return await use(model, x);
  } finally {
    x.dispose();
    model.dispose();
  }
}

/** What a method says about class 0, or the class that is asked for. */
export function explained(
  id: string,
  asked: Asked,
  options: object = {},
  context: AttributionContext = {},
): Promise<AttributionData> {
  return withSample(asked, (model, x) => attributions.get(id).explain(model, x, asked.class ?? 0, options, context));
}

/** logit_k = b_k + Σ_i w_ik·x_i with two logits; kernel by input number, then class. */
export function linearNet(input: readonly number[]): Network {
  const flat = input.length === 1 ? [] : [{ kind: 'flatten' }];
  return network(input, [...flat, { kind: 'dense', units: 2, id: 'end' }]);
}

/** Weights of class 0, then of class 1, as the net takes them. */
export function linearWeights(zero: ArrayLike<number>, one: ArrayLike<number>, bias: readonly number[] = [0.5, -2]) {
  return {
    'end/kernel': Float32Array.from({ length: 2 * zero.length }, (_, i) => (i % 2 === 0 ? zero : one)[i >> 1]!),
    'end/bias': Float32Array.from(bias),
  };
}

/** Σ over the channels of each pixel. */
export function perPixel(values: ArrayLike<number>, channels: number): number[] {
  return Array.from({ length: values.length / channels }, (_, p) =>
    Array.from({ length: channels }, (_, c) => values[p * channels + c]!).reduce((a, b) => a + b, 0),
  );
}

export const sumOf = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);
