import type { Plan, PlanBuffer } from '../plan.ts';
import { gpuProgram, type GpuProgram, type GpuProgramOptions } from './gpuProgram.ts';
import { aligned } from './layout.ts';
import { preparedJobs, type PreparedJob } from './preparedJobs.ts';
import { readings } from './readings.ts';

export interface WebgpuExecutorOptions extends GpuProgramOptions {
  /** Buffers that get other numbers at every step: the batch, its labels, the learning rate. */
  readonly fed?: readonly number[];
  /** Buffers whose numbers are wanted from every step: the loss. */
  readonly collected?: readonly number[];
  /** Most steps per submit; default 1. */
  readonly steps?: number;
}

/** Runs the parts of a plan on a GPU, many steps at a time. */
export interface WebgpuExecutor<Part extends string = string> {
  readonly id: 'webgpu';
  /** Dispatches of one step of a part. */
  readonly dispatches: Readonly<Record<Part, number>>;
  /** What it did since it was made; reading and writing not counted. */
  readonly counts: { readonly dispatches: number; readonly submits: number; readonly pipelines: number };
  /** Bytes it holds on the GPU. */
  readonly bytes: number;
  /** Where to put the numbers of a fed buffer for a step of the next run. They stand, and may be changed once it is called. */
  slot(step: number, buffer: number): Float32Array;
  /** Runs so many steps of these parts in one submit; then what was collected, buffer by buffer, step by step. */
  run(parts: readonly Part[], steps?: number): Promise<readonly (readonly Float32Array[])[]>;
  read(buffer: number): Promise<Float32Array>;
  write(buffer: number, numbers: ArrayLike<number>): void;
  dispose(): void;
}

/** A copy between the arena and what a step brings or leaves, in bytes. */
interface Copy {
  readonly arena: number;
  readonly slot: number;
  readonly bytes: number;
}

/** Places of buffers side by side in a slot, and the copies it takes: one for neighbours. */
function slotOf(wanted: readonly number[], buffers: readonly PlanBuffer[]) {
  const at = new Map<number, number>();
  const copies: Copy[] = [];
  let floats = 0;
  for (const buffer of wanted.toSorted((a, b) => buffers[a]!.at - buffers[b]!.at)) {
    const { at: arena, size } = buffers[buffer]!;
    const room = aligned(size);
    at.set(buffer, floats);
    const last = copies.at(-1);
    if (last && last.arena + last.bytes === 4 * arena)
      copies[copies.length - 1] = { ...last, bytes: last.bytes + 4 * room };
    else copies.push({ arena: 4 * arena, slot: 4 * floats, bytes: 4 * room });
    floats += room;
  }
  return { at, copies, floats };
}

