import { ABSENT, type Operation, type Plan, type PlanBuffer } from '../plan.ts';
import { asStream } from './asStream.ts';
import { passesOf } from './passesOf.ts';
import { isMap, type StreamOperation } from './streamPasses.ts';

/** What a shader may bind on any GPU. */
export const MOST_BINDINGS = 8;

/** An operation, and what is done to its result before it is stored. */
export interface FusedOperation {
  readonly operation: Operation;
  /** The buffer its result would go to, if it has one that others may change. */
  readonly result: number;
  /** Maps, each on the result of the one before it. */
  readonly chain: readonly StreamOperation[];
  /** By place: buffers that are overwritten where the operation would add. */
  readonly set: ReadonlySet<number>;
}

/** Whether a buffer's numbers are written somewhere: what the buffer is for, by its place. */
function accessOf(operation: Operation, place: number): 'read' | 'write' | 'update' {
  if ('kernel' in operation) return operation.kernel.buffers[place]!.access;
  const { inputs, outputs } = operation.program;
  if (place < inputs.length) return 'read';
  return outputs[place - inputs.length]!.kind.endsWith('Sum') ? 'update' : 'write';
}

const writes = (operation: Operation): number[] =>
  operation.buffers.filter((buffer, place) => buffer !== ABSENT && accessOf(operation, place) !== 'read');

/** Operations that can overwrite what they would otherwise add to. */
const maySet = (operation: Operation): boolean => 'program' in operation || operation.kernel.id.endsWith('Backward');

const isWithin = (inner: PlanBuffer, outer: PlanBuffer): boolean =>
  inner.at >= outer.at && inner.at + inner.size <= outer.at + outer.size;

/** The pass whose result may go through maps. */
const resultOf = (operation: Operation) =>
  passesOf(operation, { isSet: () => false, scratch: () => ABSENT, mayWait: false, isTiled: () => false }).find(
    ({ result }) => result !== undefined,
  );

const lanesOfResult = (operation: Operation): number => resultOf(operation)!.lanes;

/**
 * Zeros that are only there to be added to are left out: the first to add overwrites. What nobody adds to is never written,
 * and holds the zeros it began with.
 */
function withoutZeros(operations: readonly Operation[], buffers: readonly PlanBuffer[]): FusedOperation[] {
  const sets = operations.map(() => new Set<number>());
  const isLeft = operations.map((operation, now) => {
    if (!('kernel' in operation) || operation.kernel.id !== 'fill' || operation.dims.value !== 0) return true;
    const zeroed = buffers[operation.buffers[0]!]!;
    const firsts = new Map<number, { readonly index: number; readonly place: number }>();
    operations.forEach((later, index) => {
      if (index <= now) return;
      later.buffers.forEach((buffer, place) => {
        const isOurs = buffer !== ABSENT && isWithin(buffers[buffer]!, zeroed);
        if (isOurs && !firsts.has(buffer)) firsts.set(buffer, { index, place });
      });
    });
    const overwrites =
      firsts.size > 0 &&
      [...firsts.values()].every(
        ({ index, place }) => accessOf(operations[index]!, place) === 'update' && maySet(operations[index]!),
      );
    if (overwrites) for (const { index, place } of firsts.values()) sets[index]!.add(place);
    return !overwrites;
  });
  return operations.flatMap((operation, i) =>
    isLeft[i] ? [{ operation, result: resultOf(operation)?.result ?? ABSENT, chain: [], set: sets[i]! }] : [],
  );
}

/** How many operations use each buffer. */
export type Uses = ReadonlyMap<number, number>;

function usesOf(operations: readonly Pick<Operation, 'buffers'>[]): Uses {
  const uses = new Map<number, number>();
  for (const { buffers } of operations) {
    for (const buffer of new Set(buffers)) uses.set(buffer, (uses.get(buffer) ?? 0) + 1);
  }
  return uses;
}

/** Where the result goes, stage by stage: behind the operation, then behind every map. */
const stages = ({ result, chain }: FusedOperation): number[] => [
  result,
  ...chain.map(({ buffers }) => buffers.at(-1)!),
];

