import { readersOf, type Network, type NetworkNode } from '#src';
import { plainForward, plainZeros, weightsOf, type Plain, type PlainWeights } from './plainNet.ts';
import { plainRule, type PlainRule } from './plainRules.ts';

export interface PlainWalk {
  readonly values: ReadonlyMap<string, Plain>;
  /** What arrived at every node relevance reached, and at the input. */
  readonly relevance: ReadonlyMap<string, Plain>;
  /** What each node handed to each of its inputs. */
  readonly passed: ReadonlyMap<string, readonly Plain[]>;
  readonly bias: number;
  readonly stabilizer: number;
}

export interface PlainWalkOptions {
  /** Where relevance starts, from the values of the forward pass. */
  readonly start: (values: ReadonlyMap<string, Plain>) => ReadonlyMap<string, Plain>;
  readonly ruleOf: (node: NetworkNode) => PlainRule;
  readonly isFolded?: boolean;
}

/** w' = w·γ/√(v + ε), b' = (b − m)·γ/√(v + ε) + β, for batch norms right behind a linear node that nothing else reads. */
export function plainFold(net: Network, weights: PlainWeights): { weights: PlainWeights; bypass: Set<string> } {
  const folded: Record<string, ArrayLike<number>> = { ...weights };
  const bypass = new Set<string>();
  for (const norm of net.nodes.filter(({ kind }) => kind === 'batchNorm')) {
    const before = net.nodes.find(({ id }) => id === norm.from[0]);
    if (!before?.params.kernel || readersOf(net).get(before.id)!.length > 1) continue;
    const own = weightsOf(norm, weights);
    const channels = norm.shape.at(-1)!;
    const scale = Array.from(
      { length: channels },
      (_, c) => own.gamma![c]! / Math.sqrt(own.movingVariance![c]! + (norm.options.epsilon as number)),
    );
    // A depthwise kernel [kh, kw, C, m] has output channel c·m + j in its last two axes, so this holds for it as well.
    folded[`${before.id}/kernel`] = Array.from(weights[`${before.id}/kernel`]!, (w, i) => w * scale[i % channels]!);
    folded[`${before.id}/bias`] = scale.map(
      (s, c) => ((weights[`${before.id}/bias`]?.[c] ?? 0) - own.movingMean![c]!) * s + own.beta![c]!,
    );
    bypass.add(norm.id);
  }
  return { weights: folded, bypass };
}

/** Relevance of every node, from where it starts back to the pixels, in float64 loops over every wire. */
export function plainWalk(
  net: Network,
  given: PlainWeights,
  x: Plain,
  { start, ruleOf, isFolded = true }: PlainWalkOptions,
): PlainWalk {
  const { weights, bypass } = isFolded ? plainFold(net, given) : { weights: given, bypass: new Set<string>() };
  const values: Map<string, Plain> = new Map([['input', x]]);
  plainForward(net, weights, x, {
    replace(node, value) {
      const kept = bypass.has(node.id) ? values.get(node.from[0]!)! : value;
      values.set(node.id, kept);
      return kept;
    },
  });
  const relevance = new Map(start(values));
  const handed = new Map<string, readonly Plain[]>();
  let [bias, stabilizer] = [0, 0];
  for (const node of [...net.nodes].reverse()) {
    const r = relevance.get(node.id);
    if (!r) continue;
    const inputs = node.from.map((id) => values.get(id)!);
    const rule = bypass.has(node.id) ? { id: 'pass' } : ruleOf(node);
    const taken = plainRule(node, rule, inputs, values.get(node.id)!, r, weightsOf(node, weights));
    bias += taken.bias;
    stabilizer += taken.stabilizer;
    handed.set(node.id, taken.inputs);
    node.from.forEach((id, k) => relevance.set(id, plainSum(taken.inputs[k]!, relevance.get(id))));
  }
  return { values, relevance, passed: handed, bias, stabilizer };
}

/** a + b; a alone where there is no b. */
export function plainSum(a: Plain, b?: Plain): Plain {
  return { shape: a.shape, data: b ? a.data.map((v, i) => v + b.data[i]!) : a.data };
}

/** Starts at one class of the output, with its logit or with 1, for every sample. */
export function startAtClass(net: Network, target: number, kind: 'logit' | 'one') {
  return (values: ReadonlyMap<string, Plain>): ReadonlyMap<string, Plain> => {
    const logits = values.get(net.output)!;
    const start = plainZeros(logits.shape);
    const count = logits.shape.at(-1)!;
    for (let i = target; i < start.data.length; i += count) start.data[i] = kind === 'one' ? 1 : logits.data[i]!;
    return new Map([[net.output, start]]);
  };
}

/**
 * The largest relevance on the way over the relevance at the start: how much the divisions blew up. Relevance divides by
 * sums of signed numbers; where float32 terms of size 1 cancel to z, an error of 6e-8 / z enters.
 */
export function growthOf(walked: PlainWalk, start: number): number {
  return Math.max(1, ...[...walked.relevance.values()].map(({ data }) => largest(data) / Math.abs(start)));
}

export const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((m, v) => Math.max(m, Math.abs(v)), 0);
export const total = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);
