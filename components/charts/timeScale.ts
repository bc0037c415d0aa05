import { scaleLinear, type ScaleLinear } from 'd3';

/** Distances of the plot from the edges of the column that holds it, the same for chart and time bar. */
export const timeMargin = { left: 44, right: 8 } as const;

/** The one time axis: step 0 to `horizon` over a column `width` wide. Chart and time bar both place their marks by it. */
export function timeScale(width: number, horizon: number): ScaleLinear<number, number> {
  return scaleLinear(
    [0, Math.max(1, horizon)],
    [timeMargin.left, Math.max(timeMargin.left + 1, width - timeMargin.right)],
  );
}

/** Round ends an axis may have. They grow by steps of a quarter, so that the axis seldom jumps. */
const ENDS = [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 4.8, 6.4, 8, 10];

/** Leaves about a fifth of the axis free for the labels at the line ends. */
export function horizonFor(step: number): number {
  const wanted = Math.max(100, step / 0.79);
  const size = 10 ** Math.floor(Math.log10(wanted));
  return size * ENDS.find((end) => size * end >= wanted)!;
}
