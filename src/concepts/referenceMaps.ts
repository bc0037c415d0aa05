import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError, throwIfCancelled } from '../core/errors.ts';
import { inTurn } from '../core/inTurn.ts';
import { checkFinite, readAndDispose } from '../core/readBack.ts';
import { areaOf, sizeOf } from '../core/shape.ts';
import type { Samples } from '../datasets/dataset.ts';
import { freeze, type Model } from '../network/model.ts';
import { nodeOf, type Network } from '../network/network.ts';
import { rulesFor, type Composite, type RuleChoices } from '../relevance/composite.ts';
import { channelsSummed } from '../relevance/sums.ts';
import { toInput } from '../relevance/toInput.ts';
import { traceSteps, type Trace } from '../relevance/trace.ts';
import { disposeWalk, walkSteps } from '../relevance/walk.ts';
import { checkAtOnce, samplesAtOnce } from './chunks.ts';
import { checkQuery, maskOf, type NodeCondition } from './conditions.ts';
import type { Reference } from './ranking.ts';
import { startAtLabels, type ReferenceMode } from './references.ts';

export interface ReferenceMapsOptions {
  /** The concept the references are of. */
  readonly at: string;
  readonly channel: number;
  /** How they were found. */
  readonly mode: ReferenceMode;
  readonly composite: Composite;
  readonly rules?: RuleChoices;
  /** Samples computed together; without it, as many as fit in memory, at most 32. */
  readonly atOnce?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What cancelled work is called. */
const WORK = 'reference maps';

/** Where a concept acts in its reference samples. */
export interface ReferenceMaps {
  readonly height: number;
  readonly width: number;
  /** The conditional map of the channel in every sample, [references, height, width]. */
  readonly maps: Float32Array;
  /** The same of its single best neuron; see `relevantCrop`. */
  readonly neuronMaps: Float32Array;
}

/**
 * The maps that show reference samples of one channel (Achtibat et al. 2023). References by relevance start at the logit of
 * their label and pass the channel, parallel paths excluded; references by activation start at the channel with its
 * activation. Many samples at once, one walk from the start to the node for both maps; lets other work in, and training may
 * go on meanwhile.
 */
export async function referenceMaps(
  model: Model,
  samples: Samples,
  references: readonly Reference[],
  { at, channel, mode, composite, rules: choices, signal, onProgress, ...options }: ReferenceMapsOptions,
): Promise<ReferenceMaps> {
  const { network } = model;
  const rules = rulesFor(network, composite, choices);
  checkReferences(network, samples, references, at, channel);
  const [height, width] = network.input.length === 3 ? areaOf(network.input) : [1, network.input[0]!];
  const { atOnce = samplesAtOnce(network) } = options;
  checkAtOnce(atOnce);
  const maps = new Float32Array(references.length * height * width);
  const neuronMaps = new Float32Array(maps.length);
  const frozen = freeze(model);
  try {
    for (let from = 0; from < references.length; from += atOnce) {
      throwIfCancelled(signal, WORK);
      const part = references.slice(from, from + atOnce);
      const x = inputsOf(network, samples, part);
      const traced = traceSteps(frozen, x, { rules, ...(mode === 'activation' ? { until: at } : {}) });
      const trace = await inTurn(traced, { signal, what: WORK }).finally(() => x.dispose());
      try {
        const steps = mapsOf(trace, part, { at, channel, mode });
        const found = await readAndDispose(await inTurn(steps, { signal, what: WORK }));
        found.forEach((values) => checkFinite(values, `the concept maps of "${at}"`));
        maps.set(found[0]!, from * height * width);
        neuronMaps.set(found[1]!, from * height * width);
      } finally {
        trace.dispose();
      }
      onProgress?.(from + part.length, references.length);
    }
  } finally {
    frozen.dispose();
  }
  return { height, width, maps, neuronMaps };
}

function checkReferences(
  net: Network,
  samples: Samples,
  references: readonly Reference[],
  at: string,
  channel: number,
): void {
  checkQuery(net, { startAt: at, conditions: { [at]: [channel] } });
  for (const { sample, neuron } of references) {
    if (!(Number.isInteger(sample) && sample >= 0 && sample < samples.count)) {
      throw new InputError(`unknown sample: ${sample}; there are samples 0 to ${samples.count - 1}`);
    }
    checkQuery(net, { startAt: at, conditions: { [at]: { [channel]: neuron } } });
  }
}

function inputsOf(net: Network, { inputs }: Samples, references: readonly Reference[]): Tensor {
  const length = sizeOf(net.input);
  const values = new Float32Array(references.length * length);
  references.forEach(({ sample }, k) =>
    values.set(inputs.subarray(sample * length, (sample + 1) * length), k * length),
  );
  return tf.tensor(values, [references.length, ...net.input]);
}

type Concept = Pick<ReferenceMapsOptions, 'at' | 'channel' | 'mode'>;

/** The maps of the channel and of its best neurons, one pair per sample of the trace. They belong to the caller. */
function* mapsOf(
  trace: Trace,
  references: readonly Reference[],
  { at, channel, mode }: Concept,
): Generator<string, Tensor[]> {
  const arrived = mode === 'activation' ? tf.clone(trace.value(at)) : yield* arrivedAt(trace, references, at);
  const found: Tensor[] = [];
  let isDone = false;
  try {
    const node = nodeOf(trace.network, at);
    const neurons = references.map(({ neuron }): NodeCondition => ({ [channel]: neuron }));
    for (const conditions of [[[channel]], neurons]) {
      found.push(yield* toInput(trace, at, () => tf.mul(arrived, maskOf(node, conditions)), channelsSummed));
    }
    isDone = true;
    return found;
  } finally {
    arrived.dispose();
    if (!isDone) tf.dispose(found);
  }
}

/** What arrives at the node from the logits of the labels. */
function* arrivedAt(trace: Trace, references: readonly Reference[], at: string): Generator<string, Tensor> {
  const start = startAtLabels(
    trace,
    references.map(({ label }) => label),
  );
  try {
    const walked = yield* walkSteps(trace, {
      start: new Map([[trace.network.output, start]]),
      until: at,
      note: () => null,
    });
    const arrived = walked.pending.get(at);
    const copy = arrived ? tf.clone(arrived) : tf.zerosLike(trace.value(at));
    disposeWalk(walked);
    return copy;
  } finally {
    start.dispose();
  }
}
