import { registry } from '../core/registry.ts';
import * as builtIn from './index.ts';
import type { Initializer } from './initializer.ts';

/** Every way a kernel can start. */
export const initializers = registry<Initializer>('initialiser', Object.values(builtIn));
