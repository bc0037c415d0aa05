import { uniformFrom } from './uniformFrom.js';

/**
 * ResNet-20 (He et al. 2016) with 1 × 1 projections: 3 stages of 3 basic blocks, 16, 32 and 64 channels, batch norm after every
 * convolution. 270 256 weights of convolutions without biases, 1568 scales and shifts of batch norms, 650 of the dense layer.
 */
export const RESNET = {
  shape: [32, 32, 3],
  classes: 10,
  parameters: 272_474,
  /** Its last convolution, with so many channels. */
  last: 's3b3.b',
  channels: 64,
  /** The node whose receptive field is measured. */
  fieldOf: 's3b3.out',
  /** The class that is explained. */
  target: 3,
};

const normalised = (id, from, filters, size, stride) => [
  { kind: 'conv2d', id, from, filters, size: [size, size], stride: [stride, stride], bias: false },
  { kind: 'batchNorm', id: `${id}.norm` },
];

function block(id, from, filters, stride, isProjected) {
  return [
    ...normalised(`${id}.a`, from, filters, 3, stride),
    { kind: 'activate', id: `${id}.a.relu`, fn: 'relu' },
    ...normalised(`${id}.b`, `${id}.a.relu`, filters, 3, 1),
    ...(isProjected ? normalised(`${id}.skip`, from, filters, 1, stride) : []),
    { kind: 'add', id: `${id}.sum`, from: [`${id}.b.norm`, isProjected ? `${id}.skip.norm` : from] },
    { kind: 'activate', id: `${id}.out`, fn: 'relu' },
  ];
}

/** @param {number} [blocks] of every stage */
export function resnetNodes(blocks = 3) {
  const nodes = [...normalised('stem', 'input', 16, 3, 1), { kind: 'activate', id: 'stem.relu', fn: 'relu' }];
  for (const [stage, filters] of [16, 32, 64].entries()) {
    for (let b = 0; b < blocks; b++) {
      const isFirst = stage > 0 && b === 0;
      nodes.push(...block(`s${stage + 1}b${b + 1}`, nodes.at(-1).id, filters, isFirst ? 2 : 1, isFirst));
    }
  }
  return [...nodes, { kind: 'globalAvgPool', id: 'mean' }, { kind: 'dense', id: 'logits', units: RESNET.classes }];
}

/**
 * Weights by "node/param", the same for every engine: kernels as He et al. 2015 draw them, uniform; batch norms as after some
 * training, with scales and variances around 1 and shifts and means around 0.
 */
export function resnetWeights() {
  const uniform = uniformFrom(20);
  const between = (length, low, high) => Float32Array.from({ length }, () => low + (high - low) * uniform());
  const channels = new Map([['input', RESNET.shape[2]]]);
  const weights = {};
  for (const { kind, id, from, filters, size, units } of resnetNodes()) {
    const inputs = channels.get([from ?? [...channels.keys()].at(-1)].flat()[0]);
    channels.set(id, filters ?? units ?? inputs);
    if (kind === 'conv2d' || kind === 'dense') {
      const fanIn = inputs * (size ? size[0] * size[1] : 1);
      const bound = Math.sqrt(6 / fanIn);
      weights[`${id}/kernel`] = between(fanIn * (filters ?? units), -bound, bound);
      if (kind === 'dense') weights[`${id}/bias`] = between(units, -0.1, 0.1);
    }
    if (kind === 'batchNorm') {
      weights[`${id}/gamma`] = between(inputs, 0.5, 1.5);
      weights[`${id}/beta`] = between(inputs, -0.3, 0.3);
      weights[`${id}/movingMean`] = between(inputs, -0.3, 0.3);
      weights[`${id}/movingVariance`] = between(inputs, 0.5, 1.5);
    }
  }
  return weights;
}

/** Pictures of noise between 0 and 1. */
export function resnetPictures(count) {
  const uniform = uniformFrom(7);
  return Float32Array.from({ length: count * RESNET.shape.reduce((a, b) => a * b, 1) }, uniform);
}
