import { uniformFrom } from './uniformFrom.js';

/** Units of work: the net once in our words and once in those of tfjs' layers. */
export const UNITS = [
  {
    name: 'MLP-S',
    shape: [2],
    classes: 2,
    batch: 32,
    block: 20,
    nodes: [
      { kind: 'dense', units: 8 },
      { kind: 'activate', fn: 'tanh' },
      { kind: 'dense', units: 8 },
      { kind: 'activate', fn: 'tanh' },
      { kind: 'dense', units: 2 },
    ],
    layers: (tf, inputShape) => [
      tf.layers.dense({ units: 8, activation: 'tanh', inputShape }),
      tf.layers.dense({ units: 8, activation: 'tanh' }),
      tf.layers.dense({ units: 2, activation: 'softmax' }),
    ],
    tiers: ['cpu', 'wasm'],
  },
  {
    name: 'CNN-S',
    shape: [16, 16, 3],
    classes: 10,
    batch: 64,
    block: 1,
    nodes: [
      { kind: 'conv2d', filters: 16, size: 3 },
      { kind: 'activate', fn: 'relu' },
      { kind: 'conv2d', filters: 16, size: 3, stride: 2 },
      { kind: 'activate', fn: 'relu' },
      { kind: 'maxPool' },
      { kind: 'conv2d', filters: 32, size: 3 },
      { kind: 'activate', fn: 'relu' },
      { kind: 'flatten' },
      { kind: 'dense', units: 10 },
    ],
    layers: (tf, inputShape) => {
      const conv = (filters, more) =>
        tf.layers.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu', ...more });
      return [
        conv(16, { inputShape }),
        conv(16, { strides: 2 }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        conv(32),
        tf.layers.flatten(),
        tf.layers.dense({ units: 10, activation: 'softmax' }),
      ];
    },
    tiers: ['wasm', 'cpu'],
  },
];

/** Noise as samples, the same for every engine: the time of a step does not depend on what it learns. */
export function noise({ shape, classes, batch }) {
  const uniform = uniformFrom(1);
  const size = batch * shape.reduce((a, b) => a * b, 1);
  return {
    inputs: Float32Array.from({ length: size }, uniform),
    labels: Int32Array.from({ length: batch }, () => Math.floor(classes * uniform())),
  };
}
