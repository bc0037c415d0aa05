import { registry } from '../core/registry.ts';
import type { Activation } from './activation.ts';
import * as builtIn from './index.ts';

/** Every activation a network may name. */
export const activations = registry<Activation>('activation', Object.values(builtIn));
