import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Params } from '../layers/layer.ts';
import type { ForwardOptions } from '../network/forward.ts';
import type { Model } from '../network/model.ts';
import { readersOf, type NetworkNode } from '../network/network.ts';

/** Forward options for the folded net, and the batch norms that had to stay. */
export interface Folded {
  readonly forward: ForwardOptions;
  /** The folded weights, by node id; those of a scaled layer hold its scale. */
  readonly params: ReadonlyMap<string, Params>;
  readonly notFolded: readonly string[];
}

/**
 * Merges each batch norm into the convolution or dense layer right before it:
 * w' = w·γ/√(v + ε), b' = (b − m)·γ/√(v + ε) + β. The logits stay the same; maps do not, so explanations fold first.
 * A batch norm in front of a layer stays a node of its own: its shift is missing in the zero padding.
 * Channels of the layer that are scaled by s become s·w and s·b first; its scale is then no longer in the options.
 * Call it inside tf.tidy: the folded weights are tensors.
 */
export function foldBatchNorm(model: Model, scales: ForwardOptions['scales'] = new Map()): Folded {
  const { network } = model;
  const readers = readersOf(network);
  const byId = new Map(network.nodes.map((node) => [node.id, node]));
  const folded = new Map<string, Params>();
  const bypass = new Set<string>();
  const notFolded: string[] = [];
  const left = new Map(scales);
  for (const node of network.nodes) {
    if (node.layer.role !== 'normalize') continue;
    const before = byId.get(node.from[0]!);
    if (before?.layer.role === 'linear' && readers.get(before.id)!.length === 1) {
      folded.set(before.id, foldInto(model, before, node, scales.get(before.id)));
      left.delete(before.id);
      bypass.add(node.id);
    } else {
      notFolded.push(node.id);
    }
  }
  const paramsOf = (node: NetworkNode) => folded.get(node.id) ?? model.paramsOf(node);
  return { forward: { bypass, paramsOf, scales: left }, params: folded, notFolded };
}

function foldInto(model: Model, linear: NetworkNode, norm: NetworkNode, s: Tensor = tf.scalar(1)): Params {
  const { kernel, bias } = model.paramsOf(linear);
  const { gamma, beta, movingMean, movingVariance } = model.paramsOf(norm);
  const scale = tf.mul(gamma!, tf.rsqrt(tf.add(movingVariance!, norm.options.epsilon as number)));
  const shifted = bias ? tf.sub(tf.mul(bias, s), movingMean!) : tf.neg(movingMean!);
  const both = tf.mul(scale, s);
  // A depthwise kernel keeps its output channel split over the last two axes: [kh, kw, channels, multiplier].
  const perKernel = linear.kind === 'depthwiseConv2d' ? tf.reshape(both, [...kernel!.shape.slice(2)]) : both;
  return { kernel: tf.mul(kernel!, perKernel), bias: tf.add(tf.mul(shifted, scale), beta!) };
}
