import { ticks as linearTicks } from 'd3';

/** A step of training and a number measured at it. */
export interface TimePoint {
  readonly step: number;
  readonly value: number;
}

/** At most two points per pixel, the smallest and the largest there, so that no spike is lost. Gaps are kept. */
export function thin(points: readonly TimePoint[], pixel: (step: number) => number): TimePoint[] {
  const kept: TimePoint[] = [];
  for (let i = 0; i < points.length;) {
    const column = Math.floor(pixel(points[i]!.step));
    let low = points[i]!;
    let high = low;
    let broken: TimePoint | null = null;
    for (; i < points.length && Math.floor(pixel(points[i]!.step)) === column; i++) {
      const point = points[i]!;
      if (!Number.isFinite(point.value)) broken ??= point;
      if (point.value < low.value) low = point;
      if (point.value > high.value) high = point;
    }
    kept.push(...(low === high ? [low] : low.step < high.step ? [low, high] : [high, low]));
    if (broken && broken !== low && broken !== high) kept.push(broken);
  }
  return kept;
}

/** Round values of a log axis: powers of ten, then 1, 2, 5, then any round values, until there are two. */
export function logTicks(low: number, high: number): number[] {
  const ticks = (factors: readonly number[]) => {
    const found: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
      for (const factor of factors) {
        const value = Number(`${factor}e${power}`);
        if (value >= low && value <= high) found.push(value);
      }
    return found;
  };
  const tens = ticks([1]);
  if (tens.length >= 2) return tens.length > 4 ? tens.filter((_, i) => i % Math.ceil(tens.length / 4) === 0) : tens;
  const finer = ticks([1, 2, 5]);
  return finer.length >= 2 ? finer : linearTicks(low, high, 3);
}
