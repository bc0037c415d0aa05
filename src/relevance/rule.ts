import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { NetworkNode } from '../network/network.ts';

/** One node on the way back, with what a rule may ask of it. Batches run along the first axis. */
export interface BackwardStep {
  readonly node: NetworkNode;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  /** R at the output. */
  readonly relevance: Tensor;
  /** Kernel and bias of a linear node. */
  readonly kernel: Tensor;
  readonly bias: Tensor | null;
  /** F(x; w, b) of a linear node. */
  forward(x: Tensor, kernel: Tensor, bias: Tensor | null): Tensor;
  /** T(r; w): the transpose map of a linear node, in the shape of its input. */
  transpose(r: Tensor, kernel: Tensor): Tensor;
  /** The node's own vector–Jacobian product: the gradient of Σ r·output with respect to each input. */
  pull(r: Tensor): Tensor[];
}

/** What a rule hands on: relevance per input, and what stayed behind in the bias and in the stabiliser. */
export interface Propagated {
  readonly inputs: readonly Tensor[];
  readonly bias?: Scalar;
  readonly stabilizer?: Scalar;
}

/** How relevance passes one node. */
export interface Rule {
  readonly id: string;
  readonly title: string;
  /** TeX, in the letters of the source. */
  readonly formula: string;
  readonly source: string;
  propagate(step: BackwardStep): Propagated;
}

/** Added to every denominator, with the denominator's own sign. */
export const EPSILON = 1e-6;

/** st(z) = z + ε·s(z) with s(z) = +1 for z ≥ 0 and −1 below: zero counts as positive, so nothing divides by zero. */
export function stabilize(z: Tensor, eps: number): Tensor {
  return tf.add(z, tf.sub(tf.mul(tf.cast(tf.greaterEqual(z, 0), 'float32'), 2 * eps), eps));
}

/** Σ S·(st(z) − z): the part of the relevance that the stabiliser keeps. */
export function heldByStabilizer(share: Tensor, z: Tensor, stable: Tensor): Scalar {
  return tf.sum(tf.mul(share, tf.sub(stable, z)));
}

export const positive = (t: Tensor): Tensor => tf.relu(t);
export const negative = (t: Tensor): Tensor => tf.minimum(t, 0);
