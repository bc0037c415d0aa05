import { absNormalized, type ConceptsData } from '#src';

/** How the channels stand below each other: by size whatever the sign, or from what speaks for to what speaks against. */
export type ArgueOrder = 'size' | 'value';

/** One channel that argues for or against a class. */
export interface ArgueRow {
  readonly channel: number;
  /** Relevance, signed. */
  readonly value: number;
  /** The same divided by the sum of sizes over all channels. */
  readonly share: number;
  /** What it brings where, [height, width]; null: not computed. */
  readonly map: Float32Array | null;
}

/**
 * The `room` channels with most relevance, without sign; the selected one is always among them. The order of equal values
 * is that of their numbers.
 */
export function argueRows(
  { relevance, shown, maps, height, width }: ConceptsData,
  { order, room, selected }: { order: ArgueOrder; room: number; selected: number },
): ArgueRow[] {
  const area = height * width;
  const shares = absNormalized(relevance);
  const all = Array.from(relevance, (value, channel): ArgueRow => {
    const place = shown.indexOf(channel);
    const map = place < 0 ? null : maps.subarray(place * area, (place + 1) * area);
    return { channel, value, share: shares[channel]!, map };
  });
  const bySize = all.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value) || a.channel - b.channel);
  const kept = bySize.slice(0, Math.max(1, room));
  const own = all[selected];
  if (own && !kept.includes(own)) kept[kept.length - 1] = own;
  return order === 'size' ? kept : kept.toSorted((a, b) => b.value - a.value || a.channel - b.channel);
}

/** Share of all relevance, counted without sign, that some rows hold. */
export function shareOf(rows: readonly ArgueRow[]): number {
  return rows.reduce((sum, { share }) => sum + Math.abs(share), 0);
}
