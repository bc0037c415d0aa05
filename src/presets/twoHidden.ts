import { isFlat, layer, type Preset } from './preset.ts';

export const twoHidden: Preset = {
  id: 'twoHidden',
  title: 'Two hidden layers',
  summary: 'Eight tanh units twice: enough for circles and moons.',
  isFirstChoice: true,
  fits: isFlat,
  nodes: (_, classes) => [
    ...layer('dense1', 8, 'tanh'),
    ...layer('dense2', 8, 'tanh'),
    { kind: 'dense', id: 'dense3', units: classes },
  ],
};
