import type { TimePoint } from './timeSeries.ts';

/** The losses of a run from its first step on, in bins. What is drawn is as long as the bins are many, not as the run is. */
export interface LossSeries {
  /** Steps of a full bin, a power of two; 1: every step is its own bin. Only the last bin may hold fewer. */
  readonly stride: number;
  /** Steps in all. */
  readonly steps: number;
  /** Mean loss of each bin, oldest first; not finite where one of its losses is not. */
  readonly mean: Float64Array;
  /** Least loss of each bin. */
  readonly least: Float64Array;
  /** Largest loss of each bin. */
  readonly most: Float64Array;
}

/** The middle of a bin, as a step; with a bin for every step, the step itself. */
const middle = ({ stride, steps }: LossSeries, bin: number): number =>
  (bin * stride + 1 + Math.min(steps, (bin + 1) * stride)) / 2;

/** Every loss as a point while every step has its bin; later the least and the largest of each bin. */
export function lossPoints(series: LossSeries): TimePoint[] {
  const points: TimePoint[] = [];
  series.least.forEach((low, bin) => {
    const step = middle(series, bin);
    points.push({ step, value: low });
    if (series.stride > 1) points.push({ step, value: series.most[bin]! });
  });
  return points;
}

/** The first place whose loss is no number, as a step; null: all are. */
export function firstBroken(series: LossSeries): number | null {
  const bin = series.mean.findIndex((value) => !Number.isFinite(value));
  return bin < 0 ? null : bin * series.stride + 1;
}

/**
 * Exponential mean over about a fortieth of the history, corrected for its start, so that the newest value is part of
 * it and nothing lies ahead. Starts anew behind a gap. A bin counts by the steps it holds.
 */
export function smooth(series: LossSeries): TimePoint[] {
  const { stride, steps, mean: means } = series;
  const reach = Math.max(1, steps / stride / 80);
  let mean = 0;
  let total = 0;
  return Array.from(means, (value, bin) => {
    const step = middle(series, bin);
    if (!Number.isFinite(value)) {
      mean = total = 0;
      return { step, value };
    }
    const weight = 1 - Math.exp(-Math.min(1, steps / stride - bin) / reach);
    mean += weight * (value - mean);
    total += weight * (1 - total);
    return { step, value: mean / total };
  });
}
