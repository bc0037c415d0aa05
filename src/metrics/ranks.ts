/** Indices by value, largest first; equal values stay in index order. */
export function descending(values: ArrayLike<number>): Uint32Array {
  return indices(values).sort((a, b) => values[b]! - values[a]! || a - b);
}

/** Indices by value, smallest first; equal values stay in index order. */
export function ascending(values: ArrayLike<number>): Uint32Array {
  return indices(values).sort((a, b) => values[a]! - values[b]! || a - b);
}

const indices = (values: ArrayLike<number>) => Uint32Array.from({ length: values.length }, (_, i) => i);

/** Ranks from 1, smallest value first; equal values share the mean of their ranks. */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  const order = ascending(values);
  const ranks = new Float64Array(values.length);
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + 1 + end) / 2;
  }
  return ranks;
}

/** Linear correlation, −1 to 1; null where one of the two does not vary (Pearson 1895). */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  const [da, db] = [deviations(a), deviations(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < da.length; i++) {
    ab += da[i]! * db[i]!;
    aa += da[i]! ** 2;
    bb += db[i]! ** 2;
  }
  return aa === 0 || bb === 0 ? null : ab / Math.sqrt(aa * bb);
}

/** Correlation of the ranks, ties sharing their mean rank; null where one of the two does not vary (Spearman 1904). */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  return pearson(averageRanks(a), averageRanks(b));
}

function deviations(values: ArrayLike<number>): Float64Array {
  const wide = Float64Array.from(values);
  const mean = wide.reduce((sum, value) => sum + value, 0) / wide.length;
  return wide.map((value) => value - mean);
}
