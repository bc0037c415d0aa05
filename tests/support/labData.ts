import type { LoadedDataset, NodeSpec, RunDescription, Samples } from '#src';
import { random } from '#src';

const SIDE = 8;

/** A bright bar on a grainy ground: lying in class 0, standing in class 1. A net of a few weights learns it. */
function bars(count: number, seed: number): Samples {
  const dice = random(seed, 'bars');
  const inputs = new Float32Array(count * SIDE * SIDE);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  for (let n = 0; n < count; n++) {
    const at = 1 + dice.integer(SIDE - 2);
    for (let i = 0; i < SIDE * SIDE; i++) {
      const line = labels[n] === 0 ? Math.floor(i / SIDE) : i % SIDE;
      inputs[n * SIDE * SIDE + i] = (line === at ? 0.8 : 0) + 0.2 * dice.uniform();
    }
  }
  return { inputs, labels, count };
}

/** Lying and standing bars, 8 × 8: small enough for a software GPU. Each call makes buffers of its own. */
export const barsData = (train = 48, test = 16): LoadedDataset => ({
  id: 'bars',
  title: 'Bars',
  shape: [SIDE, SIDE, 1],
  classes: ['lying', 'standing'],
  train: bars(train, 1),
  test: bars(test, 2),
  units: 'grey level, 0 to 1',
});

/** Two convolutions of a few channels. */
export const smallConv: readonly NodeSpec[] = [
  { kind: 'conv2d', id: 'conv1', filters: 3, size: 3 },
  { kind: 'activate', id: 'conv1.relu', fn: 'relu' },
  { kind: 'conv2d', id: 'conv2', filters: 2, size: 3, stride: 2 },
  { kind: 'activate', id: 'conv2.relu', fn: 'relu' },
  { kind: 'flatten', id: 'flat' },
  { kind: 'dense', id: 'logits', units: 2 },
];

/** A skip connection around a dilated, normalised convolution, then pooling. */
export const residualDilated: readonly NodeSpec[] = [
  { kind: 'conv2d', id: 'stem', filters: 3, size: 3 },
  { kind: 'activate', id: 'stem.relu', fn: 'relu' },
  { kind: 'conv2d', id: 'wide', filters: 3, size: 3, dilation: 2, bias: false },
  { kind: 'batchNorm', id: 'wide.norm' },
  { kind: 'add', id: 'sum', from: ['stem.relu', 'wide.norm'] },
  { kind: 'activate', id: 'sum.tanh', fn: 'tanh' },
  { kind: 'maxPool', id: 'pool' },
  { kind: 'globalAvgPool', id: 'mean' },
  { kind: 'dense', id: 'logits', units: 2 },
];

/** What to train on the bars; batch 4 unless told. */
export const barsRun = (nodes: readonly NodeSpec[], recipe: RunDescription['recipe'] = {}): RunDescription => ({
  network: { format: 'neuroloupe-network', version: 1, input: [SIDE, SIDE, 1], nodes },
  recipe: { batchSize: 4, optimizer: 'adam', learningRate: 0.02, ...recipe },
  initializer: 'heNormal',
  seed: 3,
});
