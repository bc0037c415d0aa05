import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import { channelsOf } from '../core/shape.ts';
import { checkFinite, readAndDispose } from '../core/readBack.ts';
import { forward } from '../network/forward.ts';
import { nodeOf } from '../network/network.ts';
import { stages } from '../network/stages.ts';
import { defineInstrument } from './instrument.ts';
import type { BatchEntropyData, EntropyLayer } from './records.ts';

/**
 * log(1 + x) for x ≥ 0, right for tiny x on every tier: on wasm and webgpu tf.log1p is the logarithm of the rounded sum
 * w, which is 0 below 6e-8. What the rounding lost comes back as (x − (w − 1)) / w, the first term of log((1 + x) / w).
 */
function log1p(x: Tensor): Tensor {
  const w = tf.add(1, x);
  return tf.add(tf.log(w), tf.div(tf.sub(x, tf.sub(w, 1)), w));
}

/**
 * Entropy per unit in nats, h_i = ½·log(πe·v_i + 1) with v_i the variance over the batch (N − 1).
 * x is [N, ...]; the result is [D], D the product of the other dimensions. (Peer et al. 2022; the +1 keeps h ≥ 0.)
 */
export function entropyPerUnit(x: Tensor): Tensor {
  const [count] = x.shape;
  if (count === undefined || count < 2) {
    throw new InputError(`batch entropy needs two samples or more: got ${count ?? 0}; use a larger batch`);
  }
  return tf.tidy(() => {
    const flat = tf.reshape(x, [count, -1]);
    // Mean first, then squared deviations: E[x²] − E[x]² would cancel. Counted from the first sample, a unit that never
    // changes has mean 0 exactly; the rounded mean of its values would differ from them in the last bit.
    const moved = tf.sub(flat, tf.slice(flat, 0, 1));
    const deviation = tf.sub(moved, tf.mean(moved, 0));
    const variance = tf.div(tf.sum(tf.square(deviation), 0), count - 1);
    return tf.mul(0.5, log1p(tf.mul(Math.PI * Math.E, variance)));
  });
}

/** Mean of {@link entropyPerUnit}: one differentiable number per layer. */
export function batchEntropyOf(x: Tensor): tf.Scalar {
  return tf.tidy(() => tf.mean(entropyPerUnit(x)) as tf.Scalar);
}

export interface BatchEntropyOptions {
  /** Nodes to read; empty: the output of every stage, after its activation. */
  readonly at: readonly string[];
}

/** How much of the input's variety is left after each layer. */
export const batchEntropy = defineInstrument<BatchEntropyData, BatchEntropyOptions>({
  id: 'batchEntropy',
  title: 'Batch entropy',
  question: 'How much information passes each layer?',
  source: 'Peer, Keulen, Stabinger, Piater and Rodríguez-Sánchez 2022',
  defaults: { at: [] },
  async compute(model, x, { at }) {
    const all = stages(model.network);
    const places =
      at.length > 0
        ? at.map((id) => ({ at: nodeOf(model.network, id).id, stage: all.find((s) => s.output === id)?.id ?? id }))
        : all.map((stage) => ({ at: stage.output, stage: stage.id }));
    const tensors = tf.tidy(() => {
      const values = forward(model, x);
      return places.map((place) => entropyPerUnit(values.get(place.at)!));
    });
    const read = await readAndDispose(tensors);
    places.forEach((place, i) => checkFinite(read[i]!, `the entropy of "${place.at}"`));
    const layers = places.map((place, i) =>
      summarize(place, read[i]!, channelsOf(nodeOf(model.network, place.at).shape)),
    );
    return { samples: x.shape[0]!, layers };
  },
});

function summarize(place: { at: string; stage: string }, units: Float32Array, count: number): EntropyLayer {
  const channels = new Float32Array(count);
  let sum = 0;
  let dead = 0;
  units.forEach((h, i) => {
    sum += h;
    channels[i % count]! += (h * count) / units.length;
    if (h === 0) dead += 1;
  });
  return { ...place, mean: sum / units.length, units, channels, dead };
}
