import { expect, test } from 'vitest';
import {
  conv2dFilterGradientOracle,
  conv2dInputGradientOracle,
  conv2dOracle,
  denseGradientsOracle,
  denseOracle,
  depthwiseConv2dFilterGradientOracle,
  depthwiseConv2dInputGradientOracle,
  depthwiseConv2dOracle,
  avgPoolGradientOracle,
  avgPoolOracle,
  maxPoolGradientOracle,
  maxPoolOracle,
  softmaxCrossEntropyOracle,
  type Float64Tensor,
} from '#kernels';
import { deviation, stream } from '../../support/kernelCases.ts';

/** Central differences in float64 with this step are good to about 1e-9. */
const STEP = 1e-5;
const TOLERANCE = 1e-8;

const { block } = stream(3);
const image = block([2, 5, 4, 3]);
const kernel = block([3, 2, 3, 2]);
const options = { stride: [2, 1], dilation: [1, 2], padding: [1, 0, 2, 1] } as const;
const pool = { size: [2, 3], stride: [2, 1], padding: [0, 1, 1, 0] } as const;

const dot = (a: Float64Tensor, b: Float64Tensor) => a.data.reduce((sum, value, i) => sum + value * b.data[i]!, 0);

/** The slope of `f` in every entry of `x`, by central differences. */
function differences(f: () => number, x: Float64Tensor): Float64Array {
  return x.data.map((value, i) => {
    x.data[i] = value + STEP;
    const above = f();
    x.data[i] = value - STEP;
    const below = f();
    x.data[i] = value;
    return (above - below) / (2 * STEP);
  });
}

test('the hand-worked convolution of a 2x2 image comes out', () => {
  const x = { shape: [1, 2, 2, 1], data: Float64Array.of(1, 2, 3, 4) };
  const k = { shape: [2, 1, 1, 1], data: Float64Array.of(10, 1) };
  // One row of zeros above: (10·0 + 1·1, 10·0 + 1·2), (10·1 + 1·3, 10·2 + 1·4).
  expect([...conv2dOracle(x, k, { padding: [1, 0, 0, 0] }).data]).toEqual([1, 2, 13, 24]);
});

test('the hand-worked pools of a 2x2 image come out, ties to the first', () => {
  const x = { shape: [1, 2, 2, 1], data: Float64Array.of(1, 5, 5, 1) };
  expect([...maxPoolOracle(x, { size: [2, 2] }).data]).toEqual([5]);
  expect([...avgPoolOracle(x, { size: [2, 2] }).data]).toEqual([3]);
  const dy = { shape: [1, 1, 1, 1], data: Float64Array.of(7) };
  expect([...maxPoolGradientOracle(dy, x, { size: [2, 2] }).data]).toEqual([0, 7, 0, 0]);
});

test('the convolution gradients equal finite differences', () => {
  const dy = block(conv2dOracle(image, kernel, options).shape);
  const f = () => dot(conv2dOracle(image, kernel, options), dy);
  const dx = conv2dInputGradientOracle(dy, kernel, image.shape, options);
  const dk = conv2dFilterGradientOracle(image, dy, kernel.shape, options);
  expect(deviation(dx.data, differences(f, image))).toBeLessThan(TOLERANCE);
  expect(deviation(dk.data, differences(f, kernel))).toBeLessThan(TOLERANCE);
});

test('the depthwise gradients equal finite differences', () => {
  const dy = block(depthwiseConv2dOracle(image, kernel, options).shape);
  const f = () => dot(depthwiseConv2dOracle(image, kernel, options), dy);
  const dx = depthwiseConv2dInputGradientOracle(dy, kernel, image.shape, options);
  const dk = depthwiseConv2dFilterGradientOracle(image, dy, kernel.shape, options);
  expect(deviation(dx.data, differences(f, image))).toBeLessThan(TOLERANCE);
  expect(deviation(dk.data, differences(f, kernel))).toBeLessThan(TOLERANCE);
});

test('the pool gradients equal finite differences away from ties', () => {
  // 120 different values, 1/60 apart: no step of the differences can change which one is the largest.
  const x = { shape: image.shape, data: image.data.map((_, i) => ((i * 37) % 120) / 60 - 1) };
  const dy = block(maxPoolOracle(x, pool).shape);
  const largest = differences(() => dot(maxPoolOracle(x, pool), dy), x);
  expect(deviation(maxPoolGradientOracle(dy, x, pool).data, largest)).toBeLessThan(TOLERANCE);
  const mean = differences(() => dot(avgPoolOracle(x, pool), dy), x);
  expect(deviation(avgPoolGradientOracle(dy, x.shape, pool).data, mean)).toBeLessThan(TOLERANCE);
});

test('the dense and cross-entropy gradients equal finite differences', () => {
  const [x, weights, bias] = [block([2, 5]), block([5, 3]), block([3])];
  const labels = { shape: [2, 3], data: Float64Array.of(0, 1, 0, 0.2, 0.3, 0.5) };
  const f = () => softmaxCrossEntropyOracle(denseOracle(x, weights, bias), labels).loss;
  const { gradient } = softmaxCrossEntropyOracle(denseOracle(x, weights, bias), labels);
  const slopes = denseGradientsOracle(gradient, x, weights);
  expect(deviation(slopes.input.data, differences(f, x))).toBeLessThan(TOLERANCE);
  expect(deviation(slopes.kernel.data, differences(f, weights))).toBeLessThan(TOLERANCE);
  expect(deviation(slopes.bias.data, differences(f, bias))).toBeLessThan(TOLERANCE);
});
