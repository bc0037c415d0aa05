import { registry } from '../core/registry.ts';
import * as builtIn from './index.ts';
import type { Metric } from './metric.ts';

/** The measures that score an explanation: `await metrics.get('sparseness').measure(subject)`. */
export const metrics = registry<Metric>('metric', Object.values(builtIn));
