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
  const { inputs, labels, count } = dataset[from];
  if (!Number.isInteger(size) || size < 1) {
    throw new InputError(`bad batch size: ${size}; use a whole number from 1 to ${count}`);
  }
  if (!Number.isInteger(start) || start < 0 || start >= count) {
    throw new InputError(`bad batch start: ${start}; use a whole number from 0 to ${count - 1}`);
  }
  const { shape } = dataset;
  const end = Math.min(count, start + size);
  const length = sizeOf(shape);
  if (seed === undefined) {
    const batch = { inputs: inputs.slice(start * length, end * length), labels: labels.slice(start, end) };
    return { ...batch, count: end - start, shape };
  }
  const order = random(seed, `batch/${from}`).permutation(count).subarray(start, end);
  const batch = { inputs: new Float32Array(order.length * length), labels: new Int32Array(order.length) };
  order.forEach((sample, i) => {
    batch.inputs.set(inputs.subarray(sample * length, (sample + 1) * length), i * length);
    batch.labels[i] = labels[sample]!;
  });
  return { ...batch, count: order.length, shape };
}
