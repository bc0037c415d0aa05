import { emitStreams } from '../elementwise/emitStreams.ts';
import type { StreamProgram } from '../elementwise/streams.ts';
import { planProgram } from '../wasm/planProgram.ts';
import { ABSENT, type Executor, type Operation, type Plan } from './plan.ts';

const PAGE = 65536;
/** The first addresses stay empty: 0 stands for a buffer that is not there. */
const START = 256;
/** Operations may read so far past the end of a buffer. */
const SLACK = 256;

/**
 * SIMD kernels on one linear memory: the tensor operations come compiled, the plan's own elementwise programs are written as
 * a module of their own. Throws a CompileError where a page forbids WebAssembly.
 */
export function wasmExecutor<Part extends string>(
  plan: Plan<Part>,
  options: { readonly build?: 'plain' | 'fused' } = {},
): Executor<Part> {
  const operations = Object.values<readonly Operation[]>(plan.parts).flat();
  const scratch = operations.reduce(
    (most, op) => ('kernel' in op ? Math.max(most, op.kernel.wasm.scratch?.(op.dims) ?? 0) : most),
    0,
  );
  const scratchAt = START + 4 * plan.floats + SLACK;
  const bytes = scratchAt + 4 * scratch + SLACK;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
  const { functions } = planProgram(memory, options.build);
  const programs = [...new Set(operations.flatMap((op) => ('program' in op ? [op.program] : [])))];
  const streams = runPrograms(programs, memory);

  const address = (buffer: number) => (buffer === ABSENT ? 0 : START + 4 * plan.buffers[buffer]!.at);
  const jobOf = (operation: Operation): (() => void) => {
    const addresses = operation.buffers.map(address);
    if ('program' in operation) {
      return bound(streams.get(operation.program)!, [operation.rows, operation.channels, ...addresses]);
    }
    const { kernel, dims } = operation;
    const sizes = kernel.wasm.args.map((name) => dims[name]!);
    return bound(functions[kernel.id]!, [...addresses, ...sizes, ...(kernel.wasm.scratch ? [scratchAt] : [])]);
  };
  const jobs = Object.fromEntries(
    Object.entries<readonly Operation[]>(plan.parts).map(([part, own]) => [part, own.map(jobOf)]),
  );
  return {
    view(buffer) {
      const { at, size } = plan.buffers[buffer]!;
      return new Float32Array(memory.buffer, START + 4 * at, size);
    },
    run(part) {
      for (const job of jobs[part]!) job();
    },
  };
}

type Job = (...numbers: number[]) => void;

/** The call with its numbers: they never change. */
const bound = (job: Job, numbers: readonly number[]): (() => void) => job.bind(null, ...numbers);

function runPrograms(programs: readonly StreamProgram[], memory: WebAssembly.Memory): Map<StreamProgram, Job> {
  if (programs.length === 0) return new Map();
  const module = new WebAssembly.Module(emitStreams(programs));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  // Cast: the module exports one function per program, by its number.
  return new Map(programs.map((program, i) => [program, exports[`run${i}`] as Job]));
}
