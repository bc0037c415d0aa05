import { descending } from './ranks.ts';

export interface LargestData {
  /** Share of the looked-at pixels that lie inside the mask. */
  readonly value: number;
  /** How many of the largest pixels were looked at. */
  readonly pixels: number;
  /** What a random map gets on average: the mask's share of the picture. */
  readonly chance: number;
}

/** How many pixels the mask marks. */
export const countMarked = (mask: Uint8Array): number => mask.reduce((count, s) => count + s, 0);

/** Share of the `pixels` largest values that lie in the mask; among equals the first in index order. */
export function shareOfLargest(map: Float32Array, mask: Uint8Array, pixels: number): LargestData {
  const largest = descending(map).subarray(0, pixels);
  const inside = largest.reduce((count, i) => count + mask[i]!, 0);
  return { value: inside / pixels, pixels, chance: countMarked(mask) / mask.length };
}
