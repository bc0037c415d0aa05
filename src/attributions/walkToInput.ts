import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { INPUT } from '../network/network.ts';
import type { Model } from '../network/model.ts';
import { rulesFor, type Composite, type RuleChoices } from '../relevance/composite.ts';
import { gradientOnly } from '../relevance/composites/gradientOnly.ts';
import { startAt } from '../relevance/logits.ts';
import { traceOf } from '../relevance/trace.ts';
import { walk } from '../relevance/walk.ts';

/** What arrives at the input, in its shape, and the batch norms that could not be folded. */
export interface Walked {
  readonly arrived: Tensor;
  readonly notFolded: readonly string[];
}

/** Walks from the logit of a class down to every number of x [batch, ...input]. Call it inside tf.tidy. */
export function walkToInput(
  model: Model,
  x: Tensor,
  target: number,
  composite: Composite,
  choices: RuleChoices = {},
): Walked {
  // Rules of relevance are defined for folded batch norms; a gradient needs no folding.
  const isFolded = composite.start === 'logit';
  const trace = traceOf(model, x, { rules: rulesFor(model.network, composite, choices), isFolded });
  try {
    const classes = Array.from({ length: trace.samples }, () => [target]);
    const start = new Map([[model.network.output, startAt(trace, classes, composite.start)]]);
    const { relevance } = walk(trace, { start, note: (id, r) => (id === INPUT ? r : null) });
    return { arrived: relevance.get(INPUT) ?? tf.zerosLike(x), notFolded: isFolded ? trace.notFolded : [] };
  } finally {
    trace.dispose();
  }
}

/** ∂f/∂x of the logit of a class at every sample of x [batch, ...input]. */
export function gradientAt(model: Model, x: Tensor, target: number): Tensor {
  return tf.tidy(() => walkToInput(model, x, target, gradientOnly()).arrived);
}
