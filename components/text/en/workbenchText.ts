import { count } from '../number.ts';

/** Words of the workbench's frame. */
export const workbenchText = {
  title: 'Concept workbench',
  back: '← Back to the lab',
  look: 'Look closer',
  class: 'Class',
  answered: 'as answered',
  layer: 'Layer',
  stages: 'Layers',
  otherNodes: 'Other nodes',
  rule: 'Rule',
  place: (layer: string, sample: number, step: number, label: string | null) =>
    `${layer}, sample ${count(sample)}${label === null ? '' : `, a ${label}`}, step ${count(step)}`,
  steps: 'Kept steps of the run',
  now: (step: number) => `now, step ${count(step)}`,
  atStep: (step: number) => `step ${count(step)}`,
  toNow: (step: string) => `Back to step ${step}`,
  tabs: { concepts: 'Who argues', maps: 'Maps', checks: 'Checks', inputs: 'Inputs' },
};
