/** Part of an image: a quarter, a half, or the middle. */
export type Part =
  'upperLeft' | 'upperRight' | 'lowerLeft' | 'lowerRight' | 'middle' | 'upper' | 'lower' | 'left' | 'right';

/** Share a quarter, or the middle fourth of the area, must hold. */
const MOST_OF_A_QUARTER = 0.5;
/** Share a half must hold: two thirds. */
const MOST_OF_A_HALF = 2 / 3;

/**
 * The part of a map that holds most of what is positive in it (sign 1) or negative (sign −1): a quarter or the middle with
 * more than half of it, else a half with more than two thirds; null: it lies all over. Undefined: there is none of it.
 */
export function whereMostly(map: Float32Array, height: number, width: number, sign: 1 | -1): Part | null | undefined {
  const held: Record<Part, number> = {
    upperLeft: 0,
    upperRight: 0,
    lowerLeft: 0,
    lowerRight: 0,
    middle: 0,
    upper: 0,
    lower: 0,
    left: 0,
    right: 0,
  };
  let all = 0;
  map.forEach((signed, i) => {
    const value = sign * signed;
    if (!(value > 0)) return;
    all += value;
    const y = (Math.floor(i / width) + 0.5) / height;
    const x = ((i % width) + 0.5) / width;
    const [rows, columns] = [y < 0.5 ? 'upper' : 'lower', x < 0.5 ? 'left' : 'right'] as const;
    held[rows] += value;
    held[columns] += value;
    held[`${rows}${columns === 'left' ? 'Left' : 'Right'}`] += value;
    if (Math.abs(y - 0.5) < 0.25 && Math.abs(x - 0.5) < 0.25) held.middle += value;
  });
  if (all === 0) return undefined;
  const largest = (parts: readonly Part[]) => parts.reduce((a, b) => (held[b] > held[a] ? b : a));
  const quarter = largest(['upperLeft', 'upperRight', 'lowerLeft', 'lowerRight', 'middle']);
  if (held[quarter] > MOST_OF_A_QUARTER * all) return quarter;
  const half = largest(['upper', 'lower', 'left', 'right']);
  return held[half] > MOST_OF_A_HALF * all ? half : null;
}
