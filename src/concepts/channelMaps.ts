import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import { inTurn } from '../core/inTurn.ts';
import { channelsOf, sizeOf } from '../core/shape.ts';
import { sumOf } from '../core/sumOf.ts';
import { readAndDispose } from '../core/readBack.ts';
import { INPUT, nodeOf } from '../network/network.ts';
import type { Composite } from '../relevance/composite.ts';
import { channelsSummed, spaceSummed } from '../relevance/sums.ts';
import type { Trace } from '../relevance/trace.ts';
import { disposeWalk, walkSteps, type WalkOptions, type WalkResult } from '../relevance/walk.ts';
import { checkAtOnce, conditionsAtOnce } from './chunks.ts';
import { checkQuery, walkOptionsOf, type ConceptQuery } from './conditions.ts';

export interface ChannelMapsQuery extends Omit<ConceptQuery, 'conditions'> {
  /** The node whose channels are the concepts. */
  readonly at: string;
  /** Channels to map, or how many of the most relevant ones (by absolute value); without it, all of them. */
  readonly channels?: readonly number[] | number;
  /** What else relevance must pass, above the node or below it; at the node itself, such as a single neuron, in every map. */
  readonly conditions?: ConceptQuery['conditions'];
  readonly start?: Composite['start'];
}

export interface ChannelMapsOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** Conditions computed together; without it, as many as fit in memory. */
  readonly atOnce?: number;
}

/** Every channel of a node seen as a concept: how much it brings, and where. */
export interface ChannelMaps {
  readonly at: string;
  /** ρ of every channel of the node, before any condition on the node itself. */
  readonly relevance: Float32Array;
  /** The channels that have a map here, in the order they were asked for; by number of maps: most relevant first. */
  readonly channels: Uint32Array;
  readonly height: number;
  readonly width: number;
  /** [channels.length, height, width] */
  readonly maps: Float32Array;
  /** The relevance ρ sums over space, neuron by neuron: [channels.length, rows, columns] of the node. */
  readonly neurons: Float32Array;
  /** Relevance that goes past the node, and is in no map as long as parallel paths are excluded. */
  readonly bypassed: number;
}

/**
 * Conditional maps of many channels of one node (Achtibat et al. 2023): one walk from the start down to the node, shared by
 * all, then walks of many conditions at once to the input, on denominators computed once. A channel without relevance has
 * a map of zeros, and costs nothing. Yields to other work; can be cancelled.
 */
export async function channelMaps(
  trace: Trace,
  { at, channels, conditions = {}, start = 'logit', ...query }: ChannelMapsQuery,
  { signal, onProgress, atOnce = conditionsAtOnce(trace.network, at) }: ChannelMapsOptions = {},
): Promise<ChannelMaps> {
  const { network } = trace;
  const count = channelsOf(nodeOf(network, at).shape);
  const all = Array.from({ length: count }, (_, c) => c);
  const whole: ConceptQuery = {
    ...query,
    conditions: { ...conditions, [at]: Array.isArray(channels) ? channels : all },
  };
  checkQuery(network, { ...query, conditions });
  checkQuery(network, whole);
  checkAtOnce(atOnce);
  const excludesParallel = query.excludesParallel ?? true;
  const turn = { signal, what: 'concept maps' };

  const options = walkOptionsOf(trace, [{ ...query, conditions }], start);
  let shared: Arrived | null = null;
  try {
    // The node's own condition comes after what has arrived is read.
    const above = new Map([...options.masks].filter(([id]) => id !== at));
    shared = await inTurn(toNode(trace, at, { ...options, masks: above }), turn);
    const { arrived, pending } = shared;
    const { whole: before, rho, sizes, bypassed } = await arrivals(arrived, pending, count);
    const asked = chosen(channels, rho, all);
    const [height, width] = network.input.length === 3 ? network.input : [1, network.input[0]!];
    const area = height! * width!;
    const maps = new Float32Array(asked.length * area);
    // Parallel paths belong to every map; without them, a channel nothing arrived at has an empty one.
    const isEmpty = (c: number) => sizes[c] === 0 && (excludesParallel || pending.size === 0);
    const waiting = [...asked.keys()].filter((k) => !isEmpty(asked[k]!));
    for (let done = 0; done < waiting.length; done += atOnce) {
      const part = waiting.slice(done, done + atOnce);
      const start = conditioned(
        arrived,
        part.map((k) => asked[k]!),
        count,
      );
      try {
        const walked = await inTurn(
          walkSteps(trace, {
            start: new Map([...(excludesParallel ? [] : pending), [at, start]]),
            masks: options.masks,
            excludesParallel,
            note: (id, r) => (id === INPUT ? channelsSummed(r) : null),
          }),
          turn,
        );
        const [values] = await readAndDispose([mapOf(walked, part.length, network.input)]);
        part.forEach((k, i) => maps.set(values!.subarray(i * area, (i + 1) * area), k * area));
      } finally {
        start.dispose();
      }
      onProgress?.(Math.min(done + atOnce, waiting.length), waiting.length);
    }
    const neurons = neuronsOf(before, asked, count);
    const shown = Uint32Array.from(asked);
    return { at, relevance: rho, channels: shown, height: height!, width: width!, maps, neurons, bypassed };
  } finally {
    tf.dispose([...options.start.values(), ...options.masks.values()]);
    if (shared) tf.dispose([shared.arrived, ...shared.pending.values()]);
  }
}

