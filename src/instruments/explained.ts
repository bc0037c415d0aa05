import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Model } from '../network/model.ts';
import type { Network } from '../network/network.ts';
import { rulesFor, type Composite, type RuleChoices } from '../relevance/composite.ts';
import { compositeFrom, type CompositeSpec } from '../relevance/composites/registry.ts';
import { answerOf, logitCount, logitOf } from '../relevance/logits.ts';
import { traceSteps, type Trace } from '../relevance/trace.ts';
import { scalesOf, type AblationPlan } from '../concepts/ablation.ts';
import { inTurn, type InTurnOptions } from '../core/inTurn.ts';
import { checkFinite, readAndDispose } from '../core/readBack.ts';

/** What every explanation of one class by relevance asks for. */
export interface ExplainedOptions {
  /** Class to explain; null: the one with the largest logit. */
  readonly class: number | null;
  /** Id of a composite, its id with settings, or a table of your own. */
  readonly composite: CompositeSpec | Composite;
  /** Rules for single nodes, in the place of the composite's. */
  readonly rules: RuleChoices;
  /** Channels to weaken or remove first: the map is that of the net without them. */
  readonly ablation: AblationPlan;
}

export const explainedDefaults: ExplainedOptions = {
  class: null,
  composite: 'epsilonPlusFlat',
  rules: {},
  ablation: {},
};

/** One sample with its class settled. */
export interface Explained {
  readonly trace: Trace;
  readonly composite: Composite;
  readonly target: number;
  readonly scores: Float32Array;
}

/**
 * Traces the first sample of x and settles the class; frees the trace when the job is done. Lets other work in: where training
 * goes on meanwhile, the model should be a frozen one.
 */
export async function explained<T>(
  model: Model,
  x: Tensor,
  options: ExplainedOptions,
  { signal, what }: InTurnOptions,
  job: (explained: Explained) => Promise<T>,
): Promise<T> {
  const { network } = model;
  const composite = tableOf(options.composite);
  const rules = rulesFor(network, composite, options.rules);
  if (options.class === null) logitCount(network);
  else logitOf(network, options.class);
  const scales = scalesOf(network, options.ablation);
  const sample = tf.tidy(() => tf.slice(x, 0, 1));
  const trace = await inTurn(traceSteps(model, sample, { rules, scales }), { signal, what }).finally(() =>
    tf.dispose([sample, ...scales.values()]),
  );
  try {
    const [scores] = (await readAndDispose([tf.clone(trace.value(network.output))])) as [Float32Array];
    checkFinite(scores, 'the logits');
    return await job({ trace, composite, target: options.class ?? answerOf(scores), scores });
  } finally {
    trace.dispose();
  }
}

/** A composite from its description; a table of one's own is used as it is. */
function tableOf(composite: CompositeSpec | Composite): Composite {
  return isTable(composite) ? composite : compositeFrom(composite);
}

/** The options as a record keeps them: a table of rules holds functions, the record keeps its name and settings. */
export function plainOptions<O extends ExplainedOptions>(options: O): O {
  const { composite } = options;
  if (!isTable(composite)) return options;
  return { ...options, composite: { composite: composite.id, ...composite.options } };
}

const isTable = (composite: CompositeSpec | Composite): composite is Composite =>
  typeof composite === 'object' && 'rows' in composite;

/** [height, width] of a picture; a flat input is one row. */
export function mapShape({ input }: Network): [number, number] {
  return input.length === 3 ? [input[0]!, input[1]!] : [1, input[0]!];
}

/** Channel numbers, largest signed relevance first; ties in channel order. */
export function ranking(values: Float32Array): Uint32Array {
  return Uint32Array.from(values.keys()).sort((a, b) => values[b]! - values[a]! || a - b);
}
