import { registry } from '../core/registry.ts';
import * as builtIn from './index.ts';
import type { Preset } from './preset.ts';

/** Every ready-made network. */
export const presets = registry<Preset>('preset', Object.values(builtIn));
