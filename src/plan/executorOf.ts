import { jsExecutor, wasmExecutor, type Executor, type Plan } from '#kernels';

/** What runs plans. */
export type PlanEngine = 'wasm' | 'js';

/** A plan on an engine. */
export function executorOf<Part extends string>(engine: PlanEngine, plan: Plan<Part>): Executor<Part> {
  return engine === 'wasm' ? wasmExecutor(plan) : jsExecutor(plan, (length) => new Float32Array(length));
}
