import {
  applyElementwise,
  elementwise,
  evaluateExpression,
  type Elementwise,
  type ElementwiseDefinition,
} from '#kernels';
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
  /** What plans compute; absent where the activation is known by its tensor form alone. */
  readonly elementwise?: Elementwise;
  scalar(x: readonly number[], params: Readonly<Record<string, number>>): number;
  apply(x: readonly Tensor[], params: Readonly<Record<string, Tensor>>): Tensor;
}

interface Words
  extends
    Omit<Activation, 'params' | 'kinks' | 'arity' | 'scalar' | 'apply' | 'elementwise'>,
    Partial<Pick<Activation, 'params' | 'kinks'>> {}

/** An activation as one formula over `x` (of gates: over the names of its inputs) and its parameters. */
export interface FormulaActivation extends Words, Omit<ElementwiseDefinition, 'params'> {}

/** An activation as code: for functions that no formula can say. Plans cannot hold it. */
export interface CodedActivation
  extends Words, Partial<Pick<Activation, 'arity'>>, Pick<Activation, 'scalar' | 'apply'> {}

/** Declares an activation; without further words it has one input, no parameters and no kinks. */
export function defineActivation(declared: FormulaActivation | CodedActivation): Activation {
  if ('apply' in declared) return { arity: 1, params: {}, kinks: [], ...declared };
  const { inputs = ['x'], lets, value, derivatives, params = {}, ...words } = declared;
  const fn = elementwise({
    inputs,
    params: Object.keys(params),
    value,
    ...(lets ? { lets } : {}),
    ...(derivatives ? { derivatives } : {}),
  });
  const named = <T>(x: readonly T[]) => Object.fromEntries(inputs.map((name, i) => [name, x[i]!]));
  return {
    kinks: [],
    ...words,
    params,
    arity: inputs.length,
    elementwise: fn,
    scalar: (x, given) => evaluateExpression(fn.value, { ...named(x), ...given }),
    apply: (x, given) => applyElementwise(fn, { ...named(x), ...given }),
  };
}

/** Start values of an activation's parameters. */
export function startOf(activation: Activation): Record<string, number> {
  return Object.fromEntries(Object.entries(activation.params).map(([key, param]) => [key, param.start]));
}
