import type { Box, ShownReference } from '#src';

/**
 * How a reference sample is shown: under its conditional map, as it is, or cut to where the strongest unit found its
 * argument, or to all that this unit can see.
 */
export type ReferenceLook = 'map' | 'picture' | 'crop' | 'field';

/** What is drawn of a reference sample: a picture, and the map that lies over it. */
export interface ReferenceDrawing {
  readonly values: Float32Array;
  /** [height, width, channels] */
  readonly shape: readonly number[];
  readonly map: Float32Array | null;
}

/** The part of a reference sample that a look shows. What is not computed yet is shown as the whole picture. */
export function drawReference(
  { input, map, crop, field }: ShownReference,
  shape: readonly number[],
  look: ReferenceLook,
): ReferenceDrawing {
  const box = look === 'crop' ? crop : look === 'field' ? field : null;
  if (!box) return { values: input, shape, map: look === 'map' ? map : null };
  return { values: cropped(input, shape, box), shape: [box.height, box.width, shape[2] ?? 1], map: null };
}

/** A rectangle cut out of a picture [height, width, channels]; what lies outside the picture is paper. */
export function cropped(
  values: Float32Array,
  [rows = 1, columns = 1, channels = 1]: readonly number[],
  { top, left, height, width }: Box,
): Float32Array {
  const part = new Float32Array(height * width * channels);
  for (let row = Math.max(0, -top); row < Math.min(height, rows - top); row++) {
    for (let column = Math.max(0, -left); column < Math.min(width, columns - left); column++) {
      const from = ((top + row) * columns + left + column) * channels;
      part.set(values.subarray(from, from + channels), (row * width + column) * channels);
    }
  }
  return part;
}
