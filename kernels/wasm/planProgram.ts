import { planBinary } from './planBinary.ts';
import { planBinaryFused } from './planBinaryFused.ts';

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** Compiled once, when first asked for. */
let compiled: { readonly module: WebAssembly.Module; readonly isFused: boolean } | undefined;

function compile(build?: 'plain' | 'fused') {
  const fused = bytesOf(planBinaryFused);
  const isFused = build ? build === 'fused' : WebAssembly.validate(fused);
  return { module: new WebAssembly.Module(isFused ? fused : bytesOf(planBinary)), isFused };
}

/** Whether the page may run WebAssembly, and the processor has vector instructions. */
export function mayRunWasm(): boolean {
  try {
    compiled ??= compile();
    return true;
  } catch {
    return false;
  }
}

/** The tensor operations in WebAssembly. */
export interface PlanProgram {
  /** By the id of the operation; what they take: see `Kernel.wasm`. */
  readonly functions: Readonly<Record<string, (...numbers: number[]) => void>>;
  /** Products are fused with the sums they go to, and rounded once: results differ in the last bits. */
  readonly isFused: boolean;
}

/**
 * Starts the program on a memory. Its functions may read, never write, 64 bytes past the end of a buffer, which have to be
 * memory. Takes the build with fused products where it runs, if none is named; throws a CompileError where there are no
 * vector instructions.
 */
export function planProgram(memory: WebAssembly.Memory, build?: 'plain' | 'fused'): PlanProgram {
  const { module, isFused } = build ? compile(build) : (compiled ??= compile());
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  // Cast: program.ts exports functions of numbers, and nothing else.
  return { functions: exports as PlanProgram['functions'], isFused };
}
