import { isImage, layer, type Preset } from './preset.ts';

export const perceptron: Preset = {
  id: 'perceptron',
  title: 'Dense layers on pixels',
  summary: 'No convolution: every unit sees the whole image at once.',
  fits: isImage,
  nodes: (_, classes) => [
    { kind: 'flatten', id: 'flat' },
    ...layer('dense1', 32, 'relu'),
    ...layer('dense2', 16, 'relu'),
    { kind: 'dense', id: 'dense3', units: classes },
  ],
};
