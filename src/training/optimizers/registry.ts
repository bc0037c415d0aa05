import { registry } from '../../core/registry.ts';
import * as builtIn from './index.ts';
import type { Optimizer } from './optimizer.ts';

export const optimizers = registry<Optimizer>('optimiser', Object.values(builtIn) as unknown as Optimizer[]);
