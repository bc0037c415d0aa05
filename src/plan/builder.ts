import { ABSENT, type Kernel, type Dims, type Operation, type Plan, type StreamProgram } from '#kernels';
import { aligned, placeInArena, type Lifetime } from './arena.ts';

/** Collects the operations of a plan part by part, then gives every buffer its place. */
export interface PlanBuilder<Part extends string> {
  /** A buffer that keeps its numbers from run to run. */
  kept(name: string, size: number): number;
  /** Buffers one behind the other in one piece of memory, and the whole piece. */
  row(
    name: string,
    sizes: readonly (readonly [name: string, size: number])[],
  ): {
    whole: number;
    parts: number[];
    size: number;
  };
  /** A buffer for what is computed and used within a run of all parts; its memory may serve others before and after. */
  passing(name: string, size: number): number;
  emit<D extends Dims>(kernel: Kernel<D>, buffers: readonly number[], dims: D): void;
  stream(program: StreamProgram, buffers: readonly number[], rows: number, channels: number): void;
  /** Operations from now on belong to this part. Parts run in the order they were begun. */
  begin(part: Part): void;
  finish(): Plan<Part>;
}

interface Drafted {
  readonly name: string;
  readonly size: number;
  readonly isKept: boolean;
  /** A part of this buffer, so many floats from its start. */
  readonly within?: { readonly buffer: number; readonly at: number };
}

export function planBuilder<Part extends string>(): PlanBuilder<Part> {
  const drafts: Drafted[] = [];
  const parts = new Map<Part, Operation[]>();
  let current: Operation[] | null = null;
  const add = (draft: Drafted): number => drafts.push(draft) - 1;
  const record = (operation: Operation): void => {
    if (!current) throw new Error('internal: an operation outside every part');
    current.push(operation);
  };

  return {
    kept: (name, size) => add({ name, size, isKept: true }),
    row(name, sizes) {
      let length = 0;
      const starts = sizes.map(([, size]) => {
        const start = length;
        length += aligned(size);
        return start;
      });
      const whole = add({ name, size: length, isKept: true });
      const inside = sizes.map(([part, size], i) =>
        add({ name: part, size, isKept: true, within: { buffer: whole, at: starts[i]! } }),
      );
      return { whole, parts: inside, size: length };
    },
    passing: (name, size) => add({ name, size, isKept: false }),
    emit(kernel, buffers, dims) {
      // Nobody wants any of its results.
      if (kernel.buffers.every(({ access }, i) => access === 'read' || buffers[i] === ABSENT)) return;
      record({ kernel: kernel as unknown as Kernel, buffers, dims });
    },
    stream: (program, buffers, rows, channels) => record({ program, buffers, rows, channels }),
    begin(part) {
      if (parts.has(part)) throw new Error(`internal: part "${part}" was begun twice`);
      current = [];
      parts.set(part, current);
    },
    finish() {
      const lifetimes = lifetimesOf(drafts, [...parts.values()].flat());
      const own = [...drafts.keys()].filter((i) => !drafts[i]!.within);
      const { at: places, floats } = placeInArena(own.map((i) => lifetimes[i]!));
      const placeOf = new Map(own.map((i, k) => [i, places[k]!]));
      const buffers = drafts.map(({ name, size, within }, i) => ({
        name,
        size,
        at: within ? placeOf.get(within.buffer)! + within.at : placeOf.get(i)!,
      }));
      return { buffers, floats, parts: Object.fromEntries(parts) as unknown as Plan<Part>['parts'] };
    },
  };
}

function lifetimesOf(drafts: readonly Drafted[], operations: readonly Operation[]): Lifetime[] {
  const lives = drafts.map(({ size, isKept }) => ({
    size,
    first: isKept ? -1 : Infinity,
    last: isKept ? Infinity : -1,
  }));
  operations.forEach(({ buffers }, now) => {
    for (const buffer of buffers) {
      if (buffer === ABSENT) continue;
      const life = lives[buffer]!;
      life.first = Math.min(life.first, now);
      life.last = Math.max(life.last, now);
    }
  });
  return lives;
}
