import type { CentredSquare, FieldRectangle } from './records.ts';

/** A map in input pixels, row-major. */
export interface FieldMap {
  readonly values: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
}

/** Luo et al. 2016 keep what lies above 1 − 0.9545 of the centre: two standard deviations of a Gaussian. */
const LUO_SHARE = 1 - 0.9545;
const SHARES = [0.2, 0.3, 0.5, 0.99] as const;

/** Pixels above 4.55 % of the reference value. */
export function luoCount({ values }: FieldMap, reference: number): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! > LUO_SHARE * reference) count += 1;
  return count;
}

/** Value at the centre; null when it falls between pixels or outside the image. Then the maximum stands in. */
export function centreValue({ values, width }: FieldMap, [row, column]: readonly [number, number]): number | null {
  if (!Number.isInteger(row) || !Number.isInteger(column) || column < 0 || column >= width) return null;
  return values[row * width + column] ?? null;
}

export function largest({ values }: FieldMap): number {
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) max = Math.max(max, values[i]!);
  return max;
}

/** Mean and standard deviation along rows and columns, by moments; null when the map sums to 0. */
export function moments({ values, height, width }: FieldMap): {
  mean: readonly [number, number] | null;
  sigma: readonly [number, number] | null;
} {
  let [sum, rows, columns, rows2, columns2] = [0, 0, 0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const v = values[y * width + x]!;
      sum += v;
      rows += v * y;
      columns += v * x;
    }
  }
  if (sum === 0) return { mean: null, sigma: null };
  const mean = [rows / sum, columns / sum] as const;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const v = values[y * width + x]!;
      rows2 += v * (y - mean[0]) ** 2;
      columns2 += v * (x - mean[1]) ** 2;
    }
  }
  return { mean, sigma: [Math.sqrt(rows2 / sum), Math.sqrt(columns2 / sum)] };
}

/** Sum over a square of side 2i + 1, cut at the image's edge. */
function squareSum({ values, height, width }: FieldMap, row: number, column: number, i: number): number {
  let sum = 0;
  for (let y = Math.max(0, row - i); y <= Math.min(height - 1, row + i); y++) {
    for (let x = Math.max(0, column - i); x <= Math.min(width - 1, column + i); x++) sum += values[y * width + x]!;
  }
  return sum;
}

/** The pixel a centred square is drawn around: a half-integer centre counts as the pixel after it. */
export function centrePixel(centre: readonly [number, number]): readonly [number, number] {
  return [Math.floor(centre[0] + 0.5), Math.floor(centre[1] + 0.5)];
}

/** For each share, the smallest odd square around the centre that holds more of the map's sum; side 1 is not tried. */
export function centredSquares(map: FieldMap, centre: readonly [number, number]): CentredSquare[] {
  const [row, column] = centrePixel(centre);
  let total = 0;
  for (let i = 0; i < map.values.length; i++) total += map.values[i]!;
  const reach = Math.max(row, column, map.height - 1 - row, map.width - 1 - column);
  return SHARES.map((share) => {
    for (let i = 1; i <= reach && total > 0; i++) {
      if (squareSum(map, row, column, i) > share * total) {
        const side = 2 * i + 1;
        return { share, side, areaRatio: (side / map.height) * (side / map.width) };
      }
    }
    return { share, side: null, areaRatio: null };
  });
}

/** The map on the scale of the RepLKNet script: log10(P + 1) over its maximum. */
export function logScaled({ values, height, width }: FieldMap): FieldMap {
  const logs = Float64Array.from(values, (v) => Math.log10(v + 1));
  const max = logs.reduce((a, b) => Math.max(a, b), 0);
  return { values: logs.map((v) => v / max), height, width };
}

/** The half-the-weight square as a rectangle, for drawing. */
export function halfRectangle(
  squares: readonly CentredSquare[],
  centre: readonly [number, number],
): FieldRectangle | null {
  const side = squares.find((square) => square.share === 0.5)?.side;
  if (!side) return null;
  const [row, column] = centrePixel(centre);
  const i = (side - 1) / 2;
  return { top: row - i, left: column - i, height: side, width: side };
}

/** Share of the map's weight in each column. */
export function columnProfile({ values, height, width }: FieldMap): Float32Array {
  const profile = new Float32Array(width);
  let total = 0;
  for (let i = 0; i < height * width; i++) {
    profile[i % width]! += values[i]!;
    total += values[i]!;
  }
  return total > 0 ? profile.map((v) => v / total) : profile;
}
