import * as tf from '@tensorflow/tfjs-core';
import {
  avgPoolGradientOracle,
  avgPoolOracle,
  conv2dFilterGradientOracle,
  conv2dInputGradientOracle,
  conv2dOracle,
  depthwiseConv2dFilterGradientOracle,
  depthwiseConv2dInputGradientOracle,
  depthwiseConv2dOracle,
  maxPoolGradientOracle,
  maxPoolOracle,
  type ConvOptions,
  type Float64Tensor,
  type PoolOptions,
} from '#kernels';
import { stream, type KernelCase } from './kernelCases.ts';

const { block } = stream(7);
const image = block([2, 7, 6, 3]);
const kernel = block([3, 2, 3, 4]);

function conv(name: string, op: KernelCase['op'], options: ConvOptions): KernelCase {
  return {
    name,
    op,
    inputs: [image, kernel],
    forward: () => conv2dOracle(image, kernel, options),
    gradients: (dy) => [
      conv2dInputGradientOracle(dy, kernel, image.shape, options),
      conv2dFilterGradientOracle(image, dy, kernel.shape, options),
    ],
    upstream: block,
  };
}

function depthwise(name: string, op: KernelCase['op'], options: ConvOptions): KernelCase {
  const channelKernel = block([3, 2, 3, 2]);
  return {
    name,
    op,
    inputs: [image, channelKernel],
    forward: () => depthwiseConv2dOracle(image, channelKernel, options),
    gradients: (dy) => [
      depthwiseConv2dInputGradientOracle(dy, channelKernel, image.shape, options),
      depthwiseConv2dFilterGradientOracle(image, dy, channelKernel.shape, options),
    ],
    upstream: block,
  };
}

const poolOptions: PoolOptions = { size: [3, 3], stride: [2, 2], padding: [1, 1, 0, 1] };
const ties: Float64Tensor = { shape: image.shape, data: image.data.map((value) => Math.round(value)) };

/** Rows of a table picked by index, as an embedding does; index 3 twice, index 1 never. */
const PICKED = [3, 0, 3, 2];
const table = block([5, 4]);
const pick = (from: Float64Tensor): Float64Tensor => ({
  shape: [PICKED.length, 4],
  data: Float64Array.from(PICKED.flatMap((row) => Array.from(from.data.subarray(4 * row, 4 * row + 4)))),
});
const unpick = (dy: Float64Tensor): Float64Tensor => {
  const data = new Float64Array(table.data.length);
  dy.data.forEach((value, i) => (data[4 * PICKED[i >> 2]! + (i & 3)]! += value));
  return { shape: table.shape, data };
};

/** tf.conv2dTranspose is the input gradient of a convolution from this image to `image`-shaped maps, and conversely. */
const small = block([2, 4, 3, 4]);

/** Plain tfjs ops whose gradients tfjs 4.22 refuses, lacks on wasm, or gets wrong. */
export const plainOps: readonly KernelCase[] = [
  conv('tf.conv2d, dilated', (x, k) => tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, 1, 'valid', 'NHWC', [2, 3]), {
    dilation: [2, 3],
  }),
  conv('tf.conv2d, same, stride 2', (x, k) => tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, 2, 'same'), {
    stride: [2, 2],
    padding: [1, 1, 0, 0],
  }),
  depthwise(
    'tf.depthwiseConv2d, dilated',
    (x, k) => tf.depthwiseConv2d(x as tf.Tensor4D, k as tf.Tensor4D, 1, 'valid', 'NHWC', [2, 3]),
    { dilation: [2, 3] },
  ),
  depthwise('tf.depthwiseConv2d, same', (x, k) => tf.depthwiseConv2d(x as tf.Tensor4D, k as tf.Tensor4D, 1, 'same'), {
    padding: [1, 1, 0, 1],
  }),
  {
    name: 'tf.conv2dTranspose',
    op: (x, k) => tf.conv2dTranspose(x as tf.Tensor4D, k as tf.Tensor4D, [2, 7, 6, 3], 2, 'same'),
    inputs: [small, kernel],
    forward: () => conv2dInputGradientOracle(small, kernel, [2, 7, 6, 3], { stride: [2, 2], padding: [1, 1, 0, 0] }),
    gradients: (dy) => [
      conv2dOracle(dy, kernel, { stride: [2, 2], padding: [1, 1, 0, 0] }),
      conv2dFilterGradientOracle(dy, small, kernel.shape, { stride: [2, 2], padding: [1, 1, 0, 0] }),
    ],
    upstream: block,
  },
  {
    name: 'tf.maxPool, ties',
    op: (x) => tf.maxPool(x as tf.Tensor4D, 3, 2, 'same'),
    inputs: [ties],
    forward: () => maxPoolOracle(ties, poolOptions),
    gradients: (dy) => [maxPoolGradientOracle(dy, ties, poolOptions)],
    upstream: block,
  },
  {
    name: 'tf.avgPool, same',
    op: (x) => tf.avgPool(x as tf.Tensor4D, 3, 2, 'same'),
    inputs: [image],
    forward: () => avgPoolOracle(image, poolOptions),
    gradients: (dy) => [avgPoolGradientOracle(dy, image.shape, poolOptions)],
    upstream: block,
  },
  {
    name: 'tf.gather',
    op: (x) => tf.gather(x, tf.tensor1d(PICKED, 'int32')),
    inputs: [table],
    forward: () => pick(table),
    gradients: (dy) => [unpick(dy)],
    upstream: block,
  },
];