/** Whether each stage's result is stored: the last one, and those that others read. */
export function storedStages(fused: FusedOperation, uses: Uses): boolean[] {
  const all = stages(fused);
  const own = usesOf([fused.operation, ...fused.chain]);
  return all.map((buffer, i) => {
    const isOverwritten = all.indexOf(buffer, i + 1) >= 0;
    return i === all.length - 1 || (!isOverwritten && uses.get(buffer)! > own.get(buffer)!);
  });
}

/** The buffers it reads and writes in memory. */
export function boundBuffers(fused: FusedOperation, uses: Uses): number[] {
  const all = stages(fused);
  const isStored = storedStages(fused, uses);
  const stored = all.filter((_, i) => isStored[i]);
  const { operation, result, chain } = fused;
  const own = operation.buffers.filter((buffer, place) => buffer !== result || accessOf(operation, place) === 'read');
  const read = chain.flatMap(({ buffers }) => buffers.slice(0, -1)).filter((buffer) => !all.includes(buffer));
  return [...new Set([...own, ...read, ...stored])].filter((buffer) => buffer !== ABSENT);
}

/** Their buffers are all read in the same vectors, so that neighbours can be bound as one. */
const bindsNeighbours = ({ operation }: FusedOperation): boolean =>
  'kernel' in operation && operation.kernel.id.startsWith('batchNorm');

/** The operation with the map behind it, where that is possible. */
function joined(
  before: FusedOperation,
  next: Operation,
  buffers: readonly PlanBuffer[],
  uses: Uses,
): FusedOperation | undefined {
  if (!('program' in next) || !isMap(next) || next.program.outputs.length !== 1) return undefined;
  if (before.result === ABSENT) return undefined;
  const handed = stages(before);
  const last = handed.at(-1)!;
  const { program, rows, channels } = next;
  const reads = program.inputs.map(({ kind }, i) => ({ kind, buffer: next.buffers[i]! }));
  const isRead = reads.some(({ kind, buffer }) => kind === 'element' && buffer === last);
  const fitsLanes = channels % lanesOfResult(before.operation) === 0 || reads.every(({ kind }) => kind !== 'channel');
  if (!isRead || rows * channels !== buffers[last]!.size || !fitsLanes) return undefined;
  // What another thread may still write, or still has to read.
  const written = new Set(writes(before.operation));
  const isEarly = ({ kind, buffer }: (typeof reads)[number]) =>
    handed.includes(buffer) ? kind !== 'element' : written.has(buffer);
  const output = next.buffers.at(-1)!;
  if (reads.some(isEarly) || (!handed.includes(output) && before.operation.buffers.includes(output))) return undefined;
  const fused = { ...before, chain: [...before.chain, next] };
  return bindsNeighbours(before) || boundBuffers(fused, uses).length <= MOST_BINDINGS ? fused : undefined;
}

/** The operations of every part, fused: fewer dispatches that do the same. What is `wanted` from outside is stored. */
export function fuse<Part extends string>(plan: Plan<Part>, wanted: readonly number[] = []) {
  const parts = Object.entries<readonly Operation[]>(plan.parts).map(
    ([part, operations]) => [part, operations.map(asStream)] as const,
  );
  const uses = usesOf([...parts.flatMap(([, operations]) => operations), { buffers: wanted }]);
  const fusedParts = parts.map(([part, operations]) => {
    const fused: FusedOperation[] = [];
    for (const next of withoutZeros(operations, plan.buffers)) {
      const before = fused.at(-1);
      const both = before && next.set.size === 0 ? joined(before, next.operation, plan.buffers, uses) : undefined;
      if (both) fused[fused.length - 1] = both;
      else fused.push(next);
    }
    return [part, fused] as const;
  });
  // Cast: the keys are those of the plan.
  return { uses, parts: Object.fromEntries(fusedParts) as unknown as Record<Part, readonly FusedOperation[]> };
}
