import { build, network, type Model } from '#src';

type Column = readonly number[];

/** z = W·x + b without anything that bends: every gradient is a column of W. */
export function linearModel(columns: readonly Column[], bias?: readonly number[]): Model {
  const inputs = columns[0]!.length;
  const model = build(network([inputs], [{ kind: 'dense', units: columns.length }]));
  const kernel = Float32Array.from({ length: inputs * columns.length }, (_, i) => {
    return columns[i % columns.length]![Math.floor(i / columns.length)]!;
  });
  model.write({ 'dense1/kernel': kernel, 'dense1/bias': Float32Array.from(bias ?? columns.map(() => 0)) });
  return model;
}

/** Three columns for four inputs, with a zero and both signs. */
export const COLUMNS: readonly [Column, Column, Column] = [
  [0.5, -1, 0, 2],
  [-0.25, 1, 0, 0.5],
  [1, 0.75, -2, -0.5],
];

/** Convolutions that take any image of two channels. Nothing has a kink: differences over a kink are no slopes. */
export function smallConvModel(height: number, width: number): Model {
  const nodes = [
    { kind: 'conv2d', filters: 3, size: 3 },
    { kind: 'activate', fn: 'tanh' },
    { kind: 'conv2d', filters: 2, size: 3, id: 'last' },
    { kind: 'globalAvgPool' },
    { kind: 'dense', units: 3 },
  ];
  return build(network([height, width, 2], nodes), { seed: 3 });
}
