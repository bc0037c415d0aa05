import { grey } from './grey.ts';

/**
 * The sample [height, width, channels] as something whose outline may lie over a map: its ink. Null for photographs and
 * other pictures in colour, where a line at half brightness follows nothing, and for rows of features.
 */
export function outlineOf(sample: Float32Array, shape: readonly number[]): Float32Array | null {
  return shape.length === 3 && shape[2] === 1 ? grey(sample, shape[0]! * shape[1]!) : null;
}
