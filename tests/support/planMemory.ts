import { planProgram, type Kernel } from '#kernels';
import type { TensorCase } from './planTensorCases.ts';

/** No result, and nothing that could be taken for one. */
const UNTOUCHED = -12345.678;
const GAP = 16;

/** How many floats a buffer takes with the gap behind it; buffers start at multiples of 64 bytes. */
const room = (size: number) => 16 * Math.ceil(size / 16) + GAP;

/**
 * Runs an operation in WebAssembly on a copy of these buffers. Returns them as they are after it; throws where it wrote beside
 * a buffer or its scratch memory, which is full of NaN before.
 */
export function runInWasm(
  kernel: Kernel,
  { dims, buffers }: TensorCase,
  build: 'plain' | 'fused',
): (Float32Array | null)[] {
  const scratch = kernel.wasm.scratch?.(dims);
  const sizes = [...buffers.map((buffer) => buffer?.length ?? 0), scratch ?? 0];
  const floats = sizes.reduce((sum, size) => sum + room(size), 2 * GAP);
  const memory = new WebAssembly.Memory({ initial: Math.ceil((4 * floats) / 65536) });
  const all = new Float32Array(memory.buffer).fill(UNTOUCHED);
  let at = GAP;
  const views = sizes.map((size) => {
    const view = all.subarray(at, at + size);
    at += room(size);
    return view;
  });
  buffers.forEach((buffer, i) => buffer && views[i]!.set(buffer));
  views.at(-1)!.fill(NaN);
  const addresses = buffers.map((buffer, i) => (buffer ? views[i]!.byteOffset : 0));
  const tail = scratch === undefined ? [] : [views.at(-1)!.byteOffset];
  planProgram(memory, build).functions[kernel.id]!(...addresses, ...kernel.wasm.args.map((arg) => dims[arg]!), ...tail);

  const isInside = new Uint8Array(all.length);
  for (const { byteOffset, length } of views) isInside.fill(1, byteOffset / 4, byteOffset / 4 + length);
  const beside = all.findIndex((value, i) => !isInside[i] && value !== Math.fround(UNTOUCHED));
  if (beside >= 0) throw new Error(`wrote beside its buffers, at float ${beside} of ${all.length}`);
  return buffers.map((buffer, i) => (buffer ? Float32Array.from(views[i]!) : null));
}
