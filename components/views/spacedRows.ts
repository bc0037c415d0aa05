/** Height of one line of tick text. */
const LINE = 14;

/** Which of `count` rows, `pitch` apart, can carry a label without touching: `first` choice, the ends, then the rest. */
export function spacedRows(count: number, pitch: number, first: number): ReadonlySet<number> {
  const taken = new Set<number>();
  const wish = [first, 0, count - 1, ...Array.from({ length: count }, (_, i) => i)];
  for (const row of wish) {
    if (row < 0 || row >= count) continue;
    if ([...taken].every((other) => Math.abs(other - row) * pitch >= LINE)) taken.add(row);
  }
  return taken;
}
