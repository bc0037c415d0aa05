import type { Schedule } from './schedule.ts';

export const constant: Schedule = { id: 'constant', title: 'Constant', formula: '\\eta', factor: () => 1 };
