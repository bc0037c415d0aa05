import type { DataSummary, Settings } from '#src';

/** Bounds of changed inputs for data that leave 0 to 1; pictures stay within, and the methods' own bounds are right. */
export function rangeOf({ points, strip }: Pick<DataSummary, 'points' | 'strip'>): Settings {
  const all = [...(points?.values ?? []), ...strip.flatMap(({ input }) => [...input])];
  const [low, high] = all.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [0, 1]);
  return { ...(low < 0 ? { low: Math.floor(low) } : {}), ...(high > 1 ? { high: Math.ceil(high) } : {}) };
}
