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
  /** What the reader of a chart should know about how the data was read, such as an assumed split. */
  readonly notes?: readonly string[];
}

/** What a generator can be told besides the seed and the number of samples. */
export type GeneratorOptions = Readonly<Record<string, number | boolean>>;

/** How many samples to make. */
export interface SampleCounts {
  readonly samples: number;
  readonly testSamples: number;
}

/** Least and greatest useful value of a numeric option; `whole` when only whole numbers make sense. */
export type OptionRange = readonly [min: number, max: number, kind?: 'whole'];

/** A data set that can be made on the spot from a seed. */
export interface DatasetDefinition<O extends GeneratorOptions = GeneratorOptions> {
  readonly id: string;
  readonly title: string;
  /** One sentence: what it is and what it shows. */
  readonly summary: string;
  /** Where the construction comes from. */
  readonly source: string;
  readonly shape: readonly number[];
  /** Names of the classes, in label order, with the options as they are by default. */
  readonly classes: readonly string[];
  /** Names of the classes where the options decide how many there are. */
  classesFor?(options: O): readonly string[];
  readonly units: string;
  readonly defaults: O & SampleCounts;
  /** Bounds of the numeric options, for checks and sliders. */
  readonly ranges: Readonly<Record<string, OptionRange>>;
  /** Writes sample after sample: fills `input` (length = product of shape) and returns its label. */
  sample(index: number, input: Float32Array, random: Random, options: O): number;
}

/** What to make: any option of the data set, how many samples, and the seed (0 unless told). */
export type GenerateOptions<O extends GeneratorOptions = GeneratorOptions> = Partial<O & SampleCounts> & {
  readonly seed?: number;
};

/** For callers that wait: news of how much is done (0 to 1), and a way to stop. */
export interface LoadHooks {
  readonly onProgress?: (done: number) => void;
  readonly signal?: AbortSignal;
}
