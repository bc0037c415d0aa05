import * as tf from '@tensorflow/tfjs-core';
import {
  build,
  disposeWalk,
  traceOf,
  walk,
  type Model,
  type Network,
  type Rule,
  type Trace,
  type WalkOptions,
} from '#src';
import type { Plain } from './plainNet.ts';
import { total } from './plainNetRelevance.ts';

export const tensorOf = ({ shape, data }: Plain): tf.Tensor => tf.tensor(Float32Array.from(data), [...shape]);

/** A copy of a tensor's numbers. */
export const numbersOf = async (t: tf.Tensor): Promise<Float32Array> => Float32Array.from(await t.data());

type Weights = Readonly<Record<string, Float32Array>>;

/** A walk read back to plain numbers. */
export interface ReadWalk {
  readonly relevance: ReadonlyMap<string, Float32Array>;
  readonly pending: ReadonlyMap<string, Float32Array>;
  readonly bypassed: ReadonlyMap<string, Float32Array>;
  /** What stayed behind in biases and stabilisers, all nodes and samples together. */
  readonly bias: number;
  readonly stabilizer: number;
}

/** Settings of a walk with plain numbers in the place of tensors. */
export interface PlainWalkSettings extends Omit<WalkOptions, 'start' | 'masks' | 'note'> {
  readonly start: ReadonlyMap<string, Plain>;
  readonly masks?: ReadonlyMap<string, Plain>;
}

/** Calls `use` with a model that has these weights, and disposes it. */
export async function withWeights<T>(net: Network, weights: Weights, use: (model: Model) => Promise<T>): Promise<T> {
  const model = build(net);
  model.write(weights);
  try {
    return await use(model);
  } finally {
    model.dispose();
  }
}

/** Calls `use` with a trace of the model on x, and disposes it. */
export async function withTrace<T>(
  model: Model,
  x: Plain,
  options: { readonly rules: ReadonlyMap<string, Rule>; readonly isFolded?: boolean },
  use: (trace: Trace) => Promise<T>,
): Promise<T> {
  const input = tensorOf(x);
  try {
    const trace = traceOf(model, input, options);
    try {
      return await use(trace);
    } finally {
      trace.dispose();
    }
  } finally {
    input.dispose();
  }
}

/** One walk along a trace, read back; leaves no tensor behind. */
export async function readWalk(trace: Trace, { start, masks, ...options }: PlainWalkSettings): Promise<ReadWalk> {
  const tensors = (plain: ReadonlyMap<string, Plain>) => new Map([...plain].map(([id, p]) => [id, tensorOf(p)]));
  const [begins, conditions] = [tensors(start), tensors(masks ?? new Map())];
  try {
    const walked = walk(trace, { ...options, start: begins, masks: conditions });
    try {
      const held = [...walked.held.values()];
      return {
        relevance: await readAll(walked.relevance),
        pending: await readAll(walked.pending),
        bypassed: await readAll(walked.bypassed),
        bias: await totalOf(held.map(({ bias }) => bias)),
        stabilizer: await totalOf(held.map(({ stabilizer }) => stabilizer)),
      };
    } finally {
      disposeWalk(walked);
    }
  } finally {
    tf.dispose([...begins.values(), ...conditions.values()]);
  }
}

async function readAll(tensors: ReadonlyMap<string, tf.Tensor>): Promise<Map<string, Float32Array>> {
  const read = [...tensors].map(async ([id, t]) => [id, await numbersOf(t)] as const);
  return new Map(await Promise.all(read));
}

async function totalOf(parts: readonly (tf.Tensor | undefined)[]): Promise<number> {
  let sum = 0;
  for (const part of parts) if (part) sum += total(await numbersOf(part));
  return sum;
}

/** What rules did with the relevance that entered at the output of a chain of nodes. */
export interface Taken {
  /** What the input got, row-major. */
  readonly input: Float32Array;
  readonly bias: number;
  readonly stabilizer: number;
}

/** Relevance `r` taken from the output of a net to its input, one rule per node, batch norms as they stand. */
export function taken(net: Network, weights: Weights, x: Plain, r: Plain, ...rules: readonly Rule[]): Promise<Taken> {
  const ruleOf = new Map(net.nodes.map(({ id }, i) => [id, rules[i]!]));
  return withWeights(net, weights, (model) =>
    withTrace(model, x, { rules: ruleOf, isFolded: false }, async (trace) => {
      const { relevance, bias, stabilizer } = await readWalk(trace, {
        start: new Map([[net.output, r]]),
        keepsBooks: true,
      });
      return { input: relevance.get('input')!, bias, stabilizer };
    }),
  );
}
