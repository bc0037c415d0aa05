import { registry } from '../core/registry.ts';
import * as builtIn from './index.ts';
import type { Layer } from './layer.ts';

/** Every node kind a network may hold. */
export const layers = registry<Layer>('kind', Object.values(builtIn) as unknown as Layer[]);