interface Arrived {
  /** R at the node, before any condition on it: [1, height, width, channels]. */
  readonly arrived: Tensor;
  /** What is on its way past the node. */
  readonly pending: ReadonlyMap<string, Tensor>;
}

/** The shared part of all conditions: from the start down to the node. */
function* toNode(trace: Trace, at: string, options: WalkOptions): Generator<string, Arrived> {
  const result = yield* walkSteps(trace, { ...options, until: at, note: () => null });
  const pending = new Map(result.pending);
  const arrived = pending.get(at);
  pending.delete(at);
  disposeWalk({ ...result, pending: new Map() });
  return { arrived: arrived ?? tf.zeros(trace.value(at).shape), pending };
}

/** Relevance at the node, ρ of every channel, its size without sign, and what goes past the node. */
async function arrivals(arrived: Tensor, pending: ReadonlyMap<string, Tensor>, count: number) {
  const [whole, rho, sizes, past] = await readAndDispose(
    tf.tidy(() => [
      tf.clone(arrived),
      // A clone: without space there is nothing to sum, and what arrived is still needed.
      tf.clone(spaceSummed(arrived)),
      spaceSummed(tf.abs(arrived)),
      sumOf(tf.scalar(0), ...[...pending.values()].map((t) => tf.sum(t))),
    ]),
  );
  return { whole: whole!, rho: rho!.subarray(0, count), sizes: sizes!, bypassed: past![0]! };
}

/** Some channels of a node's values, each with its positions in a row: [channels, height, width] of [height, width, all]. */
function neuronsOf(values: Float32Array, channels: readonly number[], count: number): Float32Array {
  const positions = values.length / count;
  const neurons = new Float32Array(channels.length * positions);
  channels.forEach((channel, k) => {
    for (let p = 0; p < positions; p++) neurons[k * positions + p] = values[p * count + channel]!;
  });
  return neurons;
}

function chosen(channels: ChannelMapsQuery['channels'], rho: Float32Array, all: readonly number[]): readonly number[] {
  if (channels === undefined) return all;
  if (typeof channels !== 'number') return channels;
  if (!(Number.isInteger(channels) && channels >= 1)) {
    throw new InputError(`bad number of channels: ${channels}; use a whole number from 1 to ${all.length}`);
  }
  return [...all].sort((a, b) => Math.abs(rho[b]!) - Math.abs(rho[a]!) || a - b).slice(0, channels);
}

/** R at the node once per condition, each with one channel left: [conditions, height, width, channels]. */
function conditioned(arrived: Tensor, channels: readonly number[], count: number): Tensor {
  return tf.tidy(() => {
    const mask = tf.oneHot(tf.tensor1d([...channels], 'int32'), count);
    const shape = arrived.rank === 4 ? [channels.length, 1, 1, count] : [channels.length, count];
    return tf.mul(arrived, tf.reshape(tf.cast(mask, 'float32'), shape));
  });
}

/** The maps of a walk; parallel paths alone leave one map for all conditions. */
function mapOf(walked: WalkResult, count: number, input: readonly number[]): Tensor {
  const area = sizeOf(input.slice(0, 2));
  const map = tf.tidy(() => {
    const found = walked.relevance.get(INPUT);
    if (!found) return tf.zeros([count, area]);
    const flat = tf.reshape(found, [found.shape[0]!, -1]);
    return flat.shape[0] === count ? tf.clone(flat) : tf.tile(flat, [count, 1]);
  });
  disposeWalk(walked);
  return map;
}
