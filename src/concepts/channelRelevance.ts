import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import { inOneGo } from '../core/inTurn.ts';
import { areaOf, channelsOf } from '../core/shape.ts';
import { INPUT, nodeOf, type Network } from '../network/network.ts';
import type { Composite } from '../relevance/composite.ts';
import { channelsSummed, spaceSummed } from '../relevance/sums.ts';
import type { Trace } from '../relevance/trace.ts';
import { disposeWalk, walkSteps } from '../relevance/walk.ts';
import { checkQuery, walkOptionsOf, type ConceptQuery } from './conditions.ts';

/** Rows and columns of a node, both ends counted. */
export interface Region {
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

/** Added to the sum of absolute values before dividing by it. */
const TINY = 1e-10;

/** ρ / (Σ |ρ| + 1e-10): channel values as shares, sign kept. */
export function absNormalized(values: ArrayLike<number>): Float64Array {
  let sum = TINY;
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i]!);
  return Float64Array.from(values, (v) => v / sum);
}

/** 1 inside the region of a node, 0 elsewhere: [1, height, width, 1]. */
export function regionMask(net: Network, at: string, { rows, columns }: Region): Tensor {
  const node = nodeOf(net, at);
  const [height, width] = areaOf(node.shape);
  const fits = ([first, last]: readonly [number, number], length: number) =>
    Number.isInteger(first) && Number.isInteger(last) && first >= 0 && first <= last && last < length;
  if (node.shape.length !== 3 || !fits(rows, height) || !fits(columns, width)) {
    throw new InputError(
      `region outside its node: rows ${rows.join(' to ')}, columns ${columns.join(' to ')} of "${at}"; it has rows 0 to ${height - 1}, columns 0 to ${width - 1}`,
      at,
    );
  }
  const mask = new Float32Array(height * width);
  for (let row = rows[0]; row <= rows[1]; row++) mask.fill(1, row * width + columns[0], row * width + columns[1] + 1);
  return tf.tensor(mask, [1, height, width, 1]);
}

export interface ChannelRelevanceOptions {
  /** Counts this part of the node only: which concepts act here? */
  readonly region?: Region;
  readonly start?: Composite['start'];
}

/**
 * Channel relevance ρ_c = Σ over space of R at the node's output, [samples or queries, channels], before the node's own
 * condition. The tensor belongs to the caller.
 */
export function channelRelevance(
  trace: Trace,
  at: string,
  query: ConceptQuery,
  options: ChannelRelevanceOptions = {},
): Tensor {
  return inOneGo(channelRelevanceSteps(trace, at, query, options));
}

/** The same node by node; see {@link inTurn}. */
export function* channelRelevanceSteps(
  trace: Trace,
  at: string,
  query: ConceptQuery,
  { region, start = 'logit' }: ChannelRelevanceOptions = {},
): Generator<string, Tensor> {
  checkQuery(trace.network, query);
  const { shape } = nodeOf(trace.network, at);
  const inside = region ? regionMask(trace.network, at, region) : null;
  try {
    const found = yield* arrivedAt(trace, [query], start, at, (r) => spaceSummed(inside ? tf.mul(r, inside) : r));
    return found ?? tf.zeros([trace.samples, channelsOf(shape)]);
  } finally {
    inside?.dispose();
  }
}

/** What is made of the relevance that arrives at a node, or null where none does. Belongs to the caller. */
function* arrivedAt(
  trace: Trace,
  queries: readonly ConceptQuery[],
  kind: Composite['start'],
  at: string,
  made: (r: Tensor) => Tensor,
): Generator<string, Tensor | null> {
  const options = walkOptionsOf(trace, queries, kind);
  try {
    const walked = yield* walkSteps(trace, {
      ...options,
      ...(at === INPUT ? {} : { until: at }),
      note: (id, r) => (id === at ? made(r) : null),
    });
    const found = walked.relevance.get(at);
    const copy = found ? tf.clone(found) : null;
    disposeWalk(walked);
    return copy;
  } finally {
    tf.dispose([...options.start.values(), ...options.masks.values()]);
  }
}

/** One walk has one start, and holds relevance at the same nodes for all. */
function checkAlike(queries: readonly ConceptQuery[]): void {
  const likeness = ({ conditions, ...start }: ConceptQuery) => JSON.stringify([start, Object.keys(conditions).sort()]);
  if (queries.every((query) => likeness(query) === likeness(queries[0]!))) return;
  throw new InputError(
    'queries that do not go together: they start differently, or name different nodes; ask them one by one',
  );
}

/**
 * Conditional maps, [queries, height, width] or [queries, features]: relevance at the input, channels summed. Queries may
 * differ in what passes their nodes. With one query, the trace may hold several samples: [samples, height, width].
 */
export function conditionalMaps(
  trace: Trace,
  queries: readonly ConceptQuery[],
  start: Composite['start'] = 'logit',
): Tensor {
  return inOneGo(conditionalMapsSteps(trace, queries, start));
}

/** The same node by node; see {@link inTurn}. */
export function* conditionalMapsSteps(
  trace: Trace,
  queries: readonly ConceptQuery[],
  start: Composite['start'] = 'logit',
): Generator<string, Tensor> {
  for (const query of queries) checkQuery(trace.network, query);
  checkAlike(queries);
  const maps =
    (yield* arrivedAt(trace, queries, start, INPUT, channelsSummed)) ??
    tf.zeros([trace.samples, ...trace.network.input.slice(0, 2)]);
  if (maps.shape[0]! >= queries.length) return maps;
  // Relevance that no condition has touched is the same for every query.
  const repeated = tf.tile(maps, [queries.length, ...maps.shape.slice(1).fill(1)]);
  maps.dispose();
  return repeated;
}
