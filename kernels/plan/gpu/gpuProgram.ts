import type { Operation, Plan, PlanBuffer } from '../plan.ts';
import { fuse, storedStages, type FusedOperation, type Uses } from './fuse.ts';
import { aligned, layout } from './layout.ts';
import { passesOf } from './passesOf.ts';
import { jobOf, type Job } from './shaderText.ts';

export interface GpuProgramOptions {
  /** Threads may wait for each other: fast on hardware, very slow on software adapters. Default false. */
  readonly mayWait?: boolean;
  /** Multiply-adds from which layers work tile by tile, where threads may wait; default 100 000. */
  readonly tilesFrom?: number;
  /** Buffers that are read from outside, though no operation of the plan may read them. */
  readonly wanted?: readonly number[];
}

/** A plan as shaders and where they run. */
export interface GpuProgram<Part extends string> {
  /** One dispatch each, in order. */
  readonly parts: Readonly<Record<Part, readonly Job[]>>;
  /** Where the plan's buffers are. */
  readonly buffers: readonly PlanBuffer[];
  /** Numbers of the arena. */
  readonly floats: number;
}

/** Turns a plan into as few shaders as possible; asks for no GPU. */
export function gpuProgram<Part extends string>(plan: Plan<Part>, options: GpuProgramOptions = {}): GpuProgram<Part> {
  const { parts, uses } = fuse(plan, options.wanted);
  const all = Object.values<readonly FusedOperation[]>(parts).flat();
  const { buffers, floats } = layout(plan, all, uses);
  let scratch = 0;
  const jobs = Object.entries<readonly FusedOperation[]>(parts).map(([part, operations]) => {
    const own = operations.flatMap((fused) => {
      const places = [...buffers];
      const made = jobsOf(fused, uses, places, floats, options);
      scratch = Math.max(scratch, made.scratch);
      return made.jobs;
    });
    return [part, own] as const;
  });
  return {
    // Cast: the keys are those of the plan.
    parts: Object.fromEntries(jobs) as unknown as Record<Part, readonly Job[]>,
    buffers,
    floats: floats + scratch,
  };
}

/** The jobs of an operation; what its passes leave to each other lies from `scratchAt` on and is appended to the places. */
function jobsOf(
  fused: FusedOperation,
  uses: Uses,
  places: PlanBuffer[],
  scratchAt: number,
  { mayWait = false, tilesFrom = 100_000 }: GpuProgramOptions,
): { readonly jobs: Job[]; readonly scratch: number } {
  let scratch = 0;
  const operation: Operation = fused.operation;
  const passes = passesOf(operation, {
    isSet: (place) => fused.set.has(place),
    scratch(size) {
      const at = scratchAt + scratch;
      scratch += aligned(size);
      return places.push({ name: 'scratch', at, size }) - 1;
    },
    mayWait,
    isTiled: (work) => mayWait && work >= tilesFrom,
  });
  const { chain } = fused;
  const isStored = storedStages(fused, uses);
  return { jobs: passes.map((pass) => jobOf(pass, { chain, isStored }, places)), scratch };
}
