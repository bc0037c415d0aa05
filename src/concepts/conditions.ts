import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import { areaOf, channelsOf } from '../core/shape.ts';
import { nodeOf, type Network, type NetworkNode } from '../network/network.ts';
import { ancestorsOf } from '../network/ancestors.ts';
import type { Composite } from '../relevance/composite.ts';
import { startAt as startAtClasses } from '../relevance/logits.ts';
import type { Trace } from '../relevance/trace.ts';
import type { WalkOptions } from '../relevance/walk.ts';

/**
 * What may pass a node: some of its channels, any of them; or single neurons, as channel to flat position row·width + column.
 */
export type NodeCondition = readonly number[] | Readonly<Record<number, number>>;

/** A condition set θ: relevance passes every node named in it only where its condition allows (Achtibat et al. 2023). */
export type Conditions = Readonly<Record<string, NodeCondition>>;

/** Where relevance starts, and what it must pass. */
export interface ConceptQuery {
  /** Classes whose logits start. Without them, relevance starts at the node `startAt`. */
  readonly classes?: readonly number[];
  /** Starts at this node with its activation, restricted to its condition; nothing above it plays a part. */
  readonly startAt?: string;
  /**
   * Relevance to start with, in the place of the logits or the activation: one number, or a number for each value of the
   * starting node. With classes it still starts at those classes only.
   */
  readonly initial?: number | Float32Array;
  readonly conditions: Conditions;
  /** Drops relevance that goes past a node with a condition, such as a skip connection; on unless told. */
  readonly excludesParallel?: boolean;
}

/** Checks a query against a net. Errors name the node, the channel, and what would fit. */
export function checkQuery(net: Network, query: ConceptQuery): void {
  const { classes, startAt, conditions, excludesParallel = true } = query;
  if (classes?.length === 0 || !classes === !startAt) {
    throw new InputError('relevance needs one start; give classes, or a node to start at');
  }
  const named = Object.keys(conditions).map((id) => nodeOf(net, id));
  for (const node of named) checkCondition(node, conditions[node.id]!);
  const above = startAt === undefined ? undefined : nodeOf(net, startAt);
  const below = above && ancestorsOf(net, above.id);
  const outside = below && named.find(({ id }) => id !== above.id && !below.has(id));
  if (outside) {
    throw new InputError(
      `node "${outside.id}" is not below the start: relevance that starts at "${above!.id}" never reaches it; start higher up`,
      outside.id,
    );
  }
  if (excludesParallel) checkInLine(net, named);
}

function checkCondition(node: NetworkNode, condition: NodeCondition): void {
  const channels = channelsOf(node.shape);
  const [height, width] = areaOf(node.shape);
  const isList = Array.isArray(condition);
  const asked = isList ? (condition as readonly number[]) : Object.keys(condition).map(Number);
  if (asked.length === 0) {
    throw new InputError(
      `empty condition at "${node.id}"; name at least one of its channels 0 to ${channels - 1}`,
      node.id,
    );
  }
  const stranger = asked.find((c) => !(Number.isInteger(c) && c >= 0 && c < channels));
  if (stranger !== undefined) {
    throw new InputError(`unknown channel: ${stranger} of "${node.id}"; it has channels 0 to ${channels - 1}`, node.id);
  }
  if (isList) return;
  const count = height * width;
  const place = Object.values(condition).find((p) => !(Number.isInteger(p) && p >= 0 && p < count));
  if (place !== undefined) {
    throw new InputError(`unknown position: ${place} of "${node.id}"; it has positions 0 to ${count - 1}`, node.id);
  }
}

/** With parallel paths excluded, the second of two nodes beside each other would never be reached. */
function checkInLine(net: Network, nodes: readonly NetworkNode[]): void {
  for (const a of nodes) {
    for (const b of nodes) {
      if (a === b || ancestorsOf(net, a.id).has(b.id) || ancestorsOf(net, b.id).has(a.id)) continue;
      throw new InputError(
        `conditions at parallel nodes: "${a.id}" and "${b.id}"; choose nodes on one path, or let parallel paths in`,
        a.id,
      );
    }
  }
}

/**
 * The walk options of several queries at once; they must name the same nodes and start alike. Masks are [query, 1, 1,
 * channels], so that relevance is shared by all queries down to the first node with a condition. The tensors belong to the
 * caller: call it inside tf.tidy, or dispose `start` and `masks`.
 */
export function walkOptionsOf(
  trace: Trace,
  queries: readonly ConceptQuery[],
  kind: Composite['start'] = 'logit',
): Required<Pick<WalkOptions, 'start' | 'masks' | 'excludesParallel'>> {
  const [first] = queries as readonly [ConceptQuery, ...ConceptQuery[]];
  const { network } = trace;
  const at = first.startAt ?? network.output;
  // First, because a class may be unknown: nothing is left behind then.
  const start = first.classes
    ? classStart(trace, first.classes, first.initial, kind)
    : activationStart(trace, at, first.initial);
  const masks = new Map(
    Object.keys(first.conditions).map((id) => [
      id,
      maskOf(
        nodeOf(network, id),
        queries.map(({ conditions }) => conditions[id]!),
      ),
    ]),
  );
  return { start: new Map([[at, start]]), masks, excludesParallel: first.excludesParallel ?? true };
}

function classStart(
  trace: Trace,
  classes: readonly number[],
  initial: ConceptQuery['initial'],
  kind: Composite['start'],
): Tensor {
  if (initial === undefined) return startAtClasses(trace, [classes], kind);
  return tf.tidy(() =>
    tf.mul(startAtClasses(trace, [classes], 'one'), initialOf(initial, trace.value(trace.network.output))),
  );
}

function activationStart(trace: Trace, at: string, initial: ConceptQuery['initial']): Tensor {
  const activation = trace.value(at);
  return initial === undefined
    ? tf.clone(activation)
    : tf.tidy(() => tf.add(tf.zerosLike(activation), initialOf(initial, activation)));
}

function initialOf(initial: number | Float32Array, like: Tensor): Tensor {
  if (typeof initial === 'number') return tf.scalar(initial);
  if (initial.length !== like.size) {
    throw new InputError(`wrong number of start values: ${initial.length}; the starting node has ${like.size}`);
  }
  return tf.tensor(initial, like.shape);
}

/** 1 where relevance may pass: [queries, 1, 1, channels] for channels, [queries, height, width, channels] for neurons. */
export function maskOf(node: NetworkNode, conditions: readonly NodeCondition[]): Tensor {
  const channels = channelsOf(node.shape);
  const isImage = node.shape.length === 3;
  if (conditions.every((condition) => Array.isArray(condition))) {
    const mask = new Float32Array(conditions.length * channels);
    conditions.forEach((list, k) => (list as readonly number[]).forEach((c) => (mask[k * channels + c] = 1)));
    return tf.tensor(mask, isImage ? [conditions.length, 1, 1, channels] : [conditions.length, channels]);
  }
  const [height, width] = areaOf(node.shape);
  const size = height * width * channels;
  const mask = new Float32Array(conditions.length * size);
  conditions.forEach((neurons, k) => {
    for (const [channel, position] of Object.entries(neurons))
      mask[k * size + position * channels + Number(channel)] = 1;
  });
  return tf.tensor(mask, [conditions.length, ...node.shape]);
}
