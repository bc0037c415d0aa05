import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  avgPool,
  conv2d,
  conv2dFilterGradient,
  conv2dInputGradient,
  depthwiseConv2d,
  depthwiseConv2dFilterGradient,
  depthwiseConv2dInputGradient,
  maxPool,
  startEngine,
} from '#kernels';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const zeros = (...shape: number[]) => tf.zeros<tf.Rank.R4>(shape as [number, number, number, number]);
const said = (act: () => unknown) => {
  try {
    tf.tidy(() => void act());
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing';
};

const cases: readonly [string, () => unknown, string][] = [
  [
    'an image without a batch axis',
    () => conv2d(zeros(8, 8, 3), zeros(3, 3, 3, 4)),
    'conv2d input has rank 3: [8,8,3]; reshape it to [batch, height, width, channels]',
  ],
  [
    'a kernel without filters',
    () => conv2d(zeros(1, 8, 8, 3), zeros(3, 3, 3)),
    'conv2d kernel has rank 3: [3,3,3]; reshape it to [height, width, channels, filters]',
  ],
  [
    'channels that differ',
    () => conv2d(zeros(1, 8, 8, 3), zeros(3, 3, 2, 4)),
    'conv2d channels differ: input has 3, kernel takes 2; use a kernel of shape [3,3,3,4]',
  ],
  [
    'channels that differ, depthwise',
    () => depthwiseConv2d(zeros(1, 8, 8, 3), zeros(3, 3, 2, 1)),
    'depthwiseConv2d channels differ: input has 3, kernel takes 2; use a kernel of shape [3,3,3,1]',
  ],
  [
    'a stride of zero',
    () => conv2d(zeros(1, 8, 8, 3), zeros(3, 3, 3, 4), { stride: [0, 1] }),
    'conv2d stride is not a pair of whole numbers above 0: [0,1]; use 1 or more per axis',
  ],
  [
    'half a dilation',
    () => conv2d(zeros(1, 8, 8, 3), zeros(3, 3, 3, 4), { dilation: [1, 0.5] }),
    'conv2d dilation is not a pair of whole numbers above 0: [1,0.5]; use 1 or more per axis',
  ],
  [
    'negative padding',
    () => conv2d(zeros(1, 8, 8, 3), zeros(3, 3, 3, 4), { padding: [0, 0, -1, 0] }),
    'conv2d padding is not four whole numbers from 0 up: [0,0,-1,0]; use [top, bottom, left, right] in pixels',
  ],
  [
    'a kernel larger than the padded input',
    () => conv2d(zeros(1, 4, 9, 3), zeros(3, 3, 3, 4), { dilation: [3, 1], padding: [1, 1, 0, 0] }),
    'conv2d window is larger than the padded input: 7 rows on 6; use a smaller window, less dilation or more padding',
  ],
  [
    'a pool larger than the input',
    () => maxPool(zeros(1, 4, 1, 3), { size: [2, 2] }),
    'maxPool window is larger than the padded input: 2 columns on 1; use a smaller window, less dilation or more padding',
  ],
  [
    'a pool of no size',
    () => avgPool(zeros(1, 4, 4, 3), { size: [2, 0] }),
    'avgPool size is not a pair of whole numbers above 0: [2,0]; use 1 or more per axis',
  ],
  [
    'pool padding as wide as the window',
    () => maxPool(zeros(1, 4, 4, 3), { size: [2, 2], padding: [0, 2, 0, 0] }),
    "maxPool padding reaches past the window: [0,2,0,0]; use less than the window's size, [2,2]",
  ],
  [
    'an upstream gradient of another size',
    () => conv2dInputGradient(zeros(1, 5, 5, 4), zeros(3, 3, 3, 4), [1, 8, 8, 3]),
    'conv2dInputGradient shapes do not belong together: dy [1,5,5,4], kernel [3,3,3,4], input [1,8,8,3]; ' +
      'this kernel on this input gives dy [1,6,6,4] and needs 3 input channels',
  ],
  [
    'an upstream gradient of another size, for the filter',
    () => conv2dFilterGradient(zeros(1, 8, 8, 3), zeros(1, 5, 5, 4), [3, 3, 3, 4]),
    'conv2dFilterGradient shapes do not belong together: input [1,8,8,3], dy [1,5,5,4], kernel [3,3,3,4]; ' +
      'this kernel on this input gives dy [1,6,6,4] and needs 3 input channels',
  ],
  [
    'an upstream gradient of another depth, depthwise',
    () => depthwiseConv2dInputGradient(zeros(1, 6, 6, 5), zeros(3, 3, 3, 2), [1, 8, 8, 3]),
    'depthwiseConv2dInputGradient shapes do not belong together: dy [1,6,6,5], kernel [3,3,3,2], input [1,8,8,3]; ' +
      'this kernel on this input gives dy [1,6,6,6] and needs 3 input channels',
  ],
  [
    'an upstream gradient of another depth, for the depthwise filter',
    () => depthwiseConv2dFilterGradient(zeros(1, 8, 8, 3), zeros(1, 6, 6, 5), [3, 3, 3, 2]),
    'depthwiseConv2dFilterGradient shapes do not belong together: input [1,8,8,3], dy [1,6,6,5], kernel [3,3,3,2]; ' +
      'this kernel on this input gives dy [1,6,6,6] and needs 3 input channels',
  ],
];

test.for(cases)('%s is an error that tells the way out', ([, act, message]) => {
  expect(said(act)).toBe(message);
});

test('the gradient of a channels-first convolution is refused with the way out', () => {
  const channelsFirst = (x: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, zeros(1, 1, 2, 2), 1, 'valid', 'NCHW');
  expect(said(() => tf.grad(channelsFirst)(zeros(1, 2, 3, 3)))).toBe(
    "no gradient for convolutions of format NCHW; transpose to NHWC and use dataFormat 'NHWC'",
  );
  // tfjs never lets go of what it saved for a gradient that then threw; those tensors are not ours.
  tensorsBefore = tf.memory().numTensors;
});
