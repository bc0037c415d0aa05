import type { DatasetDefinition, GenerateOptions, GeneratorOptions, LoadedDataset, LoadHooks } from './dataset.ts';
import { loadDataset } from './generate.ts';

/** A data set in the registry: a definition that can be loaded. */
export interface Dataset<O extends GeneratorOptions = GeneratorOptions> extends DatasetDefinition<O> {
  /** Makes the data; see {@link loadDataset}. */
  load(options?: GenerateOptions<O>, hooks?: LoadHooks): Promise<LoadedDataset>;
}

/** Makes an item for the `datasets` registry. */
export function defineDataset<O extends GeneratorOptions>(definition: DatasetDefinition<O>): Dataset<O> {
  return { ...definition, load: (options, hooks) => loadDataset(definition, options, hooks) };
}
