import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { parseOptions, type OptionTable, type OptionValues } from '../core/options.ts';
import type { NetworkNode } from '../network/network.ts';
import type { NodePlace } from './place.ts';

/** One node with the values of a forward pass: everything a rule may ask of it before relevance arrives. */
export interface Site {
  readonly node: NetworkNode;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  /** Kernel and bias of a linear node. */
  readonly kernel: Tensor;
  readonly bias: Tensor | null;
  /** No input can be below zero, whatever the sample: a rule may then leave its negative half out. */
  readonly isNonNegative: boolean;
  /** F(x; w, b) of a linear node; not for taking gradients of. */
  forward(x: Tensor, kernel: Tensor, bias: Tensor | null): Tensor;
  /** T(r; w): the transpose map of a linear node, in the shape of its input; r may hold more samples than the input. */
  transpose(r: Tensor, kernel: Tensor): Tensor;
  /** x ⊙ T(r; w), x in the shape of the input. */
  timesTranspose(x: Tensor, r: Tensor, kernel: Tensor): Tensor;
  /**
   * The node's own vector–Jacobian product: the gradient of Σ r·output with respect to each input. r has as many samples
   * as the input, or any number when the input is one sample.
   */
  pull(r: Tensor): Tensor[];
}

/** Tensors that depend on the input alone: computed once for a sample, used by every class, channel and concept. */
export type Kept = Readonly<Record<string, Tensor | undefined>>;

/** What stayed behind at one node, one number per sample: in its bias and in the stabiliser. */
export interface Held {
  readonly bias?: Tensor;
  readonly stabilizer?: Tensor;
}

/** What a rule hands on: relevance per input. */
export interface Propagated {
  readonly inputs: readonly Tensor[];
  /** Called only where somebody keeps the books. */
  held?(): Held;
}

/** How relevance passes one node. */
export interface Rule<K extends Kept = Kept> {
  readonly id: string;
  readonly title: string;
  /** TeX, in the letters of the source. */
  readonly formula: string;
  readonly source: string;
  /** Its settings, as plain data. */
  readonly options: Readonly<Record<string, unknown>>;
  fits(place: NodePlace): boolean;
  /** Denominators and split kernels. Runs inside tf.tidy. */
  prepare(site: Site): K;
  /** Linear in the relevance. Runs inside tf.tidy. */
  propagate(site: Site, kept: K, relevance: Tensor): Propagated;
}

interface Declared<S extends OptionTable, K extends Kept> {
  readonly id: string;
  readonly title: string;
  /** One sentence for whoever picks it. */
  readonly summary: string;
  readonly formula: string;
  readonly source: string;
  readonly options: S;
  /** The nodes it is defined for. */
  fits(place: NodePlace): boolean;
  make(options: OptionValues<S>): Pick<Rule<K>, 'prepare' | 'propagate'>;
}

/** A rule before its settings are chosen: call it with some of them for a {@link Rule}. */
export interface RuleKind<S extends OptionTable = OptionTable> extends Omit<Declared<S, Kept>, 'make'> {
  (options?: Partial<OptionValues<S>>): Rule;
}

/** Declares a rule; the type of its settings follows from the table. */
export function defineRule<const S extends OptionTable, K extends Kept>(declared: Declared<S, K>): RuleKind<S> {
  const { id, title, summary, formula, source, options: table, fits, make } = declared;
  const kind = (given: Partial<OptionValues<S>> = {}): Rule => {
    const options = parseOptions(table, given, id);
    return { id, title, formula, source, options, fits, ...make(options) } as Rule;
  };
  return Object.assign(kind, { id, title, summary, formula, source, options: table, fits });
}

/** Added to every denominator, with the denominator's own sign. */
export const EPSILON = 1e-6;

/** A denominator z with its stabilised form st(z). */
export type Denominator = Readonly<Record<'z' | 'stable', Tensor>>;

/** In the place of ε = 0: lost beside any sum of numbers, but where a sum is empty it makes 0 / 0 a 0. */
const LEAST = 1e-20;

/** st(z) = z + ε·s(z) with s(z) = +1 for z ≥ 0 and −1 below: zero counts as positive, so nothing divides by zero. */
export function stabilized(z: Tensor, eps: number): Denominator {
  // The step of −z is 1 below zero, else what it is told: −s(z). A comparison takes ten times as long on wasm.
  return { z: tf.clone(z), stable: tf.sub(z, tf.mul(tf.step(tf.neg(z), -1), Math.max(eps, LEAST))) };
}

/** st(z) of a sum none of whose terms can be negative: z + ε. */
export function stabilizedPositive(z: Tensor, eps: number): Denominator {
  return { z: tf.clone(z), stable: tf.add(z, Math.max(eps, LEAST)) };
}

/** Σ over everything but the batch: [batch]. */
export function perSample(t: Tensor): Tensor {
  return t.rank > 1 ? tf.sum(t, [...t.shape.keys()].slice(1)) : t;
}

/** Σ S·(st(z) − z): the part of the relevance that the stabiliser keeps, one number per sample. */
export function heldByStabilizer(share: Tensor, { z, stable }: Denominator): Tensor {
  return perSample(tf.mul(share, tf.sub(stable, z)));
}

/** What a denominator with a bias inside it keeps back. */
export const heldBy = (share: Tensor, denominator: Denominator, bias: Tensor | null) => (): Held => ({
  stabilizer: heldByStabilizer(share, denominator),
  ...(bias ? { bias: perSample(tf.mul(share, bias)) } : {}),
});

export const positive = (t: Tensor): Tensor => tf.relu(t);
export const negative = (t: Tensor): Tensor => tf.sub(t, tf.relu(t));
