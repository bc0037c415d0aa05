import type { Tensor } from '@tensorflow/tfjs-core';

/** A number an activation owns: a trained shape parameter, or a fixed setting the user may change. */
export interface ShapeParameter {
  readonly start: number;
  readonly trained: boolean;
  readonly summary: string;
}

/**
 * An activation: one number in and one out, or a gate that joins `arity` neighbouring channels.
 * `scalar` is the slow oracle in float64, `apply` the tensor form; tests hold one against the other.
 */
export interface Activation {
  readonly id: string;
  readonly title: string;
  /** Numbers read per number written. */
  readonly arity: number;
  /** TeX, in the letters of the source. */
  readonly formula: string;
  /** Authors and year. */
  readonly source: string;
  readonly params: Readonly<Record<string, ShapeParameter>>;
  /**
   * For gates: homogeneous of degree one, so that z = Σ x ∂z/∂x and relevance can be split in proportion. A gate
   * without it, such as a product, has no relevance rule and is refused by name.
   */
  readonly isHomogeneous?: boolean;
  /** Never below zero, whatever its inputs: relevance rules then have one sign less to compute. */
  readonly isNonNegative?: boolean;
  /** Inputs where the derivative jumps; the left branch is used there. */
  readonly kinks: readonly number[];
  scalar(x: readonly number[], params: Readonly<Record<string, number>>): number;
  apply(x: readonly Tensor[], params: Readonly<Record<string, Tensor>>): Tensor;
}

type Declared = Omit<Activation, 'params' | 'kinks' | 'arity'> &
  Partial<Pick<Activation, 'params' | 'kinks' | 'arity'>>;

/** Declares an activation; without further words it has one input, no parameters and no kinks. */
export function defineActivation(declared: Declared): Activation {
  return { arity: 1, params: {}, kinks: [], ...declared };
}

/** Start values of an activation's parameters. */
export function startOf(activation: Activation): Record<string, number> {
  return Object.fromEntries(Object.entries(activation.params).map(([key, param]) => [key, param.start]));
}
