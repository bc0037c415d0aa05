import type { Plan, PlanBuffer } from '../plan.ts';
import { boundBuffers, type FusedOperation, type Uses } from './fuse.ts';

/** Floats at which every buffer begins: 256 bytes, what a binding asks for. */
const ALIGNMENT = 64;

export const aligned = (size: number): number => Math.ceil(size / ALIGNMENT) * ALIGNMENT;

const overlap = (a: PlanBuffer, b: PlanBuffer): boolean =>
  a.at < b.at + aligned(b.size) && b.at < a.at + aligned(a.size);

/**
 * Where the buffers are. The plan lets buffers share memory that are never needed together; operations that are now one need
 * theirs together: results of a chain that lie on something the operation reads get a place behind the others.
 */
export function layout(
  plan: Plan,
  operations: readonly FusedOperation[],
  uses: Uses,
): { readonly buffers: PlanBuffer[]; readonly floats: number } {
  const bound = operations.map((fused) => boundBuffers(fused, uses));
  const buffers = [...plan.buffers];
  const moved = new Set<number>();
  operations.forEach(({ chain }, i) => {
    for (const output of chain.map((map) => map.buffers.at(-1)!)) {
      const isHit = (other: number) => other !== output && overlap(buffers[other]!, buffers[output]!);
      if (bound[i]!.includes(output) && bound[i]!.some(isHit)) moved.add(output);
    }
  });
  let { floats } = plan;
  const placed: { readonly first: number; readonly last: number; readonly at: number; readonly end: number }[] = [];
  for (const buffer of moved) {
    const uses = bound.flatMap((own, i) => (own.includes(buffer) ? [i] : []));
    const [first, last] = [uses[0]!, uses.at(-1)!];
    const size = aligned(buffers[buffer]!.size);
    let at = plan.floats;
    const rivals = placed.filter((other) => other.first <= last && other.last >= first).sort((a, b) => a.at - b.at);
    for (const rival of rivals) if (at + size > rival.at) at = Math.max(at, rival.end);
    placed.push({ first, last, at, end: at + size });
    buffers[buffer] = { ...buffers[buffer]!, at };
    floats = Math.max(floats, at + size);
  }
  return { buffers, floats };
}
