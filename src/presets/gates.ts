import { isFlat, layer, type Preset } from './preset.ts';

export const gates: Preset = {
  id: 'gates',
  title: 'Logic gates',
  summary: 'Pairs of units joined by AND on logits: sixteen sums become eight gates.',
  fits: isFlat,
  nodes: (_, classes) => [
    ...layer('dense1', 16, 'andAIL'),
    ...layer('dense2', 16, 'andAIL'),
    { kind: 'dense', id: 'dense3', units: classes },
  ],
};
