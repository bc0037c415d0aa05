import type { ConceptsData } from '#src';

/** Relevance of each unit of a channel, [rows, columns]; empty where the record has no map of it. */
export function neuronsOf({ shown, neurons, grid: [rows, columns] }: ConceptsData, channel: number): Float32Array {
  const place = shown.indexOf(channel);
  const positions = rows * columns;
  return place < 0 ? new Float32Array() : neurons.subarray(place * positions, (place + 1) * positions);
}

/** The unit with most relevance, without sign; the first of equals. */
export function strongestOf(units: Float32Array): number {
  return units.reduce((most, r, i) => (Math.abs(r) > Math.abs(units[most]!) ? i : most), 0);
}
