import { defaultsOf, type OptionValues } from '../core/options.ts';
import type { DatasetDefinition, DatasetOptions, GenerateOptions, LoadedDataset, LoadHooks } from './dataset.ts';
import { loadDataset } from './generate.ts';

/** A data set in the registry: a definition that can be loaded. */
export interface Dataset<S extends DatasetOptions = DatasetOptions> extends DatasetDefinition<S> {
  readonly defaults: OptionValues<S>;
  /** Makes the data; see {@link loadDataset}. */
  load(options?: GenerateOptions<S>, hooks?: LoadHooks): Promise<LoadedDataset>;
}

/** Makes an item for the `datasets` registry. */
export function defineDataset<S extends DatasetOptions>(definition: DatasetDefinition<S>): Dataset<S> {
  return {
    ...definition,
    defaults: defaultsOf(definition.options),
    load: (options, hooks) => loadDataset(definition, options, hooks),
  };
}
