import { planBinary } from './planBinary.ts';
import { planBinaryFused } from './planBinaryFused.ts';

const BINARIES = { plain: planBinary, fused: planBinaryFused } as const;

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

type Build = 'plain' | 'fused';

/** Compiled once, when first asked for. */
const modules = new Map<Build, WebAssembly.Module>();

function moduleOf(build: Build): WebAssembly.Module {
  let module = modules.get(build);
  if (!module) modules.set(build, (module = new WebAssembly.Module(bytesOf(BINARIES[build]))));
  return module;
}

let best: Build | undefined;

const bestBuild = (): Build => (best ??= WebAssembly.validate(bytesOf(planBinaryFused)) ? 'fused' : 'plain');

/** Whether the page may run WebAssembly, and the processor has vector instructions. */
export function mayRunWasm(): boolean {
  try {
    moduleOf(bestBuild());
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
export function planProgram(memory: WebAssembly.Memory, build: Build = bestBuild()): PlanProgram {
  const { exports } = new WebAssembly.Instance(moduleOf(build), { env: { memory } });
  // Cast: program.ts exports functions of numbers, and nothing else.
  return { functions: exports as PlanProgram['functions'], isFused: build === 'fused' };
}
