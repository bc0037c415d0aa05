import { isFlat, layer, type Preset } from './preset.ts';

export const dendritic: Preset = {
  id: 'dendritic',
  title: 'Dendritic units',
  summary: 'One layer of ADA units: each answers to "some", not to "much".',
  fits: isFlat,
  nodes: (_, classes) => [...layer('dense1', 8, 'ada'), { kind: 'dense', id: 'dense2', units: classes }],
};
