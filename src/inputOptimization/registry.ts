import { registry } from '../core/registry.ts';
import * as builtIn from './index.ts';
import type { InputOptimization } from './inputOptimization.ts';

/** Ways to change an input until the net sees something in it: `await inputOptimizations.get('pgd').run(…)`. */
export const inputOptimizations = registry<InputOptimization>('input optimisation', Object.values(builtIn));
