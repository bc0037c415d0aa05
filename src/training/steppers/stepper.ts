import type { Batch } from '../../datasets/takeBatch.ts';

/** One step of training. */
export interface StepOrder {
  /** Counts from 0. */
  readonly step: number;
  /** After the schedule. */
  readonly learningRate: number;
  readonly batch: Batch;
}

/** Weights and running averages as they were at one moment; only its stepper can read it. */
export type KeptState = symbol;

/**
 * What computes the steps of a run: forward, backward, update. The model's weights and the optimiser's running averages
 * are its business; which batch comes next, and what happens when numbers break, is the trainer's.
 */
export interface Stepper {
  /** Runs a step; its loss waits until `losses` reads it. */
  run(order: StepOrder): Promise<void> | void;
  /** Losses of the steps since the last call, in order. */
  losses(): Promise<Float32Array>;
  /** Keeps weights and running averages; cheap. */
  keep(): Promise<KeptState> | KeptState;
  /** Back to a kept state, which stays kept. */
  back(state: KeptState): void;
  drop(state: KeptState): void;
  /** What the net answers to at most {@link EVALUATION_BATCH} samples, with the newest weights: [count, outputs]. */
  answer(inputs: Float32Array, count: number): Promise<Float32Array>;
  /** The first weight or running average that is not finite, by name, with the number found. */
  broken(): Promise<{ readonly name: string; readonly found: number } | undefined>;
  /** Running averages by "node/param/slot". */
  readSlots(): Promise<Record<string, Float32Array>>;
  /** Losses that wait are forgotten: they belong to other weights. */
  writeSlots(slots: Readonly<Record<string, Float32Array>>): void;
  /** Numbers in each running average, by the same names. */
  readonly slotSizes: ReadonlyMap<string, number>;
  dispose(): void;
}
