import { registry } from '../../core/registry.ts';
import * as builtIn from './index.ts';
import type { Loss } from './loss.ts';

export const losses = registry<Loss>('loss', Object.values(builtIn));
