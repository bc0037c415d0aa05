import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import { channelsOf, describeShape } from '../core/shape.ts';
import { nodeOf, type Network } from '../network/network.ts';

/** The number that the input is changed for. */
export type OptimizationTarget =
  /** The logit of a class; with one output, that is the logit of class 1. */
  | { readonly kind: 'logit'; readonly class: number }
  /** The mean of one channel of a node's output over all positions. */
  | { readonly kind: 'channel'; readonly node: string; readonly channel: number }
  /** Half the mean square of a node's output. */
  | { readonly kind: 'node'; readonly node: string }
  /** The cross-entropy of a class: softmax over the logits; with one output, its sigmoid and classes 0 and 1. */
  | { readonly kind: 'label'; readonly class: number };

/** The target as a function of one node's output. Nodes behind it are not computed. */
export interface Objective {
  readonly at: string;
  /** Runs inside tf.tidy; differentiable. */
  of(output: Tensor): Scalar;
}

/** Checks a target against the net; an unknown class, node or channel throws and names the known ones. */
export function objectiveOf(network: Network, target: OptimizationTarget): Objective {
  switch (target.kind) {
    case 'logit': {
      const classes = countLogits(network);
      checkClass(target.class, classes === 1 ? 1 : 0, Math.max(classes - 1, 1));
      const index = classes === 1 ? 0 : target.class;
      return { at: network.output, of: (logits) => channelMean(logits, index) };
    }
    case 'channel': {
      const { node, channel } = target;
      const channels = channelsOf(nodeOf(network, node).shape);
      if (!isIndex(channel, 0, channels - 1)) {
        throw new InputError(`unknown channel: ${channel} of "${node}"; it has channels 0 to ${channels - 1}`);
      }
      return { at: node, of: (output) => channelMean(output, channel) };
    }
    case 'node': {
      const { id } = nodeOf(network, target.node);
      return { at: id, of: (output) => tf.mul(0.5, tf.mean(tf.square(output))) };
    }
    case 'label': {
      const classes = countLogits(network);
      checkClass(target.class, 0, Math.max(classes - 1, 1));
      return { at: network.output, of: (logits) => crossEntropy(logits, target.class) };
    }
  }
}

const isIndex = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

function checkClass(value: number, least: number, most: number): void {
  if (isIndex(value, least, most)) return;
  const known = least === most ? `only class ${most} has a logit` : `the net answers classes ${least} to ${most}`;
  throw new InputError(`unknown class: ${value}; ${known}`);
}

function countLogits(net: Network): number {
  const { shape } = nodeOf(net, net.output);
  if (shape.length === 1) return shape[0]!;
  throw new InputError(
    `no logits: the net ends with ${describeShape(shape)}; end it with flatten or globalAvgPool and a dense layer`,
  );
}

/** Far below every difference of logits. */
const NEVER = -1e30;

/**
 * −ln softmax(z)_y = ln(1 + Σ_{k≠y} e^(z_k − z_y)), for logits z [1, classes]. The training losses take softmax − 1 for
 * the label's own slope. Of a sure net both are 1 in float32, and what is left points the wrong way.
 */
function crossEntropy(logits: Tensor, label: number): Scalar {
  // One output is the difference of two logits.
  const z = logits.shape[1] === 1 ? tf.concat([tf.zerosLike(logits), logits], 1) : logits;
  const own = tf.slice(z, [0, label], [1, 1]);
  const exceptOwn = tf.mul(tf.oneHot(tf.tensor1d([label], 'int32'), z.shape[1]!), NEVER);
  return tf.softplus(tf.logSumExp(tf.add(tf.sub(z, own), exceptOwn)));
}

/** Mean over all positions of one channel of [1, ..., channels]. */
function channelMean(value: Tensor, channel: number): Scalar {
  const begin = [...value.shape.slice(1).fill(0), channel];
  const size = [...value.shape.slice(0, -1), 1];
  return tf.mean(tf.slice(value, begin, size));
}
