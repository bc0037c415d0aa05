/** `room` of several values in order, evenly taken, the first and the last among them. */
export function evenly<T>(values: readonly T[], room: number): T[] {
  if (values.length <= room) return [...values];
  if (room < 2) return values.slice(-1);
  return Array.from({ length: room }, (_, i) => values[Math.round((i * (values.length - 1)) / (room - 1))]!);
}

/** The kept step nearest to a step; the earlier of two. Null: none is kept. */
export function nearestStep(kept: readonly number[], step: number): number | null {
  return kept.reduce<number | null>(
    (best, candidate) => (best === null || Math.abs(candidate - step) < Math.abs(best - step) ? candidate : best),
    null,
  );
}
