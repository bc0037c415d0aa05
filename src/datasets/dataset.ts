import type { Random } from '../core/random.ts';

/** Samples in one flat buffer: `inputs` is [count, ...shape], `labels` one class index per sample. */
export interface Samples {
  readonly inputs: Float32Array;
  readonly labels: Int32Array;
  readonly count: number;
}

/** Data ready for training. Plain data: can be posted to a worker and transferred. */
export interface LoadedDataset {
  /** Id of the generator, or the name of the file it came from. */
  readonly id: string;
  readonly title: string;
  /** Shape of one sample: [height, width, channels] or [features]. */
  readonly shape: readonly number[];
  /** Names of the classes, in label order. */
  readonly classes: readonly string[];
  readonly train: Samples;
  readonly test: Samples;
  /** What one input number means, for axes and captions, such as "grey level, 0 paper to 1 ink". */
  readonly units: string;
}

/** A data set that can be made on the spot from a seed. */
export interface DatasetDefinition<O extends object = object> {
  readonly id: string;
  readonly title: string;
  /** One sentence: what it is and what it shows. */
  readonly summary: string;
  /** Where the construction comes from. */
  readonly source: string;
  readonly shape: readonly number[];
  readonly classes: readonly string[];
  readonly units: string;
  readonly defaults: O & { readonly samples: number; readonly testSamples: number };
  /** Writes sample after sample: fills `input` (length = product of shape) and returns its label. */
  sample(index: number, input: Float32Array, random: Random, options: O): number;
}
