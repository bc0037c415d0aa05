import { registry } from '../core/registry.ts';
import type { Dataset } from './defineDataset.ts';
import * as builtIn from './index.ts';

/** The data sets that need no file: `await datasets.get('xor').load({ seed: 7 })`. */
export const datasets = registry<Dataset>('data set', Object.values(builtIn));
