import type { Dims } from '../kernel.ts';

/** Numbers that are read and written at once: as many as divide the row of a buffer. */
export type Lanes = 1 | 2 | 4;

/** What a pass may use while its text is written. */
export interface Shader {
  /** The vector of a buffer at an index counted in vectors of so many numbers. */
  at(buffer: number, lanes: Lanes, index: string | number): string;
  /** A statement that hands on a vector of the pass's result. */
  put(index: string, value: string): string;
  /** Declares a function; gives its name. */
  define(text: (name: string) => string): string;
}

/** One dispatch. */
export interface Pass {
  /** Threads it takes; those beyond do nothing. With `groupSize`, workgroups. */
  readonly threads: number;
  /** Statements of thread number `id` (an i32); with `groupSize`, of thread `local` of workgroup `id`. */
  readonly body: (shader: Shader) => string;
  /** Numbers in its type `V`, which `put` takes. */
  readonly lanes: Lanes;
  /** The buffer that `put` writes. Other operations may bend the numbers on the way, or send them elsewhere. */
  readonly result?: number;
  /** Threads of a workgroup that work together. */
  readonly groupSize?: number;
  /** What they share, as declarations. */
  readonly shared?: string;
}

/** One call of an operation. */
export interface Call<D extends Dims = Dims> {
  readonly buffers: readonly number[];
  readonly dims: D;
  /** Whether a buffer that is otherwise added to is overwritten, by its place among the operation's. */
  isSet(place: number): boolean;
  /** A buffer of its own for what one of its passes leaves to the next. */
  scratch(floats: number): number;
  /** Threads may wait for each other: fast on hardware, very slow on software adapters. */
  readonly mayWait: boolean;
  /** Whether an operation of so many multiply-adds is worth loading its numbers tile by tile. */
  isTiled(work: number): boolean;
}

/** An operation of a plan on the GPU. */
export interface GpuKernel<D extends Dims = Dims> {
  readonly id: string;
  /** Of at most one pass the result is handed on. */
  passes(call: Call<D>): readonly Pass[];
}

/** Declares an operation; the type of the sizes is that of the operation it belongs to. */
export function defineGpuKernel<D extends Dims>(kernel: GpuKernel<D>): GpuKernel<D> {
  return kernel;
}
