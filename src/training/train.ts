import { throwIfCancelled } from '../core/errors.ts';
import type { LoadedDataset } from '../datasets/dataset.ts';
import type { Model } from '../network/model.ts';
import type { Checkpoint } from './checkpoint.ts';
import { startTraining, type Evaluation, type TrainerOptions } from './trainer.ts';
import { batchSizeOf, number, type TrainingRecipe } from './trainOptions.ts';

export interface TrainOptions extends TrainingRecipe, TrainerOptions {
  /** Passes through the training samples; `steps` wins when both are given. */
  readonly epochs?: number;
  /** Steps between two results. Reading a loss waits for the device, so a GPU wants 10 or more. */
  readonly every?: number;
  /** Measures accuracy on the test samples every so many steps, and after the last one. */
  readonly validate?: { readonly every: number; readonly samples?: number };
  /** Continues this run. */
  readonly resume?: Checkpoint;
  readonly signal?: AbortSignal;
}

/** What one turn of the loop brings. */
export interface TrainStep {
  /** Steps done. */
  readonly step: number;
  readonly epoch: number;
  /** Loss of the newest step, and of all steps since the last result. */
  readonly loss: number;
  readonly losses: Float32Array;
  /** Present when it was measured at this step. */
  readonly test?: Evaluation;
  /** Everything needed to continue from here. */
  checkpoint(): Promise<Checkpoint>;
}

/**
 * Trains a model step by step. Not asking for the next result is pausing; leaving the loop stops and frees what
 * training owns. Throws DivergedError when the loss is not finite; the model is then back at the last good step.
 */
export async function* train(
  model: Model,
  data: LoadedDataset,
  options: TrainOptions = {},
): AsyncGenerator<TrainStep, void, void> {
  const { epochs, every = 1, validate, resume, signal, engine, ...recipe } = options;
  number(every, 'pace of results', 1, 1e9, true);
  if (validate) number(validate.every, 'pace of validation', 1, 1e9, true);
  const perEpoch = Math.max(1, Math.floor(data.train.count / batchSizeOf(recipe, data)));
  const steps = recipe.steps ?? Math.ceil((epochs ?? 1) * perEpoch);
  const trainer = startTraining(model, data, { ...recipe, steps }, engine ? { engine } : {});
  try {
    if (resume) trainer.restore(resume);
    while (trainer.step < steps) {
      throwIfCancelled(signal, 'training');
      await trainer.advance();
      const isLast = trainer.step >= steps;
      const isTested = validate && (isLast || trainer.step % validate.every === 0);
      if (!isLast && !isTested && trainer.step % every !== 0) continue;
      const losses = await trainer.losses();
      yield {
        step: trainer.step,
        epoch: trainer.epoch,
        loss: losses[losses.length - 1]!,
        losses,
        ...(isTested ? { test: await trainer.evaluate('test', validate.samples) } : {}),
        checkpoint: () => trainer.checkpoint(),
      };
    }
  } finally {
    trainer.dispose();
  }
}
