import * as tf from '@tensorflow/tfjs-core';
import { InputError, throwIfCancelled } from '../core/errors.ts';
import { inTurn } from '../core/inTurn.ts';
import { channelsOf } from '../core/shape.ts';
import { readAndDispose } from '../core/readBack.ts';
import { nearestOf } from '../network/ancestors.ts';
import { nodeOf, type Network } from '../network/network.ts';
import { spaceSummed } from '../relevance/sums.ts';
import type { Trace } from '../relevance/trace.ts';
import { disposeWalk, walkSteps } from '../relevance/walk.ts';
import { absNormalized } from './channelRelevance.ts';
import { checkQuery, walkOptionsOf, type ConceptQuery } from './conditions.ts';

/** A channel of a node. */
export interface Concept {
  readonly at: string;
  readonly channel: number;
}

/** How much of a concept's relevance goes on to a concept of a layer below. */
export interface ConceptEdge {
  readonly from: Concept;
  readonly to: Concept;
  readonly relevance: number;
}

/** A concept and the lower concepts it is composed of. */
export interface ConceptGraph {
  /** Each concept once, the starting one first, then level by level. */
  readonly nodes: readonly Concept[];
  /** Level of each concept: 0 for the start. */
  readonly levels: readonly number[];
  readonly edges: readonly ConceptEdge[];
}

export interface ConceptGraphOptions {
  readonly start: Concept;
  /** Class whose logit starts; without it, the activation of the starting concept does. */
  readonly target?: number | null;
  /** Nodes that may appear, such as all convolutions. */
  readonly among: readonly string[];
  /** How many concepts to follow at each level. */
  readonly width: readonly number[];
  /** Values as shares of all relevance at their node (without sign), not as relevance. */
  readonly absNorm?: boolean;
  /** Follows the largest values, as published, or those furthest from zero, what speaks against among them. */
  readonly by?: 'value' | 'size';
  readonly signal?: AbortSignal;
}

/**
 * Concept composition (Achtibat et al. 2023): from a channel down, the channels of the next layers that carry its
 * relevance. Each level is one conditional walk per node, all its channels at once; a concept met again is followed again
 * only where more of its channels are asked for.
 */
export async function conceptGraph(trace: Trace, options: ConceptGraphOptions): Promise<ConceptGraph> {
  const { start, among, width, absNorm = true, by = 'value', signal } = options;
  const { network } = trace;
  checkGraph(network, options);
  const list = new Set(among);
  const levels = new Map<string, number>([[key(start), 0]]);
  const nodes: Concept[] = [start];
  const edges = new Map<string, ConceptEdge>();
  /** How many channels each concept has been followed to. */
  const followed = new Map<string, number>();
  let current: Concept[] = [start];
  for (const [depth, most] of width.entries()) {
    const found: Concept[] = [];
    for (const [at, group] of byNode(current)) {
      throwIfCancelled(signal, 'attribution graph');
      const sources = nearestOf(network, at, list);
      if (sources.length === 0) continue;
      const shares = await sharesBelow(trace, options, at, group, sources);
      group.forEach((from, k) => {
        for (const [i, source] of sources.entries()) {
          const values = absNorm ? absNormalized(shares[i]![k]!) : shares[i]![k]!;
          for (const channel of strongest(values, most, by)) {
            const to = { at: source, channel };
            found.push(to);
            edges.set(`${key(from)} ${key(to)}`, { from, to, relevance: values[channel]! });
          }
        }
      });
    }
    for (const concept of current) followed.set(key(concept), most);
    const distinct = [...new Map(found.map((concept) => [key(concept), concept])).values()];
    for (const concept of distinct) {
      if (levels.has(key(concept))) continue;
      levels.set(key(concept), depth + 1);
      nodes.push(concept);
    }
    current = distinct.filter((concept) => (followed.get(key(concept)) ?? 0) < (width[depth + 1] ?? 0));
  }
  return { nodes, levels: nodes.map((node) => levels.get(key(node))!), edges: [...edges.values()] };
}

const key = ({ at, channel }: Concept): string => `${at} ${channel}`;

function checkGraph(net: Network, { start, among, width }: ConceptGraphOptions): void {
  for (const id of among) nodeOf(net, id);
  checkQuery(net, { startAt: start.at, conditions: { [start.at]: [start.channel] } });
  const odd = width.find((w) => !(Number.isInteger(w) && w >= 1));
  if (width.length === 0 || odd !== undefined) {
    throw new InputError(
      `bad width of an attribution graph: ${JSON.stringify(width)}; use whole numbers from 1, one per level`,
    );
  }
}

function byNode(concepts: readonly Concept[]): Map<string, Concept[]> {
  const groups = new Map<string, Concept[]>();
  for (const concept of concepts) groups.set(concept.at, [...(groups.get(concept.at) ?? []), concept]);
  return groups;
}

/** ρ at each source node under the condition of each concept of one node: [source][concept][channel]. */
async function sharesBelow(
  trace: Trace,
  { start, target = null, signal }: ConceptGraphOptions,
  at: string,
  group: readonly Concept[],
  sources: readonly string[],
): Promise<Float32Array[][]> {
  const queries = group.map(({ channel }): ConceptQuery => ({
    ...(target === null ? { startAt: start.at } : { classes: [target] }),
    conditions: { [start.at]: [start.channel], [at]: [channel] },
    excludesParallel: false,
  }));
  checkQuery(trace.network, queries[0]!);
  const options = walkOptionsOf(trace, queries);
  const order = trace.network.nodes.map(({ id }) => id);
  const lowest = sources.reduce((a, b) => (order.indexOf(a) < order.indexOf(b) ? a : b));
  const wanted = new Set(sources);
  try {
    const steps = walkSteps(trace, {
      ...options,
      until: lowest,
      note: (id, r) => (wanted.has(id) ? spaceSummed(r) : null),
    });
    const walked = await inTurn(steps, { signal, what: 'attribution graph' });
    const tensors = sources.map((id) => {
      const channels = channelsOf(nodeOf(trace.network, id).shape);
      const rho = walked.relevance.get(id) ?? tf.zeros([1, channels]);
      // Relevance that no condition has touched is the same for every concept of the group.
      return tf.tidy(() => (rho.shape[0] === group.length ? tf.clone(rho) : tf.tile(rho, [group.length, 1])));
    });
    disposeWalk(walked);
    const values = await readAndDispose(tensors);
    return values.map((flat) => {
      const channels = flat.length / group.length;
      return group.map((_, k) => flat.subarray(k * channels, (k + 1) * channels));
    });
  } finally {
    tf.dispose([...options.start.values(), ...options.masks.values()]);
  }
}

/** The channels to follow, foremost first; ties in channel order. */
function strongest(values: ArrayLike<number>, most: number, by: 'value' | 'size'): number[] {
  const weight = (c: number) => (by === 'size' ? Math.abs(values[c]!) : values[c]!);
  return Array.from({ length: values.length }, (_, c) => c)
    .sort((a, b) => weight(b) - weight(a) || a - b)
    .slice(0, most);
}
