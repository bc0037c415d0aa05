import type { Tensor } from '@tensorflow/tfjs-core';
import type { Model } from '../network/model.ts';
import { rulesFor, type Composite, type RuleChoices } from './composite.ts';
import { gradientOnly } from './composites/gradientOnly.ts';
import { startAt } from './logits.ts';
import { toInput } from './toInput.ts';
import { traceSteps } from './trace.ts';

/** What arrives at the input, in its shape, and the batch norms that could not be folded. */
export interface Walked {
  readonly arrived: Tensor;
  readonly notFolded: readonly string[];
}

/** Walks from the logit of a class down to every number of x [batch, ...input]. What arrives belongs to the caller. */
export function* walkToInput(
  model: Model,
  x: Tensor,
  target: number,
  composite: Composite,
  choices: RuleChoices = {},
): Generator<string, Walked> {
  const { network } = model;
  // Rules of relevance are defined for folded batch norms; a gradient needs no folding.
  const isFolded = composite.start === 'logit';
  const trace = yield* traceSteps(model, x, { rules: rulesFor(network, composite, choices), isFolded });
  try {
    const classes = Array.from({ length: trace.samples }, () => [target]);
    const arrived = yield* toInput(trace, network.output, () => startAt(trace, classes, composite.start));
    return { arrived, notFolded: isFolded ? trace.notFolded : [] };
  } finally {
    trace.dispose();
  }
}

/** ∂f/∂x of the logit of a class at every sample of x [batch, ...input]. Belongs to the caller. */
export function* gradientAt(model: Model, x: Tensor, target: number): Generator<string, Tensor> {
  return (yield* walkToInput(model, x, target, gradientOnly())).arrived;
}
