import type { StreamProgram } from '../elementwise/streams.ts';
import type { Dims, Kernel, Numbers } from './kernel.ts';

/** In the place of a buffer that is not there. */
export const ABSENT = -1;

/** An operation on buffers by number. */
export type Operation =
  | { readonly kernel: Kernel; readonly buffers: readonly number[]; readonly dims: Dims }
  | {
      readonly program: StreamProgram;
      /** Its inputs, then its outputs. */
      readonly buffers: readonly number[];
      readonly rows: number;
      readonly channels: number;
    };

export interface PlanBuffer {
  readonly name: string;
  /** Where it begins in the arena, in floats; buffers that are not needed at the same time may share memory. */
  readonly at: number;
  readonly size: number;
}

/** A net, its loss and its optimiser as flat lists of operations: shapes fixed, batch included. */
export interface Plan<Part extends string = string> {
  readonly buffers: readonly PlanBuffer[];
  /** Numbers of the arena. */
  readonly floats: number;
  readonly parts: Readonly<Record<Part, readonly Operation[]>>;
}

/** Runs the parts of a plan. */
export interface Executor<Part extends string = string, N extends Numbers = Float32Array> {
  /** The numbers of a buffer where the executor has them: written and read in place. Its memory goes with the last view. */
  view(buffer: number): N;
  run(part: Part): void;
}
