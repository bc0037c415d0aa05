import { conv, isImage, type Preset } from './preset.ts';

export const fourConv: Preset = {
  id: 'fourConv',
  title: 'Four convolutions',
  summary: 'Small enough to watch every channel; the fields grow layer by layer.',
  isFirstChoice: true,
  fits: isImage,
  nodes: (_, classes) => [
    ...conv('conv1', 8, 5),
    ...conv('conv2', 12, 3, { stride: 2 }),
    ...conv('conv3', 16, 3),
    ...conv('conv4', 16, 3, { stride: 2 }),
    { kind: 'globalAvgPool', id: 'mean' },
    { kind: 'dense', id: 'dense', units: classes },
  ],
};
