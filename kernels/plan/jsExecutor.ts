import { compileStreams, type StreamRunner } from '../elementwise/compileStreams.ts';
import type { StreamProgram } from '../elementwise/streams.ts';
import type { Numbers } from './kernel.ts';
import { ABSENT, type Executor, type Operation, type Plan } from './plan.ts';

/** Typed arrays and plain loops: for pages that forbid WebAssembly; on float64, the oracle of the other executors. */
export function jsExecutor<Part extends string, N extends Numbers = Float32Array>(
  plan: Plan<Part>,
  makeNumbers: (length: number) => N,
): Executor<Part, N> {
  const arena = makeNumbers(plan.floats);
  // Casts: a part of an array is an array of its kind.
  const views = plan.buffers.map(({ at, size }) => arena.subarray(at, at + size) as N);
  const runners = new Map<StreamProgram, StreamRunner>();
  const runnerOf = (program: StreamProgram) => {
    const runner = runners.get(program) ?? compileStreams(program);
    runners.set(program, runner);
    return runner;
  };
  const jobOf = (operation: Operation): (() => void) => {
    const own = operation.buffers.map((buffer) => (buffer === ABSENT ? null : views[buffer]!));
    if ('kernel' in operation) {
      const { kernel, dims } = operation;
      return () => kernel.run(own, dims);
    }
    const { program, rows, channels } = operation;
    const run = runnerOf(program);
    // Cast: a program has no buffer that may be absent.
    return () => run(own as Numbers[], rows, channels);
  };
  const jobs = Object.fromEntries(
    Object.entries<readonly Operation[]>(plan.parts).map(([part, operations]) => [part, operations.map(jobOf)]),
  );
  return {
    view: (buffer) => views[buffer]!,
    run(part) {
      for (const job of jobs[part]!) job();
    },
  };
}
