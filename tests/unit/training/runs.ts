import { beforeAll, describe } from 'vitest';
import {
  random,
  startTraining,
  train,
  type LoadedDataset,
  type Model,
  type Trainer,
  type TrainingEngine,
  type TrainingRecipe,
  type TrainOptions,
  type TrainStep,
} from '#src';

let engine: TrainingEngine | 'auto' = 'auto';

/** Runs tests once on every engine of training. */
export function onEveryEngine(tests: () => void): void {
  describe.for(['wasm', 'js', 'tfjs'] as const)('by %s', (name) => {
    beforeAll(() => {
      engine = name;
    });
    tests();
  });
}

/** `train` and `startTraining` on the engine that is tested. */
export const trainHere = (model: Model, data: LoadedDataset, options: TrainOptions = {}): ReturnType<typeof train> =>
  train(model, data, { engine, ...options });
export const startHere = (model: Model, data: LoadedDataset, recipe: TrainingRecipe = {}): Trainer =>
  startTraining(model, data, recipe, { engine });

/** A small data set: one blob of random images (or rows) per class, alike for every seed that is the same. */
export function blobs(
  shape: readonly number[],
  { classes = 2, count = 20, seed = 1, spread = 0.5 } = {},
): LoadedDataset {
  const source = random(seed, 'blobs');
  const length = shape.reduce((a, b) => a * b, 1);
  const centres = Array.from({ length: classes }, () => Array.from({ length }, () => source.normal()));
  const part = (samples: number) => {
    const labels = Int32Array.from({ length: samples }, (_, i) => i % classes);
    const inputs = new Float32Array(samples * length);
    inputs.forEach((_, i) => {
      const centre = centres[labels[Math.floor(i / length)]!]!;
      inputs[i] = centre[i % length]! + spread * source.normal();
    });
    return { inputs, labels, count: samples };
  };
  return {
    id: 'blobs',
    title: 'Blobs',
    shape,
    classes: Array.from({ length: classes }, (_, k) => `class ${k}`),
    train: part(count),
    test: part(7),
    units: 'none',
  };
}

/** Every result of a run. */
export async function stepsOf(model: Model, data: LoadedDataset, options: TrainOptions): Promise<TrainStep[]> {
  const steps: TrainStep[] = [];
  for await (const step of trainHere(model, data, options)) steps.push(step);
  return steps;
}

/** Every loss of a run, whatever the pace of its results. */
export async function lossesOf(model: Model, data: LoadedDataset, options: TrainOptions): Promise<number[]> {
  return (await stepsOf(model, data, options)).flatMap((step) => [...step.losses]);
}
