import { InputError } from '../core/errors.ts';
import { random } from '../core/random.ts';
import { sizeOf } from '../core/shape.ts';
import type { LoadedDataset, Samples } from './dataset.ts';

/** Some samples of a data set, with the shape of one of them. */
export interface Batch extends Samples {
  readonly shape: readonly number[];
}

/** Which samples {@link takeBatch} takes. */
export interface TakeBatchOptions {
  readonly size: number;
  /** Takes the samples in a random order; without a seed, in the order they are stored. */
  readonly seed?: number;
  readonly from?: 'train' | 'test';
  /** How many samples of that order to pass over. */
  readonly start?: number;
}

/**
 * Copies `size` samples out of a data set, none twice. The last batch of an order may be shorter; `count` says how many
 * there are.
 */
export function takeBatch(dataset: LoadedDataset, options: TakeBatchOptions): Batch {
  const { size, seed, from = 'train', start = 0 } = options;
  const { inputs, labels, count, masks } = dataset[from];
  if (!Number.isInteger(size) || size < 1) {
    throw new InputError(`bad batch size: ${size}; use a whole number from 1 to ${count}`);
  }
  if (!Number.isInteger(start) || start < 0 || start >= count) {
    throw new InputError(`bad batch start: ${start}; use a whole number from 0 to ${count - 1}`);
  }
  const { shape } = dataset;
  const end = Math.min(count, start + size);
  const rows =
    seed === undefined
      ? Uint32Array.from({ length: end - start }, (_, i) => start + i)
      : random(seed, `batch/${from}`).permutation(count).subarray(start, end);
  return {
    inputs: copyRows(inputs, rows, new Float32Array(rows.length * sizeOf(shape))),
    labels: copyRows(labels, rows, new Int32Array(rows.length)),
    ...(masks ? { masks: copyRows(masks, rows, new Uint8Array((rows.length * masks.length) / count)) } : {}),
    count: rows.length,
    shape,
  };
}

/** Fills `to` with rows of `from`; how long a row is follows from how many of them `to` has room for. */
function copyRows<T extends Float32Array | Int32Array | Uint8Array>(from: T, rows: Uint32Array, to: T): T {
  const length = to.length / rows.length;
  rows.forEach((row, i) => to.set(from.subarray(row * length, (row + 1) * length), i * length));
  return to;
}
