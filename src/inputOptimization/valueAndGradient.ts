import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { outputSteps } from '../network/forward.ts';
import type { Model } from '../network/model.ts';
import { rulesFor } from '../relevance/composite.ts';
import { gradientOnly } from '../relevance/composites/gradientOnly.ts';
import { toInput } from '../relevance/toInput.ts';
import { traceSteps } from '../relevance/trace.ts';
import type { Objective } from './objective.ts';

/** An objective's value at x, and its gradient there, [1, ...input]. The tensors belong to the caller. */
interface Slope {
  readonly value: Scalar;
  readonly g: Tensor | null;
}

/** Value and gradient, node by node; see `inTurn`. */
export function* valueAndGradient(model: Model, x: Tensor, { at, of }: Objective): Generator<string, Slope> {
  const trace = yield* traceSteps(model, x, {
    rules: rulesFor(model.network, gradientOnly()),
    isFolded: false,
    until: at,
  });
  try {
    const g = yield* toInput(trace, at, () => tf.grad(of)(trace.value(at)));
    return { value: tf.tidy(() => of(trace.value(at))), g };
  } finally {
    trace.dispose();
  }
}

/** The value alone. */
export function* valueOnly(model: Model, x: Tensor, { at, of }: Objective): Generator<string, Slope> {
  const output = yield* outputSteps(model, x, { until: at });
  const value = tf.tidy(() => of(output));
  output.dispose();
  return { value, g: null };
}
