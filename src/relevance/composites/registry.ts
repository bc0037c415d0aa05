import { registry } from '../../core/registry.ts';
import type { Composite } from '../composite.ts';
import * as builtIn from './index.ts';

/** Every ready-made table of rules. */
export const composites = registry<Composite>('composite', Object.values(builtIn));
