import type { Model } from '../network/model.ts';
import { classScores, type ClassScores, type ClassScoresOptions } from './classScores.ts';

/** Removing parts of an input bit by bit. */
export interface Flips {
  /** Units in the order of removal. A unit is as many neighbouring numbers as fit: a pixel with all its channels, or one number. */
  readonly order: ArrayLike<number>;
  readonly unitsPerStep: number;
  /** What removed numbers become, laid out as the input. */
  readonly baseline: Float32Array;
}

/** Steps until everything is removed; the last one may be shorter. */
export function stepsOf({ order, unitsPerStep }: Flips): number {
  return Math.ceil(order.length / unitsPerStep);
}

/** The input untouched, then after every step of removal. It is one buffer: read it before asking for the next. */
export function* flipped(x: Float32Array, flips: Flips): Generator<Float32Array> {
  const { order, unitsPerStep, baseline } = flips;
  const size = x.length / order.length;
  const input = x.slice();
  yield input;
  for (let start = 0; start < order.length; start += unitsPerStep) {
    for (let k = start; k < Math.min(start + unitsPerStep, order.length); k++) {
      const at = order[k]! * size;
      input.set(baseline.subarray(at, at + size), at);
    }
    yield input;
  }
}

/**
 * The class followed through all steps, the untouched input included. With one number as a unit and without its first
 * point this is the feature-wise curve of Bach et al. 2015; pixels with all their channels are units here otherwise.
 */
export function flippingCurve(
  model: Model,
  target: number,
  x: Float32Array,
  flips: Flips,
  options?: ClassScoresOptions,
): Promise<ClassScores> {
  return classScores(model, target, flipped(x, flips), options);
}

/** Area under a curve with one unit between points, by trapezoids. */
export function trapezoid(curve: ArrayLike<number>): number {
  let area = 0;
  for (let i = 1; i < curve.length; i++) area += (curve[i - 1]! + curve[i]!) / 2;
  return area;
}
