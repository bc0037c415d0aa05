import { registry } from '../core/registry.ts';
import * as builtIn from './index.ts';
import type { Instrument } from './instrument.ts';

/** Every instrument that can be hooked into training. */
export const instruments = registry<Instrument>('instrument', Object.values(builtIn) as unknown as Instrument[]);
