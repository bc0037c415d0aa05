import { type OptionTable, type OptionValues, whole } from '../core/options.ts';
import type { Random } from '../core/random.ts';

/** Samples in one flat buffer: `inputs` is [count, ...shape], `labels` one class index per sample. */
export interface Samples {
  readonly inputs: Float32Array;
  readonly labels: Int32Array;
  readonly count: number;
  /** For pictures with a known answer, [count, height, width]: 1 where a change of the pixel alters the label, else 0. */
  readonly masks?: Uint8Array;
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

/** Most samples in one split. */
const MAX_SAMPLES = 100_000;

/** Settings of a data set: how many samples to make, and its own. */
export type DatasetOptions = OptionTable & ReturnType<typeof sampleCounts>;

/** The settings every data set has, with its defaults. */
export function sampleCounts(samples: number, testSamples: number) {
  return {
    samples: whole(samples, 'training samples', 1, MAX_SAMPLES),
    testSamples: whole(testSamples, 'test samples', 1, MAX_SAMPLES),
  };
}

/** What a sample is for, and where its mask goes. */
export interface SampleContext {
  readonly split: 'train' | 'test';
  /** Starts as zeros; length = height times width where the definition has masks, else 0. See {@link Samples}. */
  readonly mask: Uint8Array;
}

/** A data set that can be made on the spot from a seed. */
export interface DatasetDefinition<S extends DatasetOptions = DatasetOptions> {
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
  classesFor?(options: OptionValues<S>): readonly string[];
  readonly units: string;
  readonly options: S;
  /** Pictures only: `sample` writes the mask of every sample. */
  readonly hasMasks?: boolean;
  /** Writes sample after sample: fills `input` (length = product of shape) and returns its label. */
  sample(index: number, input: Float32Array, random: Random, options: OptionValues<S>, context: SampleContext): number;
}

/** What to make: any option of the data set, and the seed (0 unless told). */
export type GenerateOptions<S extends DatasetOptions = DatasetOptions> = Partial<OptionValues<S>> & {
  readonly seed?: number;
};

/** For callers that wait: news of how much is done (0 to 1), and a way to stop. */
export interface LoadHooks {
  readonly onProgress?: (done: number) => void;
  readonly signal?: AbortSignal;
}
