import { sizeOf } from '../core/shape.ts';
import type { Initializer } from './initializer.ts';

/** Gain for ReLU nets: keeps E a² through a layer whose units are off half of the time. */
const GAIN = Math.SQRT2;

/**
 * Q of a Gaussian matrix [max(rows, columns), min(rows, columns)], columns flipped so that R's diagonal is positive
 * (Haar distributed), transposed when rows < columns; rows = fan-in. Row-major float64.
 */
export function orthogonalFrom(gaussian: Float64Array, rows: number, columns: number, gain: number): Float64Array {
  const tall = Math.max(rows, columns);
  const thin = Math.min(rows, columns);
  // Gram–Schmidt, run twice per column: orthogonal to machine precision, and R's diagonal is positive by construction.
  const q = Float64Array.from(gaussian);
  for (let j = 0; j < thin; j++) {
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < j; k++) {
        let dot = 0;
        for (let i = 0; i < tall; i++) dot += q[i * thin + k]! * q[i * thin + j]!;
        for (let i = 0; i < tall; i++) q[i * thin + j]! -= dot * q[i * thin + k]!;
      }
    }
    let norm = 0;
    for (let i = 0; i < tall; i++) norm += q[i * thin + j]! ** 2;
    norm = Math.sqrt(norm);
    for (let i = 0; i < tall; i++) q[i * thin + j]! /= norm;
  }
  const weight = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++)
      weight[r * columns + c] = gain * (rows >= columns ? q[r * thin + c]! : q[c * thin + r]!);
  }
  return weight;
}

/** Kernels [..., in, out] seen as a matrix [fan-in, out] with orthogonal columns or rows, times √2. */
export const orthogonal: Initializer = {
  id: 'orthogonal',
  title: 'Orthogonal',
  formula: 'W = \\sqrt{2} \\, Q, \\; Q^T Q = I',
  source: 'Saxe, McClelland and Ganguli 2013',
  draw({ shape }, random) {
    const columns = shape[shape.length - 1]!;
    const rows = sizeOf(shape) / columns;
    const gaussian = Float64Array.from({ length: rows * columns }, () => random.normal());
    return Float32Array.from(orthogonalFrom(gaussian, rows, columns, GAIN));
  },
};
