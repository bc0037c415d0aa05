export const pathRules = ['midpoint', 'right', 'gaussLegendre'] as const;
export type PathRule = (typeof pathRules)[number];

/** Points on the way from 0 to 1 and the weight of each; the weights add up to 1. */
export interface PathPoints {
  readonly at: Float64Array;
  readonly weights: Float64Array;
}

/** n points whose weighted values approximate the integral of a function from 0 to 1. */
export function pathPoints(rule: PathRule, n: number): PathPoints {
  if (rule === 'gaussLegendre') return gaussLegendre(n);
  const shift = rule === 'midpoint' ? 0.5 : 1;
  return {
    at: Float64Array.from({ length: n }, (_, i) => (i + shift) / n),
    weights: new Float64Array(n).fill(1 / n),
  };
}

/** The roots z of the Legendre polynomial P_n by Newton's method, and their weights 2 / ((1 − z²) P'_n(z)²), on [0, 1]. */
function gaussLegendre(n: number): PathPoints {
  const at = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    // A guess that every root is close enough to; from there a handful of steps reach double precision.
    let z = -Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    for (let step = 0; step < 10; step++) {
      const { value, slope } = legendre(n, z);
      z -= value / slope;
    }
    at[i] = (1 + z) / 2;
    weights[i] = 1 / ((1 - z * z) * legendre(n, z).slope ** 2);
  }
  return { at, weights };
}

/** P_n(z) and its derivative: k P_k = (2k − 1) z P_{k−1} − (k − 1) P_{k−2}. */
function legendre(n: number, z: number): { value: number; slope: number } {
  let [before, value] = [1, z];
  for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * z * value - (k - 1) * before) / k];
  return { value, slope: (n * (z * value - before)) / (z * z - 1) };
}
