import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { MeasurementRecord } from '../core/record.ts';
import { InputError, throwIfCancelled } from '../core/errors.ts';
import type { Batch } from '../datasets/takeBatch.ts';
import type { Model } from '../network/model.ts';
import { networkDigest } from '../network/serialize.ts';

/** Circumstances of a measurement, written into its record. */
export interface MeasureContext {
  /** Training step the weights belong to. */
  readonly step?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A pure question put to a model. It never changes the model, and its record holds no tensors. */
export interface Instrument<Data = unknown, Options extends object = object> {
  readonly id: string;
  readonly title: string;
  /** The question it answers, as a reader would ask it. */
  readonly question: string;
  readonly source: string;
  readonly defaults: Options;
  measure(
    model: Model,
    batch: Batch | Tensor,
    options?: Partial<Options>,
    context?: MeasureContext,
  ): Promise<MeasurementRecord<Data, Options>>;
}

interface Definition<Data, Options extends object> {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  readonly source: string;
  readonly defaults: Options;
  /** The options as the record keeps them, when they are not plain data already. */
  describe?(options: Options): Options;
  /** Computes with tensors; may read them back with `await t.data()`; must dispose what it keeps across an await. */
  compute(model: Model, x: Tensor, options: Options, context: MeasureContext): Promise<Data>;
}

/** Wraps a computation: fills defaults, makes the input tensor and frees it, stamps the record. */
export function defineInstrument<Data, Options extends object>(
  definition: Definition<Data, Options>,
): Instrument<Data, Options> {
  const { id, title, question, source, defaults, compute, describe = (options) => options } = definition;
  return {
    id,
    title,
    question,
    source,
    defaults,
    async measure(model, batch, given = {}, context = {}) {
      checkNames(id, defaults, given);
      const options = { ...defaults, ...given };
      throwIfCancelled(context.signal, title);
      const x = isTensor(batch) ? tf.clone(batch) : tf.tensor(batch.inputs, [batch.count, ...batch.shape]);
      try {
        const data = await compute(model, x, options, context);
        return {
          instrument: id,
          options: describe(options),
          tier: tf.getBackend(),
          seed: context.seed ?? model.seed,
          network: networkDigest(model.network),
          step: context.step ?? 0,
          data,
        };
      } finally {
        x.dispose();
      }
    },
  };
}

function checkNames(id: string, defaults: object, given: object): void {
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(defaults, key));
  if (unknown === undefined) return;
  throw new InputError(`unknown option of ${id}: "${unknown}"; known: ${Object.keys(defaults).join(', ') || 'none'}`);
}

function isTensor(batch: Batch | Tensor): batch is Tensor {
  return 'dataId' in batch;
}
