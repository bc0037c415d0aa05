import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { tidied } from '../core/tidied.ts';
import { INPUT } from '../network/network.ts';
import type { Trace } from './trace.ts';
import { disposeWalk, walkSteps } from './walk.ts';

/**
 * Walks from what starts at a node, which is computed inside tf.tidy, down to the input. Returns what arrives there,
 * [samples, ...input], or what is made of it; zeros where no way leads down. The tensor belongs to the caller.
 */
export function* toInput(
  trace: Trace,
  at: string,
  startOf: () => Tensor,
  shown: (r: Tensor) => Tensor = (r) => r,
): Generator<string, Tensor> {
  const start = tf.tidy(startOf);
  try {
    const walked = yield* walkSteps(trace, {
      start: new Map([[at, start]]),
      note: (id, r) => (id === INPUT ? shown(r) : null),
    });
    const [, ...input] = trace.value(INPUT).shape;
    const arrived = tidied(() => tf.clone(walked.relevance.get(INPUT) ?? shown(tf.zeros([start.shape[0]!, ...input]))));
    disposeWalk(walked);
    return arrived;
  } finally {
    start.dispose();
  }
}
