/** Height of one line of tick text. */
const LINE = 14;

/**
 * Heights for labels that want to stand at `wanted`, in the same order, a line apart and between the two bounds; null for
 * what has no place to stand at.
 */
export function labelRows(wanted: readonly number[], [top, bottom]: readonly [number, number]): (number | null)[] {
  const order = [...wanted.keys()].filter((i) => Number.isFinite(wanted[i])).sort((a, b) => wanted[a]! - wanted[b]!);
  const rows: (number | null)[] = wanted.map(() => null);
  let floor = top - LINE;
  for (const i of order) floor = rows[i] = Math.max(wanted[i]!, floor + LINE);
  // Pushed out at the bottom: back up from there.
  let ceiling = bottom + LINE;
  for (const i of order.reverse()) ceiling = rows[i] = Math.min(rows[i]!, ceiling - LINE);
  return rows;
}
