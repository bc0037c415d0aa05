import type { Tensor } from '@tensorflow/tfjs-core';
import type { MeasurementRecord } from '../core/record.ts';
import { InputError } from '../core/errors.ts';
import type { Batch } from '../datasets/takeBatch.ts';
import type { Model } from '../network/model.ts';
import type { MeasureContext } from './instrument.ts';

/** Any instrument, whatever its data and options. */
export interface AnyInstrument {
  readonly id: string;
  measure(
    model: Model,
    batch: Batch | Tensor,
    options?: object,
    context?: MeasureContext,
  ): Promise<MeasurementRecord<unknown, unknown>>;
}

/** An instrument with its own settings and pace. */
export interface Watch {
  readonly instrument: AnyInstrument;
  readonly options?: object;
  readonly every?: number;
}

export interface ObserveOptions {
  readonly instruments: readonly (AnyInstrument | Watch)[];
  /** Samples to measure on; without them, the batch the loop hands to `model.stepped`. */
  readonly batch?: Batch | Tensor;
  /** Steps between two measurements. */
  readonly every?: number;
  readonly onRecord: (record: MeasurementRecord) => void;
  readonly signal?: AbortSignal;
}

/**
 * Hooks instruments into any training loop that uses the model: `train`, or a loop of your own that calls
 * `model.stepped(step, batch)` after each step. Records come in step order. Returns the way to stop.
 */
export function observe(model: Model, options: ObserveOptions): () => void {
  const { instruments, batch, every = 20, onRecord, signal } = options;
  const watches = instruments.map((item): Watch => ('instrument' in item ? item : { instrument: item }));
  for (const { instrument, every: pace = every } of watches) {
    if (!(Number.isInteger(pace) && pace >= 1)) {
      throw new InputError(`bad pace of ${instrument.id}: ${pace}; use a whole number of steps from 1`);
    }
  }
  return model.onStep(async (step, current) => {
    for (const { instrument, options: settings = {}, every: pace = every } of watches) {
      if (step % pace !== 0 || signal?.aborted) continue;
      const samples = batch ?? current;
      if (!samples) {
        throw new InputError(
          `nothing to measure ${instrument.id} on: no batch; give observe a batch, or pass one to model.stepped(step, batch)`,
        );
      }
      const context = { step, ...(signal ? { signal } : {}) };
      onRecord(await instrument.measure(model, samples, settings, context));
    }
  });
}