/** A device refuses what is too large only later, and without a word to whoever asked. */
function checkSize({ floats, parts }: GpuProgram<string>, { limits }: GPUDevice): void {
  const largest = Math.max(
    ...Object.values(parts)
      .flat()
      .flatMap(({ bindings }) => bindings.map(({ size }) => size)),
  );
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MB`;
  for (const [bytes, most] of [
    [4 * floats, limits.maxBufferSize],
    [4 * largest, limits.maxStorageBufferBindingSize],
  ] as const) {
    if (bytes > most)
      throw new Error(
        `too large for this GPU: ${megabytes(bytes)} at once; it takes ${megabytes(most)}, try a smaller batch`,
      );
  }
}

/**
 * Compiles a plan for a GPU. Results are stored where they are wanted: a buffer that only hands numbers from one operation to
 * the next may hold nothing unless it is `wanted`. Rejects where the device refuses a shader or the plan is too large.
 */
export async function webgpuExecutor<Part extends string>(
  plan: Plan<Part>,
  device: GPUDevice,
  options: WebgpuExecutorOptions = {},
): Promise<WebgpuExecutor<Part>> {
  const { fed = [], collected = [], steps: mostSteps = 1 } = options;
  const program = gpuProgram(plan, { ...options, wanted: [...(options.wanted ?? []), ...collected] });
  checkSize(program, device);
  const { buffers } = program;
  const incoming = slotOf(fed, buffers);
  const outgoing = slotOf(collected, buffers);
  const { COPY_DST, COPY_SRC, STORAGE } = GPUBufferUsage;
  const arena = device.createBuffer({ size: 4 * program.floats, usage: STORAGE | COPY_DST | COPY_SRC });
  const staging = device.createBuffer({
    size: Math.max(4, 4 * incoming.floats * mostSteps),
    usage: COPY_SRC | COPY_DST,
  });
  const slots = new Float32Array(incoming.floats * mostSteps);
  const reader = readings(device);
  const release = () => {
    arena.destroy();
    staging.destroy();
    reader.dispose();
  };
  const { prepared, pipelines } = await preparedJobs(device, arena, program.parts).catch((error: unknown) => {
    release();
    throw error;
  });
  const counts = { dispatches: 0, submits: 0, pipelines };

  const encodeStep = (encoder: GPUCommandEncoder, jobs: readonly PreparedJob[], step: number, results?: GPUBuffer) => {
    for (const { arena: to, slot, bytes } of incoming.copies) {
      encoder.copyBufferToBuffer(staging, 4 * incoming.floats * step + slot, arena, to, bytes);
    }
    const pass = encoder.beginComputePass();
    let current: GPUComputePipeline | undefined;
    for (const { pipeline, group, workgroups } of jobs) {
      if (pipeline !== current) pass.setPipeline((current = pipeline));
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(workgroups[0], workgroups[1]);
    }
    pass.end();
    counts.dispatches += jobs.length;
    if (!results) return;
    for (const { arena: from, slot, bytes } of outgoing.copies) {
      encoder.copyBufferToBuffer(arena, from, results, 4 * outgoing.floats * step + slot, bytes);
    }
  };

  return {
    id: 'webgpu',
    // Cast: the keys are those of the plan.
    dispatches: Object.fromEntries(
      Object.entries<readonly PreparedJob[]>(prepared).map(([part, jobs]) => [part, jobs.length]),
    ) as Record<Part, number>,
    counts,
    get bytes() {
      return arena.size + staging.size + reader.bytes;
    },
    slot(step, buffer) {
      const at = incoming.floats * step + incoming.at.get(buffer)!;
      return slots.subarray(at, at + buffers[buffer]!.size);
    },
    async run(parts, steps = 1) {
      if (steps > mostSteps) throw new Error(`internal: ${steps} steps at once; made for ${mostSteps}`);
      if (incoming.floats > 0) device.queue.writeBuffer(staging, 0, slots, 0, incoming.floats * steps);
      const results = outgoing.floats > 0 ? reader.take(4 * outgoing.floats * mostSteps) : undefined;
      const jobs = parts.flatMap((part) => prepared[part]);
      const encoder = device.createCommandEncoder();
      for (let step = 0; step < steps; step++) encodeStep(encoder, jobs, step, results);
      device.queue.submit([encoder.finish()]);
      counts.submits++;
      if (!results) {
        await device.queue.onSubmittedWorkDone();
        return [];
      }
      const numbers = await reader.finish(results, 4 * outgoing.floats * steps);
      return collected.map((buffer) =>
        Array.from({ length: steps }, (_, step) => {
          const at = outgoing.floats * step + outgoing.at.get(buffer)!;
          return numbers.slice(at, at + buffers[buffer]!.size);
        }),
      );
    },
    async read(buffer) {
      const { at, size } = buffers[buffer]!;
      const result = reader.take(4 * size);
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(arena, 4 * at, result, 0, 4 * size);
      device.queue.submit([encoder.finish()]);
      return reader.finish(result, 4 * size);
    },
    write(buffer, numbers) {
      device.queue.writeBuffer(arena, 4 * buffers[buffer]!.at, Float32Array.from(numbers));
    },
    dispose: release,
  };
}
