import type { Operation } from '../plan.ts';
import * as kernels from './index.ts';
import type { Call, GpuKernel, Pass } from './pass.ts';
import { streamPasses } from './streamPasses.ts';

const byId = new Map(
  (Object.values(kernels) as unknown as readonly GpuKernel[]).map((kernel) => [kernel.id, kernel] as const),
);

/** An operation's dispatches. */
export function passesOf(
  operation: Operation,
  call: Pick<Call, 'isSet' | 'scratch' | 'mayWait' | 'isTiled'>,
): readonly Pass[] {
  if ('program' in operation) return streamPasses(operation, call);
  const { kernel, buffers, dims } = operation;
  // Where nobody wants the results there is nothing to do.
  return byId
    .get(kernel.id)!
    .passes({ ...call, buffers, dims })
    .filter(({ threads }) => threads > 0);
}
