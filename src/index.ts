export { CancelledError, InputError } from './core/errors.ts';
export type * from './datasets/dataset.ts';
export { datasetDigest } from './datasets/datasetDigest.ts';
export { type Dataset, defineDataset } from './datasets/defineDataset.ts';
export { generate, loadDataset } from './datasets/generate.ts';
export { datasets } from './datasets/registry.ts';
export { type Batch, takeBatch, type TakeBatchOptions } from './datasets/takeBatch.ts';
export { datasetFromIdxFiles, type NamedBytes } from './interop/datasetFromIdxFiles.ts';
export { type IdxArray, type IdxLimits, idxLimits, parseIdx } from './interop/idx.ts';
