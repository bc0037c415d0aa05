import type { ConceptQuery, Network, NetworkNode } from '#src';
import { asImage, plainZeros, type Plain, type PlainWeights } from './plainNet.ts';
import { plainComposites } from './plainComposites.ts';
import { plainSum, plainWalk, total, type PlainWalk } from './plainNetRelevance.ts';

/** Relevance under conditions, derived without masks inside a walk: walks start anew, and add up. */
export interface PlainConditioned {
  /** What arrives at every node, before its own condition. */
  readonly relevance: ReadonlyMap<string, Plain>;
  /** Relevance at the input, channels summed: [height · width], or [features]. */
  readonly map: Float64Array;
  /** What went past each node with a condition; only where parallel paths are excluded. */
  readonly bypassed: ReadonlyMap<string, number>;
  /** Every walk it took, for its conditioning. */
  readonly walks: readonly PlainWalk[];
}

type Starts = ReadonlyMap<string, Plain>;

const mapped = ({ shape, data }: Plain, f: (v: number, i: number) => number): Plain => ({ shape, data: data.map(f) });

/**
 * Conditional relevance of one sample by the table ε, z⁺, flat. Parallel paths excluded: only what has arrived at a named
 * node goes on, so a new walk starts there with what its condition lets through. Parallel paths let in: relevance is linear
 * in where it starts, so a walk that also starts at the named node with minus what is held back is the conditioned one.
 */
export function plainConditioned(net: Network, weights: PlainWeights, x: Plain, query: ConceptQuery): PlainConditioned {
  const ruleOf = plainComposites.epsilonPlusFlat!(net, {});
  const walks: PlainWalk[] = [];
  const walkFrom = (start: (values: ReadonlyMap<string, Plain>) => Starts) => {
    const walked = plainWalk(net, weights, x, { start, ruleOf });
    walks.push(walked);
    return walked;
  };
  let starts: Starts = new Map();
  let walked = walkFrom((values) => (starts = startsOf(net, values, query)));
  const relevance = new Map(walked.relevance);
  const bypassed = new Map<string, number>();
  const named = [...net.nodes].reverse().filter(({ id }) => query.conditions[id]);
  for (const node of named) {
    const arrived = walked.relevance.get(node.id) ?? plainZeros([1, ...node.shape]);
    const allows = allowed(node, query.conditions[node.id]!);
    if (query.excludesParallel ?? true) {
      bypassed.set(node.id, past(net, node, walked));
      starts = new Map([[node.id, mapped(arrived, (v, i) => (allows(i) ? v : 0))]]);
    } else {
      const heldBack = mapped(arrived, (v, i) => (allows(i) ? 0 : -v));
      starts = new Map([...starts, [node.id, plainSum(heldBack, starts.get(node.id))]]);
    }
    const [next] = [starts];
    walked = walkFrom(() => next);
    // Everything below sees the conditioned flow; the node itself and what is above keep what arrived.
    for (const { id } of net.nodes.slice(0, net.nodes.indexOf(node))) relevance.delete(id);
    relevance.delete('input');
    for (const [id, r] of walked.relevance) if (!relevance.has(id)) relevance.set(id, r);
  }
  return { relevance, map: mapOf(net, relevance), bypassed, walks };
}

function startsOf(net: Network, values: ReadonlyMap<string, Plain>, query: ConceptQuery): Starts {
  const at = query.startAt ?? net.output;
  const activation = values.get(at)!;
  const { initial, classes } = query;
  const begun = mapped(activation, (v, i) => (typeof initial === 'number' ? initial : (initial?.[i] ?? v)));
  const isSingle = activation.data.length === 1;
  return new Map([[at, classes ? mapped(begun, (v, i) => (classes.includes(isSingle ? 1 : i) ? v : 0)) : begun]]);
}

/** Which numbers of a node its condition lets through. */
function allowed({ shape }: NetworkNode, condition: ConceptQuery['conditions'][string]): (i: number) => boolean {
  const channels = shape.at(-1)!;
  if (Array.isArray(condition)) return (i) => condition.includes(i % channels);
  const neurons = condition as Readonly<Record<number, number>>;
  return (i) => neurons[i % channels] === Math.floor(i / channels);
}

/** What the nodes above and beside a node hand to nodes that come before it: all that is on its way past it. */
function past(net: Network, node: NetworkNode, { passed }: PlainWalk): number {
  const at = net.nodes.indexOf(node);
  const earlier = new Set(['input', ...net.nodes.slice(0, at).map(({ id }) => id)]);
  return total(
    net.nodes
      .slice(at + 1)
      .flatMap(({ id, from }) => (passed.get(id) ?? []).map((r, k) => (earlier.has(from[k]!) ? total(r.data) : 0))),
  );
}

function mapOf(net: Network, relevance: ReadonlyMap<string, Plain>): Float64Array {
  const arrived = relevance.get('input') ?? plainZeros([1, ...net.input]);
  if (net.input.length === 1) return arrived.data;
  const [, height, width, channels] = asImage(arrived);
  return Float64Array.from({ length: height * width }, (_, i) =>
    total(arrived.data.subarray(i * channels, (i + 1) * channels)),
  );
}

/** ρ of every channel: relevance summed over space. */
export function plainChannelSums({ shape, data }: Plain): Float64Array {
  const channels = shape.at(-1)!;
  const sums = new Float64Array(channels);
  data.forEach((v, i) => (sums[i % channels]! += v));
  return sums;
}
