import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError, throwIfCancelled } from '../core/errors.ts';
import { inTurn, nextTask } from '../core/inTurn.ts';
import { channelsOf, sizeOf } from '../core/shape.ts';
import type { Samples } from '../datasets/dataset.ts';
import { checkFinite, readAndDispose } from '../core/readBack.ts';
import type { Model } from '../network/model.ts';
import { nodeOf } from '../network/network.ts';
import { rulesFor, type Composite, type RuleChoices } from '../relevance/composite.ts';
import { logitCount, startAt } from '../relevance/logits.ts';
import { traceSteps, type Trace } from '../relevance/trace.ts';
import { disposeWalk, walkSteps } from '../relevance/walk.ts';
import { absNormalized } from './channelRelevance.ts';
import { checkAtOnce, samplesAtOnce } from './chunks.ts';
import { emptyRanking, type ReferenceRanking } from './ranking.ts';

/** By what samples are ranked: relevance of their label (RelMax), or the node's output (ActMax). */
export type ReferenceMode = 'relevance' | 'activation';

export interface ReferenceOptions {
  /** Nodes whose channels get reference samples. */
  readonly nodes: readonly string[];
  readonly modes?: readonly ReferenceMode[];
  readonly composite: Composite;
  readonly rules?: RuleChoices;
  /** What counts of a channel: its sum over space, or its largest value. */
  readonly maxTarget?: 'sum' | 'max';
  /** Divides by the sum over channels of absolute values, sample by sample. */
  readonly absNorm?: boolean;
  /** Samples kept per channel. */
  readonly keep?: number;
  /** Samples computed together; without it, as many as fit in memory, at most 32. */
  readonly atOnce?: number;
  readonly signal?: AbortSignal;
}

/** What a cancelled search is called. */
const WORK = 'reference samples';

/** Reference samples found so far. */
export interface References {
  /** Samples seen so far, and all of them. */
  readonly done: number;
  readonly total: number;
  /** By node, then by mode. */
  readonly rankings: ReadonlyMap<string, Readonly<Partial<Record<ReferenceMode, ReferenceRanking>>>>;
}

/**
 * Which samples of a data set move each channel most (Achtibat et al. 2023): relevance maximisation starts at the logit of
 * the sample's label, whatever the net answers; activation maximisation takes the node's output. Yields what is known after
 * every batch, so that the first pictures are there at once; stop when you like. Freeze a model that trains on.
 */
export async function* findReferences(
  model: Model,
  samples: Samples,
  options: ReferenceOptions,
): AsyncGenerator<References, void, undefined> {
  const { network } = model;
  const { nodes, modes = ['relevance', 'activation'], composite, maxTarget = 'sum', absNorm = true, signal } = options;
  const { keep = 40, atOnce = samplesAtOnce(network) } = options;
  checkAtOnce(atOnce);
  if (nodes.length === 0) throw new InputError('no nodes to find reference samples for; name at least one');
  const rules = rulesFor(network, composite, options.rules);
  const wanted = nodes.map((id) => nodeOf(network, id));
  const rankings = new Map(
    wanted.map(({ id, shape }) => [
      id,
      Object.fromEntries(modes.map((mode) => [mode, emptyRanking(channelsOf(shape), keep)])),
    ]),
  );
  const length = sizeOf(network.input);
  for (let from = 0; from < samples.count; from += atOnce) {
    await nextTask();
    throwIfCancelled(signal, WORK);
    const to = Math.min(from + atOnce, samples.count);
    const labels = samples.labels.subarray(from, to);
    const x = tf.tensor(samples.inputs.subarray(from * length, to * length), [to - from, ...network.input]);
    const until = modes.includes('relevance') ? undefined : lastOf(network.nodes, nodes);
    const steps = traceSteps(model, x, { rules, ...(until === undefined ? {} : { until }) });
    const trace = await inTurn(steps, { signal, what: WORK }).finally(() => x.dispose());
    try {
      for (const mode of modes) {
        const found = await (mode === 'relevance'
          ? relevanceOf(trace, labels, nodes, maxTarget, signal)
          : activationOf(trace, nodes, maxTarget));
        nodes.forEach((id, i) => {
          checkFinite(found[i]!, `the ${mode} of "${id}"`);
          add(rankings.get(id)![mode]!, found[i]!, labels, from, absNorm);
        });
      }
    } finally {
      trace.dispose();
    }
    yield { done: to, total: samples.count, rankings };
  }
}

/** Values and neurons of one node, [samples, 2·channels]: the channel values first. */
type Found = Float32Array;

function add(ranking: ReferenceRanking, found: Found, labels: ArrayLike<number>, from: number, absNorm: boolean): void {
  const { channels } = ranking;
  for (let n = 0; n < labels.length; n++) {
    const raw = found.subarray(2 * n * channels, (2 * n + 1) * channels);
    const neurons = found.subarray((2 * n + 1) * channels, (2 * n + 2) * channels);
    ranking.add(from + n, labels[n]!, absNorm ? absNormalized(raw) : raw, neurons);
  }
}

/** Starts every sample at the logit of its label. The tensor belongs to the caller. */
export function startAtLabels(trace: Trace, labels: ArrayLike<number>): Tensor {
  // A single logit speaks for class 1; a sample of class 0 starts from it too, its sign says against.
  const isSingle = logitCount(trace.network) === 1;
  return startAt(
    trace,
    Array.from(labels, (label) => [isSingle ? 1 : label]),
    'logit',
  );
}

async function relevanceOf(
  trace: Trace,
  labels: Int32Array,
  nodes: readonly string[],
  maxTarget: 'sum' | 'max',
  signal: AbortSignal | undefined,
): Promise<Found[]> {
  const { network } = trace;
  const start = startAtLabels(trace, labels);
  try {
    const steps = walkSteps(trace, {
      start: new Map([[network.output, start]]),
      until: firstOf(network.nodes, nodes),
      note: (id, r) => (nodes.includes(id) ? reduced(r, maxTarget) : null),
    });
    const walked = await inTurn(steps, { signal, what: WORK });
    const tensors = nodes.map(
      (id) => walked.relevance.get(id) ?? tf.zeros([labels.length, 2 * channelsOf(nodeOf(network, id).shape)]),
    );
    const read = await readAndDispose(tensors.map((t) => tf.clone(t)));
    tf.dispose(tensors);
    disposeWalk(walked);
    return read;
  } finally {
    start.dispose();
  }
}

async function activationOf(trace: Trace, nodes: readonly string[], maxTarget: 'sum' | 'max'): Promise<Found[]> {
  return readAndDispose(nodes.map((id) => tf.tidy(() => reduced(trace.value(id), maxTarget))));
}

/** Per channel its value, then the flat position of its largest value: [samples, 2·channels]. */
function reduced(v: Tensor, maxTarget: 'sum' | 'max'): Tensor {
  if (v.rank !== 4) return tf.concat([v, tf.zerosLike(v)], 1);
  const flat = tf.reshape(v, [v.shape[0]!, -1, v.shape[3]!]);
  const value = maxTarget === 'sum' ? tf.sum(flat, 1) : tf.max(flat, 1);
  return tf.concat([value, tf.cast(tf.argMax(flat, 1), 'float32')], 1);
}

type Ordered = readonly { readonly id: string }[];
const firstOf = (order: Ordered, ids: readonly string[]): string => order.find(({ id }) => ids.includes(id))!.id;
const lastOf = (order: Ordered, ids: readonly string[]): string => order.findLast(({ id }) => ids.includes(id))!.id;
