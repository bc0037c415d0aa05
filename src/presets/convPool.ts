import { conv, isImage, type Preset } from './preset.ts';

export const convPool: Preset = {
  id: 'convPool',
  title: 'Convolutions and pooling',
  summary: 'LeNet-sized: two convolutions, each with max pooling, then two dense layers.',
  fits: isImage,
  nodes: (_, classes) => [
    ...conv('conv1', 8, 5),
    { kind: 'maxPool', id: 'pool1' },
    ...conv('conv2', 16, 5),
    { kind: 'maxPool', id: 'pool2' },
    { kind: 'flatten', id: 'flat' },
    { kind: 'dense', id: 'dense1', units: 32 },
    { kind: 'activate', id: 'dense1.relu', fn: 'relu' },
    { kind: 'dense', id: 'dense2', units: classes },
  ],
};
