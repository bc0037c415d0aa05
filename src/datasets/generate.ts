import { throwIfCancelled } from '../core/errors.ts';
import { type OptionValues, parseOptions } from '../core/options.ts';
import { random } from '../core/random.ts';
import { sizeOf } from '../core/shape.ts';
import type { DatasetDefinition, DatasetOptions, GenerateOptions, LoadedDataset, LoadHooks } from './dataset.ts';

/** Longest stretch of work between two looks at the signal; short enough for the page to stay responsive. */
const SLICE_MS = 12;

/** Makes a data set in one go: the same seed and options give the same bytes in every engine. */
export function generate<S extends DatasetOptions>(
  definition: DatasetDefinition<S>,
  options: GenerateOptions<S> = {},
): LoadedDataset {
  const { dataset, work } = prepare(definition, options);
  while (!work.next().done);
  return dataset;
}

/** Like {@link generate}, in slices: the page can draw in between, hear of progress and stop it. */
export async function loadDataset<S extends DatasetOptions>(
  definition: DatasetDefinition<S>,
  options: GenerateOptions<S> = {},
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
function prepare<S extends DatasetOptions>(
  definition: DatasetDefinition<S>,
  { seed = 0, ...given }: GenerateOptions<S>,
) {
  const { id, title, shape, units, sample, hasMasks = false } = definition;
  const options = parseOptions(definition.options, given, `data set "${id}"`);
  const size = sizeOf(shape);
  const area = hasMasks ? shape[0]! * shape[1]! : 0;
  const { samples, testSamples }: OptionValues<DatasetOptions> = options;
  const empty = (count: number) => ({
    inputs: new Float32Array(count * size),
    labels: new Int32Array(count),
    count,
    ...(hasMasks ? { masks: new Uint8Array(count * area) } : {}),
  });
  const dataset: LoadedDataset = {
    id,
    title,
    shape: [...shape],
    classes: [...(definition.classesFor?.(options) ?? definition.classes)],
    train: empty(samples),
    test: empty(testSamples),
    units,
  };
  function* fill(): Generator<void> {
    for (const split of ['train', 'test'] as const) {
      // One stream per split: more training samples never change the test set, and the other way round.
      const stream = random(seed, `${id}/${split}`);
      const { inputs, labels, count, masks = new Uint8Array() } = dataset[split];
      for (let i = 0; i < count; i++) {
        const mask = masks.subarray(i * area, (i + 1) * area);
        labels[i] = sample(i, inputs.subarray(i * size, (i + 1) * size), stream, options, { split, mask });
        yield;
      }
    }
  }
  return { dataset, work: fill() };
}
