/** Floats at which every buffer begins: 256 bytes, what WebGPU asks of a binding. */
const ALIGNMENT = 64;

export const aligned = (size: number): number => Math.ceil(size / ALIGNMENT) * ALIGNMENT;

/** A buffer and the operations, by number, that first and last touch it. */
export interface Lifetime {
  readonly size: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Where each buffer begins, so that buffers that are never needed together may share memory: the largest first, each in the
 * lowest gap between those that live at the same time.
 */
export function placeInArena(lifetimes: readonly Lifetime[]): {
  readonly at: readonly number[];
  readonly floats: number;
} {
  const at = new Array<number>(lifetimes.length).fill(0);
  const placed: number[] = [];
  const bySize = [...lifetimes.keys()].sort((a, b) => lifetimes[b]!.size - lifetimes[a]!.size || a - b);
  let floats = 0;
  for (const i of bySize) {
    const { size, first, last } = lifetimes[i]!;
    const room = aligned(size);
    const neighbours = placed
      .filter((k) => lifetimes[k]!.first <= last && lifetimes[k]!.last >= first)
      .sort((a, b) => at[a]! - at[b]!);
    let start = 0;
    for (const k of neighbours) {
      if (start + room <= at[k]!) break;
      start = Math.max(start, at[k]! + aligned(lifetimes[k]!.size));
    }
    at[i] = start;
    placed.push(i);
    floats = Math.max(floats, start + room);
  }
  return { at, floats };
}
