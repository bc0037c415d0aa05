import { throwIfCancelled } from '../core/errors.ts';
import { random } from '../core/random.ts';
import { completeOptions } from './completeOptions.ts';
import type { DatasetDefinition, GenerateOptions, GeneratorOptions, LoadedDataset, LoadHooks } from './dataset.ts';

/** Longest stretch of work between two looks at the signal; short enough for the page to stay responsive. */
const SLICE_MS = 12;

/** Makes a data set in one go: the same seed and options give the same bytes in every engine. */
export function generate<O extends GeneratorOptions>(
  definition: DatasetDefinition<O>,
  options: GenerateOptions<O> = {},
): LoadedDataset {
  const { dataset, work } = prepare(definition, options);
  while (!work.next().done);
  return dataset;
}

/** Like {@link generate}, in slices: the page can draw in between, hear of progress and stop it. */
export async function loadDataset<O extends GeneratorOptions>(
  definition: DatasetDefinition<O>,
  options: GenerateOptions<O> = {},
  { onProgress, signal }: LoadHooks = {},
): Promise<LoadedDataset> {
  const what = `loading "${definition.id}"`;
  throwIfCancelled(signal, what);
  const { dataset, work } = prepare(definition, options);
  const total = dataset.train.count + dataset.test.count;
  let made = 0;
  let sliceStart = performance.now();
  while (!work.next().done) {
    made++;
    if (performance.now() - sliceStart < SLICE_MS) continue;
    onProgress?.(made / total);
    await new Promise((resume) => setTimeout(resume));
    throwIfCancelled(signal, what);
    sliceStart = performance.now();
  }
  onProgress?.(1);
  return dataset;
}

/** The data set with empty buffers, and the work that fills them, one sample per step. */
function prepare<O extends GeneratorOptions>(definition: DatasetDefinition<O>, given: GenerateOptions<O>) {
  const { seed, options } = completeOptions(definition, given);
  const { id, title, shape, units, sample } = definition;
  const size = shape.reduce((product, length) => product * length, 1);
  const empty = (count: number) => ({
    inputs: new Float32Array(count * size),
    labels: new Int32Array(count),
    count,
  });
  const dataset: LoadedDataset = {
    id,
    title,
    shape: [...shape],
    classes: [...(definition.classesFor?.(options) ?? definition.classes)],
    train: empty(options.samples),
    test: empty(options.testSamples),
    units,
  };
  function* fill(): Generator<void> {
    for (const split of ['train', 'test'] as const) {
      // One stream per split: more training samples never change the test set, and the other way round.
      const stream = random(seed, `${id}/${split}`);
      const { inputs, labels, count } = dataset[split];
      for (let i = 0; i < count; i++) {
        labels[i] = sample(i, inputs.subarray(i * size, (i + 1) * size), stream, options);
        yield;
      }
    }
  }
  return { dataset, work: fill() };
}
