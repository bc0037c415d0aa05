/**
 * Central differences of a float64 function with respect to some of its numbers: (f(v + h) − f(v − h)) / 2h. With
 * h = 1e-5 the h² error and the rounding of f are both near 1e-10 for values of size 1, far below float32.
 */
export const STEP = 1e-5;

/** Changes `values` while it works and leaves them as they were. */
export function finiteDifferences(values: Float64Array, f: () => number, h = STEP): Float64Array {
  return values.map((value, i) => {
    values[i] = value + h;
    const after = f();
    values[i] = value - h;
    const before = f();
    values[i] = value;
    return (after - before) / (2 * h);
  });
}

/** Largest absolute difference over the largest absolute value expected. */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity;
  let [error, scale] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(found[i]! - expected[i]!);
    // Math.max would drop a NaN on one side and keep it on the other; a NaN is never right.
    if (Number.isNaN(difference)) return NaN;
    error = Math.max(error, difference);
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return error === 0 ? 0 : error / (scale || 1);
}
