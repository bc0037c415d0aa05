import { conv, isImage, type Preset } from './preset.ts';

export const dilated: Preset = {
  id: 'dilated',
  title: 'Dilated convolutions',
  summary: 'The distance between taps doubles: wide fields with few weights, and holes to look for.',
  fits: isImage,
  nodes: (_, classes) => [
    ...conv('conv1', 8, 3),
    ...conv('conv2', 8, 3, { stride: 2 }),
    ...conv('conv3', 12, 3, { dilation: 2 }),
    ...conv('conv4', 12, 3, { dilation: 4 }),
    { kind: 'globalAvgPool', id: 'mean' },
    { kind: 'dense', id: 'dense', units: classes },
  ],
};
