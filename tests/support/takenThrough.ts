import * as tf from '@tensorflow/tfjs-core';
import { build, disposeWalk, traceOf, walk, type Network, type Rule } from '#src';
import type { Plain } from './plainNet.ts';

export const tensorOf = ({ shape, data }: Plain): tf.Tensor => tf.tensor(Float32Array.from(data), [...shape]);

/** What a rule did with the relevance at one node. */
export interface Taken {
  /** What the input got, row-major. */
  readonly input: Float32Array;
  /** What stayed behind in the bias and in the stabiliser, all samples together. */
  readonly bias: number;
  readonly stabilizer: number;
}

/** Relevance `r` taken through every node of a net by one rule, as it stands, with the books kept. */
export async function taken(
  net: Network,
  weights: Record<string, Float32Array>,
  x: Plain,
  r: Plain,
  ...rules: readonly Rule[]
): Promise<Taken> {
  const model = build(net);
  model.write(weights);
  const ruleOf = new Map(net.nodes.map(({ id }, i) => [id, rules[Math.min(i, rules.length - 1)]!]));
  const [input, start] = [tensorOf(x), tensorOf(r)];
  const trace = traceOf(model, input, { rules: ruleOf, isFolded: false });
  try {
    const walked = walk(trace, { start: new Map([[net.output, start]]), keepsBooks: true });
    try {
      const held = [...walked.held.values()];
      return {
        input: await numbersOf(walked.relevance.get('input')!),
        bias: await total(held.map(({ bias }) => bias)),
        stabilizer: await total(held.map(({ stabilizer }) => stabilizer)),
      };
    } finally {
      disposeWalk(walked);
    }
  } finally {
    trace.dispose();
    tf.dispose([input, start]);
    model.dispose();
  }
}

/** A copy of a tensor's numbers. */
export const numbersOf = async (t: tf.Tensor): Promise<Float32Array> => Float32Array.from(await t.data());

async function total(parts: readonly (tf.Tensor | undefined)[]): Promise<number> {
  let sum = 0;
  for (const part of parts) if (part) sum += (await numbersOf(part)).reduce((a, b) => a + b, 0);
  return sum;
}
