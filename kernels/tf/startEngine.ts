import * as tf from '@tensorflow/tfjs-core';
import { adapterName, findAdapter, type Adapter } from './adapter.ts';
import { registerGradients } from './gradients.ts';
import { selfCheck } from './selfCheck.ts';
import { wasmBinaries, withNodeGlobals, type WasmPaths } from './wasmBinaries.ts';

/** Where the numbers are computed: on the GPU, by WebAssembly on the processor, or by plain JavaScript. */
export type Tier = 'webgpu' | 'wasm' | 'cpu';

const ORDER: readonly Tier[] = ['webgpu', 'wasm', 'cpu'];

export interface EngineOptions {
  /** Try this tier first; a software GPU counts only when 'webgpu' is asked for. */
  readonly tier?: Tier;
  /** Where tfjs' WebAssembly binaries lie, if not where the bundler put them. */
  readonly wasmPaths?: WasmPaths;
  /** Compare the tier with float64 loops before trusting it (default true); a tier that fails is skipped. */
  readonly selfCheck?: boolean;
  /** Is called with a short sentence before each step. */
  readonly onProgress?: (doing: string) => void;
}

export interface Engine {
  readonly tier: Tier;
  /** Why this tier, as a sentence for the user. */
  readonly reason: string;
  /** The tiers tried before, each with the reason it does not run. */
  readonly skipped: readonly { readonly tier: Tier; readonly reason: string }[];
  /** The GPU that was found, used or not. */
  readonly adapter?: Adapter;
}

/**
 * Starts the fastest tier that works here (WebGPU on a real GPU, else WebAssembly, else JavaScript) and makes it tfjs'
 * current backend. Works in a page, in a module worker and in Node. Throws only when no tier runs at all.
 */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const { tier: wanted } = options;
  // Importing that file registers them, too; a call survives bundlers that drop imports made for their effect.
  registerGradients();
  const order = wanted ? [wanted, ...ORDER.filter((tier) => tier !== wanted)] : ORDER;
  const skipped: { tier: Tier; reason: string }[] = [];
  let adapter: Adapter | undefined;
  for (const tier of order) {
    options.onProgress?.(`starting ${tier}`);
    const found = tier === 'webgpu' ? await findAdapter() : undefined;
    if (typeof found === 'object') adapter = found;
    const problem = (await start(tier, found, options)) ?? (await check(tier, options));
    if (problem === undefined) {
      return { tier, reason: reasonFor(tier, wanted, skipped, adapter), skipped, ...(adapter && { adapter }) };
    }
    skipped.push({ tier, reason: problem });
  }
  const list = skipped.map(({ tier, reason }) => `${tier} (${reason})`).join(', ');
  throw new Error(`no engine runs here: ${list}; try another browser`);
}

function reasonFor(
  tier: Tier,
  wanted: Tier | undefined,
  skipped: Engine['skipped'],
  adapter: Adapter | undefined,
): string {
  if (tier === wanted) return 'asked for';
  return skipped.at(-1)?.reason ?? `a GPU was found: ${adapterName(adapter!)}`;
}

/** Starts one tier; the reason if it does not. */
async function start(
  tier: Tier,
  found: Adapter | string | undefined,
  options: EngineOptions,
): Promise<string | undefined> {
  if (tier === 'cpu') return startCpu();
  if (tier === 'wasm') return startWasm(options.wasmPaths);
  if (typeof found !== 'object') return found;
  if (found.isFallback && options.tier !== 'webgpu') return `no GPU: the adapter is software (${adapterName(found)})`;
  return startWebgpu(found);
}

/** Runs the self-check on the tier just started; the reason not to use it if there is one. */
async function check(tier: Tier, options: EngineOptions): Promise<string | undefined> {
  if (options.selfCheck === false) return undefined;
  options.onProgress?.(`checking ${tier}`);
  const { checks } = await selfCheck();
  const problems = checks.flatMap(({ problem }) => problem ?? []);
  if (problems.length === 0) return undefined;
  return `self-check failed: ${problems[0]}${problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''}`;
}

async function startBackend(name: Tier): Promise<string | undefined> {
  try {
    if (await tf.setBackend(name)) return undefined;
    return `${name} did not start`;
  } catch (error) {
    return `${name} did not start: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function startCpu(): Promise<string | undefined> {
  await import('@tensorflow/tfjs-backend-cpu');
  return startBackend('cpu');
}

async function startWebgpu(adapter: Adapter): Promise<string | undefined> {
  const [, { registerWebgpuKernels }] = await Promise.all([
    import('@tensorflow/tfjs-backend-webgpu'),
    import('./webgpuKernels.ts'),
  ]);
  registerWebgpuKernels();
  // Kernels with barriers cost milliseconds per dispatch on a software adapter; program type 2 (small output) has none.
  if (adapter.isFallback) tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', 2);
  return startBackend('webgpu');
}

/** The smallest module there is: it compiles wherever WebAssembly is allowed at all. */
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

async function startWasm(paths: WasmPaths | undefined): Promise<string | undefined> {
  if (typeof WebAssembly !== 'object') return 'there is no WebAssembly here';
  try {
    new WebAssembly.Module(EMPTY_MODULE);
  } catch {
    return "the page's security policy blocks WebAssembly; add 'wasm-unsafe-eval' to its script-src";
  }
  const [{ setWasmPaths }, { registerWasmKernels }] = await Promise.all([
    import('@tensorflow/tfjs-backend-wasm'),
    import('./wasmKernels.ts'),
  ]);
  registerWasmKernels();
  // One thread: threads need cross-origin isolation, which an embedding page cannot give, and a worker made of a blob.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  try {
    const binaries = paths ?? wasmBinaries();
    setWasmPaths(typeof binaries === 'string' ? binaries : withThreaded(binaries));
    const problem = await withNodeGlobals(() => startBackend('wasm'));
    return (
      problem &&
      `${problem}; are its binaries at ${typeof binaries === 'string' ? binaries : Object.values(binaries)[0]}?`
    );
  } catch (error) {
    return `wasm did not start: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** tfjs wants a path for the binary with threads, too; it is never loaded. */
function withThreaded(paths: Readonly<Record<string, string>>): Record<string, string> {
  return { 'tfjs-backend-wasm-threaded-simd.wasm': paths['tfjs-backend-wasm-simd.wasm'] ?? '', ...paths };
}
