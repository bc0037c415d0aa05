import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { applyNode, type ForwardOptions, type ForwardValues } from '../network/forward.ts';
import type { Model } from '../network/model.ts';
import type { NetworkNode } from '../network/network.ts';
import type { BackwardStep, Rule } from './rule.ts';

export interface WalkOptions {
  /** Values of a forward pass, kept alive by the caller. */
  readonly values: ForwardValues;
  /** Where relevance starts: node id to a tensor of that node's output shape. */
  readonly start: ReadonlyMap<string, Tensor>;
  readonly ruleOf: (node: NetworkNode) => Rule;
  /** The same weights and bypassed nodes as in the forward pass. */
  readonly forward?: ForwardOptions;
}

export interface WalkResult {
  /** Relevance at the output of every node it reached, and of the input, by id. */
  readonly relevance: ReadonlyMap<string, Tensor>;
  readonly bias: Scalar;
  readonly stabilizer: Scalar;
}

/**
 * Walks relevance back from the start nodes to the input, in reverse walking order; what meets at a node adds up.
 * Call it inside tf.tidy.
 */
export function walk(model: Model, { values, start, ruleOf, forward = {} }: WalkOptions): WalkResult {
  const relevance = new Map<string, Tensor>(start);
  const held: Record<'bias' | 'stabilizer', Tensor[]> = { bias: [], stabilizer: [] };
  for (const node of [...model.network.nodes].reverse()) {
    const arrived = relevance.get(node.id);
    if (!arrived) continue;
    const bypassed = forward.bypass?.has(node.id);
    const propagated = bypassed
      ? { inputs: [arrived] }
      : ruleOf(node).propagate(backwardStep(model, node, arrived, values, forward));
    if (propagated.bias) held.bias.push(propagated.bias);
    if (propagated.stabilizer) held.stabilizer.push(propagated.stabilizer);
    node.from.forEach((source, i) => {
      const before = relevance.get(source);
      const now = propagated.inputs[i]!;
      relevance.set(source, before ? tf.add(before, now) : now);
    });
  }
  const total = (parts: readonly Tensor[]) => (parts.length > 0 ? tf.addN([...parts]) : tf.scalar(0)) as Scalar;
  return { relevance, bias: total(held.bias), stabilizer: total(held.stabilizer) };
}

function backwardStep(
  model: Model,
  node: NetworkNode,
  relevance: Tensor,
  values: ForwardValues,
  options: ForwardOptions,
): BackwardStep {
  const inputs = node.from.map((id) => values.get(id)!);
  const { linear } = node.layer;
  const params = options.paramsOf?.(node) ?? model.paramsOf(node);
  const [x] = inputs;
  const demand = () => {
    if (!linear) throw new Error(`internal: a rule for linear nodes was given "${node.id}" (${node.kind})`);
    return linear;
  };
  return {
    node,
    inputs,
    output: values.get(node.id)!,
    relevance,
    kernel: params.kernel!,
    bias: params.bias ?? null,
    forward: (input, kernel, bias) => demand().forward(input, kernel, bias, node.options),
    transpose: (r, kernel) => demand().transpose(r, kernel, x!.shape, node.options),
    pull(r) {
      // A linear node's gradient is its transpose; no filter gradient is computed on the way.
      if (linear) return [linear.transpose(r, params.kernel!, x!.shape, node.options)];
      // The clone is an op on the tape: a node may hand its input on (dropout), and tfjs finds no gradient of that.
      const f = (...xs: Tensor[]) => tf.clone(applyNode(model, node, xs, { ...options, paramsOf: () => params }));
      // Clones here too: where both inputs of an addition are one tensor, each would get the gradient of both.
      return tf.grads(f)(
        inputs.map((input) => tf.clone(input)),
        r,
      );
    },
  };
}
