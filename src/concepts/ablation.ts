import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import { inTurn, nextTask } from '../core/inTurn.ts';
import { checkFinite, readAndDispose } from '../core/readBack.ts';
import { channelsOf, sizeOf } from '../core/shape.ts';
import type { Samples } from '../datasets/dataset.ts';
import { outputSteps, type ForwardOptions } from '../network/forward.ts';
import { freeze, type Model } from '../network/model.ts';
import { nodeOf, type Network } from '../network/network.ts';
import { answerOf, logitCount, softmaxOf } from '../relevance/logits.ts';
import { samplesAtOnce } from './chunks.ts';

/** Which channels of which nodes to weaken: node id to channel to the factor its output is multiplied by; 0 removes it. */
export type AblationPlan = Readonly<Record<string, Readonly<Record<number, number>>>>;

/** What a net answers for some samples. A net with one logit answers class 0 or 1: it has two probabilities. */
export interface Answers {
  /** [samples, logits] */
  readonly logits: Float32Array;
  /** [samples, classes] */
  readonly probabilities: Float32Array;
  /** The class with the largest logit; the first of equal ones. */
  readonly classes: Int32Array;
}

/** The answers of a net as it is, and of the net with a plan carried out. */
export interface Ablation {
  readonly before: Answers;
  readonly after: Answers;
}

export interface AccuracyOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Checks a plan against a net. */
export function checkPlan(net: Network, plan: AblationPlan): void {
  for (const [id, factors] of Object.entries(plan)) {
    const channels = channelsOf(nodeOf(net, id).shape);
    for (const [channel, factor] of Object.entries(factors)) {
      const c = Number(channel);
      if (!(Number.isInteger(c) && c >= 0 && c < channels)) {
        throw new InputError(`unknown channel: ${channel} of "${id}"; it has channels 0 to ${channels - 1}`, id);
      }
      if (!(Number.isFinite(factor) && factor >= 0)) {
        throw new InputError(
          `bad factor of channel ${c} of "${id}": ${factor}; use 0 to remove it, or a number above`,
          id,
        );
      }
    }
  }
}

/** The factors of every channel, for `forward` and `traceOf`. The tensors belong to the caller. */
export function scalesOf(net: Network, plan: AblationPlan): NonNullable<ForwardOptions['scales']> {
  checkPlan(net, plan);
  return new Map(
    Object.entries(plan).map(([id, factors]) => {
      const scale = new Float32Array(channelsOf(nodeOf(net, id).shape)).fill(1);
      for (const [channel, factor] of Object.entries(factors)) scale[Number(channel)] = factor;
      return [id, tf.tensor1d(scale)];
    }),
  );
}

/** What changes for x [samples, ...input] when channels are weakened or removed. */
export async function ablate(
  model: Model,
  x: Tensor,
  plan: AblationPlan,
  { signal }: Pick<AccuracyOptions, 'signal'> = {},
): Promise<Ablation> {
  const { network } = model;
  const count = logitCount(network);
  const scales = scalesOf(network, plan);
  const frozen = freeze(model);
  const answered = async (options: ForwardOptions) => {
    const logits = await inTurn(outputSteps(frozen, x, options), { signal, what: 'ablation' });
    const [values] = await readAndDispose([logits]);
    return answersOf(values!, count);
  };
  try {
    return { before: await answered({}), after: await answered({ scales }) };
  } finally {
    tf.dispose([...scales.values()]);
    frozen.dispose();
  }
}

/** How many samples a net answers right. */
export interface Accuracy {
  readonly samples: number;
  readonly correct: number;
  /** correct / samples */
  readonly accuracy: number;
}

/**
 * Accuracy of a net with a plan carried out; with an empty plan, of the net as it is. Lets other work in; training may go
 * on meanwhile.
 */
export async function accuracyUnder(
  model: Model,
  { inputs, labels, count: total }: Samples,
  plan: AblationPlan,
  { signal, onProgress }: AccuracyOptions = {},
): Promise<Accuracy> {
  const { network } = model;
  const count = logitCount(network);
  const scales = scalesOf(network, plan);
  const frozen = freeze(model);
  const [length, atOnce] = [sizeOf(network.input), samplesAtOnce(network)];
  let correct = 0;
  try {
    for (let from = 0; from < total; from += atOnce) {
      const to = Math.min(from + atOnce, total);
      const x = tf.tensor(inputs.subarray(from * length, to * length), [to - from, ...network.input]);
      const steps = outputSteps(frozen, x, { scales });
      const logits = await inTurn(steps, { signal, what: 'accuracy' }).finally(() => x.dispose());
      const [values] = await readAndDispose([logits]);
      const { classes } = answersOf(values!, count);
      correct += classes.filter((answer, i) => answer === labels[from + i]).length;
      onProgress?.(to, total);
      await nextTask();
    }
  } finally {
    tf.dispose([...scales.values()]);
    frozen.dispose();
  }
  return { samples: total, correct, accuracy: total > 0 ? correct / total : 0 };
}

function answersOf(logits: Float32Array, count: number): Answers {
  checkFinite(logits, 'the logits');
  const samples = logits.length / count;
  const scores = Array.from({ length: samples }, (_, n) => {
    const own = logits.subarray(n * count, (n + 1) * count);
    // A single logit speaks for class 1, against a logit of 0 for class 0.
    return count === 1 ? [0, own[0]!] : own;
  });
  return {
    logits,
    probabilities: Float32Array.from(scores.flatMap((own) => [...softmaxOf(own)])),
    classes: Int32Array.from(scores, answerOf),
  };
}
