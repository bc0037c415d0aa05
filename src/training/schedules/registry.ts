import { registry } from '../../core/registry.ts';
import * as builtIn from './index.ts';
import type { Schedule } from './schedule.ts';

export const schedules = registry<Schedule>('schedule', Object.values(builtIn));
