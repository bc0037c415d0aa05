import * as tf from '@tensorflow/tfjs-core';
import { conv2d } from '../conv/conv2d.ts';
import { conv2dFilterGradientOracle, conv2dOracle } from '../conv/conv2dOracle.ts';
import { depthwiseConv2d } from '../conv/depthwiseConv2d.ts';
import {
  depthwiseConv2dFilterGradientOracle,
  depthwiseConv2dInputGradientOracle,
  depthwiseConv2dOracle,
} from '../conv/depthwiseConv2dOracle.ts';
import { denseGradientsOracle, denseOracle } from '../dense/denseOracle.ts';
import { softmaxCrossEntropyOracle } from '../dense/softmaxCrossEntropyOracle.ts';
import { zeros64, type Float64Tensor } from '../oracle.ts';
import { maxPool } from '../pool/maxPool.ts';
import { maxPoolGradientOracle, maxPoolOracle } from '../pool/poolOracle.ts';
import type { ConvOptions, PoolOptions } from '../window.ts';
import type { Comparison } from './selfCheck.ts';

/** The windows of the little net: strides, dilations and paddings that differ per axis and side. */
export const NET = {
  conv: { stride: [2, 1], dilation: [1, 2], padding: [1, 0, 2, 1] },
  depthwise: { padding: [0, 1, 1, 0] },
  pool: { size: [2, 2], padding: [1, 0, 0, 1] },
} as const satisfies { conv: ConvOptions; depthwise: ConvOptions; pool: PoolOptions };

/** One; then new weight = old weight − gradient, and the gradient can be read off without losing digits. */
const LEARNING_RATE = 1;

/** Multiples of 1/4 from −3/4 to 3/4: float32 holds every product and sum of them in this net exactly, ties included. */
export function numbers(shape: readonly number[], seed: number): Float64Tensor {
  const block = zeros64(shape);
  let state = seed;
  block.data.forEach((_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    block.data[i] = ((state >>> 24) % 7) / 4 - 0.75;
  });
  return block;
}

/** convolution + bias, relu, depthwise convolution, max pool, dense, softmax cross-entropy. */
const INPUT = numbers([2, 7, 6, 2], 11);
const LABELS: Float64Tensor = { shape: [2, 3], data: Float64Array.of(0, 1, 0, 1, 0, 0) };
const WEIGHTS = {
  'convolution kernel': numbers([3, 2, 2, 3], 12),
  'convolution bias': numbers([3], 13),
  'depthwise kernel': numbers([2, 2, 3, 2], 14),
  'dense kernel': numbers([48, 3], 15),
  'dense bias': numbers([3], 16),
};

/** The loss and the gradients of all weights, by definition, in the order of WEIGHTS. */
function stepOracle(): { loss: number; gradients: Float64Tensor[] } {
  const [kernel, bias, channelKernel, denseKernel, denseBias] = Object.values(WEIGHTS) as Five<Float64Tensor>;
  const z = conv2dOracle(INPUT, kernel, NET.conv);
  z.data.forEach((value, i) => (z.data[i] = value + bias.data[i % 3]!));
  const a = { shape: z.shape, data: z.data.map((value) => Math.max(0, value)) };
  const d = depthwiseConv2dOracle(a, channelKernel, NET.depthwise);
  const pooled = maxPoolOracle(d, NET.pool);
  const flat = { shape: [2, 48], data: pooled.data };
  const { loss, gradient } = softmaxCrossEntropyOracle(denseOracle(flat, denseKernel, denseBias), LABELS);

  const dense = denseGradientsOracle(gradient, flat, denseKernel);
  const dd = maxPoolGradientOracle({ shape: pooled.shape, data: dense.input.data }, d, NET.pool);
  const da = depthwiseConv2dInputGradientOracle(dd, channelKernel, a.shape, NET.depthwise);
  const dz = { shape: z.shape, data: da.data.map((value, i) => (z.data[i]! > 0 ? value : 0)) };
  const biasGradient = zeros64([3]);
  dz.data.forEach((value, i) => (biasGradient.data[i % 3]! += value));
  return {
    loss,
    gradients: [
      conv2dFilterGradientOracle(INPUT, dz, kernel.shape, NET.conv),
      biasGradient,
      depthwiseConv2dFilterGradientOracle(a, dd, channelKernel.shape, NET.depthwise),
      dense.kernel,
      dense.bias,
    ],
  };
}

type Five<T> = [T, T, T, T, T];

const upload = ({ shape, data }: Float64Tensor) => tf.tensor(Float32Array.from(data), [...shape]);

/** The same net in ops of the tier. */
function lossOf(x: tf.Tensor4D, labels: tf.Tensor, weights: readonly tf.Tensor[]): tf.Scalar {
  const [kernel, bias, channelKernel, denseKernel, denseBias] = weights as Five<tf.Tensor>;
  const a = tf.relu(tf.add(conv2d(x, kernel as tf.Tensor4D, NET.conv), bias)) as tf.Tensor4D;
  const pooled = maxPool(depthwiseConv2d(a, channelKernel as tf.Tensor4D, NET.depthwise), NET.pool);
  const logits = tf.add(tf.matMul(tf.reshape(pooled, [2, 48]), denseKernel as tf.Tensor2D), denseBias);
  return tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), 1)));
}

/** One step of gradient descent on the tier; the gradients are read off the change of the weights. */
export function checkTraining(): Comparison[] {
  const { loss, gradients } = stepOracle();
  const start = Object.values(WEIGHTS).map(upload);
  const variables = start.map((tensor) => tf.variable(tensor));
  const optimizer = tf.train.sgd(LEARNING_RATE);
  const [x, labels] = [upload(INPUT) as tf.Tensor4D, upload(LABELS)];
  try {
    const actual = optimizer.minimize(() => lossOf(x, labels, variables), true, variables)!;
    return [
      { name: 'training loss', actual, expected: { shape: [], data: Float64Array.of(loss) }, isGradient: false },
      ...Object.keys(WEIGHTS).map((name, i) => ({
        name: `training step of the ${name}`,
        actual: tf.sub(start[i]!, variables[i]!),
        expected: gradients[i]!,
        isGradient: true,
      })),
    ];
  } finally {
    optimizer.dispose();
    variables.forEach((variable) => variable.dispose());
  }
}
