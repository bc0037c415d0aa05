import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import { describeShape } from '../core/shape.ts';
import { nodeOf, type Network } from '../network/network.ts';
import type { Composite } from './composite.ts';
import type { Trace } from './trace.ts';

/** How many classes the net has logits for; a net with one output has one, for class 1. */
export function logitCount(net: Network): number {
  const { shape } = nodeOf(net, net.output);
  if (shape.length !== 1) {
    throw new InputError(
      `relevance starts at a logit: the net ends with ${describeShape(shape)}; end it with flatten or globalAvgPool and a dense layer`,
    );
  }
  return shape[0]!;
}

/** The place of a class among the logits. One output is the logit of the second of two classes; the first has none. */
export function logitOf(net: Network, target: number): number {
  const count = logitCount(net);
  const [least, most] = count === 1 ? [1, 1] : [0, count - 1];
  if (!(Number.isInteger(target) && target >= least && target <= most)) {
    const known = least === most ? `only class ${most} has a logit` : `the net answers classes ${least} to ${most}`;
    throw new InputError(`unknown class: ${target}; ${known}`);
  }
  return count === 1 ? 0 : target;
}

/** The class with the largest logit; with one output, the class that output speaks for. */
export function answerOf(scores: ArrayLike<number>): number {
  if (scores.length === 1) return 1;
  let best = 0;
  for (let c = 1; c < scores.length; c++) if (scores[c]! > scores[best]!) best = c;
  return best;
}

/** Probabilities from logits, shifted so that nothing overflows. */
export function softmaxOf(logits: ArrayLike<number>): Float32Array {
  let max = -Infinity;
  for (let i = 0; i < logits.length; i++) max = Math.max(max, logits[i]!);
  const powers = Float64Array.from(logits, (z) => Math.exp(z - max));
  const sum = powers.reduce((a, b) => a + b, 0);
  return Float32Array.from(powers, (p) => p / sum);
}

/** The probability of a class; of a single output, that of class 1. */
export function probabilityOf(scores: ArrayLike<number>, target: number): number {
  return softmaxOf(scores.length === 1 ? [0, scores[0]!] : scores)[target]!;
}

/**
 * Where relevance starts: at the classes named for each sample, with their logits (or with 1, for gradients), and 0
 * elsewhere. One list of classes serves every sample. Belongs to the caller.
 */
export function startAt(trace: Trace, classes: readonly (readonly number[])[], kind: Composite['start']): Tensor {
  const { network } = trace;
  const count = logitCount(network);
  const chosen = new Float32Array(classes.length * count);
  classes.forEach((list, n) => {
    for (const target of list) chosen[n * count + logitOf(network, target)] = 1;
  });
  return tf.tidy(() => {
    const mask = tf.tensor2d(chosen, [classes.length, count]);
    return kind === 'one' ? mask : tf.mul(trace.value(network.output), mask);
  });
}

/** The relevance a class starts with. */
export function startOf(composite: Composite, scores: ArrayLike<number>, target: number): number {
  return composite.start === 'one' ? 1 : scores[scores.length === 1 ? 0 : target]!;
}
