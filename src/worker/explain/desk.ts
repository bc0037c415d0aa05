import type { LoadedDataset } from '../../datasets/dataset.ts';
import type { Batch } from '../../datasets/takeBatch.ts';
import { freeze, type Model } from '../../network/model.ts';
import type { Run } from '../run.ts';
import { testSample } from '../summaries.ts';

/** What an explanation works on: the data, and weights that nobody changes meanwhile. */
export interface Desk {
  readonly data: LoadedDataset;
  readonly seed: number;
  /** Step the weights belong to. */
  readonly step: number;
  readonly model: Model;
  sample(index: number): Batch;
}

/** What a command hears and tells while it works. */
export interface JobContext<Part = never> {
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
  /** Sends what is known so far. */
  readonly part: (value: Part) => void;
}

/** Frozen weights, of now or of a kept step: training goes on, the job reads one state of the net. Dispose its model. */
export async function openDesk(run: Run, data: LoadedDataset, step: number | null): Promise<Desk> {
  const { trainer, model, checkpoints } = run;
  return {
    data,
    seed: model.seed,
    step: step ?? trainer.step,
    model: step === null || step === trainer.step ? freeze(model) : checkpoints.modelAt(step),
    sample: (index) => testSample(data, index),
  };
}
