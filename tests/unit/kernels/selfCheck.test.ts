import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { maxPoolGradientOracle, selfCheck, startEngine, type Float64Tensor } from '#kernels';
import { plantGradient, plantKernel } from '../../support/faults.ts';

const problems = async () => (await selfCheck()).checks.flatMap(({ problem }) => problem ?? []);

/** A tensor's numbers while a kernel runs, from the memory of whichever backend holds it. */
function numbersOf(backend: unknown, info: tf.TensorInfo): Float64Tensor {
  // Both backends keep their tensors where JavaScript can see them; neither says so in its public type.
  const { data, typedArrayFromHeap } = backend as {
    data?: { get(id: object): { values: Float32Array } };
    typedArrayFromHeap?: (info: tf.TensorInfo) => Float32Array;
  };
  const values = data ? data.get(info.dataId).values : typedArrayFromHeap!.call(backend, info);
  return { shape: info.shape, data: Float64Array.from(values) };
}

/** Max pooling that lets the last maximum win: every pixel counts a hair more than the one before it. */
const lastMaximumKernel: tf.KernelFunc = ({ inputs, backend, attrs }) => {
  const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
  const { filterSize, strides, pad } = attrs as unknown as { filterSize: number[]; strides: number[]; pad: number[][] };
  const x = numbersOf(backend, input);
  x.data.forEach((value, i) => (x.data[i] = value + i * 1e-6));
  const dx = maxPoolGradientOracle(numbersOf(backend, dy), x, {
    size: [filterSize[0]!, filterSize[1]!],
    stride: [strides[0]!, strides[1]!],
    padding: [pad[1]![0]!, pad[1]![1]!, pad[2]![0]!, pad[2]![1]!],
  });
  return tf.tensor(Float32Array.from(dx.data), [...dx.shape]);
};

describe.for(['cpu', 'wasm'] as const)('on %s', (tier) => {
  let tensorsBefore = 0;
  beforeAll(async () => {
    await startEngine({ tier });
    tensorsBefore = tf.memory().numTensors;
  });
  afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

  test('the self-check passes and covers every op of a small convolutional net', async () => {
    const { ok, tier: checked, checks } = await selfCheck();
    expect([ok, checked]).toEqual([true, tier]);
    expect(checks.map(({ name }) => name)).toEqual([
      'convolution',
      'convolution gradient of the input',
      'convolution gradient of the kernel',
      'depthwise convolution',
      'depthwise convolution gradient of the input',
      'depthwise convolution gradient of the kernel',
      'max pool',
      'max pool gradient',
      'training loss',
      'training step of the convolution kernel',
      'training step of the convolution bias',
      'training step of the depthwise kernel',
      'training step of the dense kernel',
      'training step of the dense bias',
    ]);
  });

  test('a gradient that is zero is named', async () => {
    onTestFinished(plantGradient('Conv2D', tf.zerosLike));
    expect(await problems()).toEqual([
      'convolution gradient of the input is zero everywhere',
      'convolution gradient of the kernel is zero everywhere',
      'training step of the convolution kernel is zero everywhere',
    ]);
  });

  test('a gradient with the wrong sign is named', async () => {
    onTestFinished(plantGradient('BatchMatMul', tf.neg));
    expect(await problems()).toEqual([
      'training step of the convolution kernel has the wrong sign',
      'training step of the convolution bias has the wrong sign',
      'training step of the depthwise kernel has the wrong sign',
      'training step of the dense kernel has the wrong sign',
    ]);
  });

  test('a max pool whose gradient goes to the last maximum is named', async () => {
    onTestFinished(plantKernel(tier, 'MaxPoolGrad', lastMaximumKernel));
    expect((await problems())[0]).toBe('max pool gradient goes to the last maximum');
  });

  test('a gradient that is a little off is told apart from one that is wrong altogether', async () => {
    onTestFinished(plantGradient('DepthwiseConv2dNative', (gradient) => tf.mul(gradient, 1.01)));
    expect((await problems()).slice(0, 2)).toEqual([
      'depthwise convolution gradient of the input is off by 1.0e-2 of its largest entry',
      'depthwise convolution gradient of the kernel is off by 1.0e-2 of its largest entry',
    ]);
  });

  test('a result that is not a number is named', async () => {
    onTestFinished(plantGradient('MaxPool', (gradient) => tf.mul(gradient, NaN)));
    expect((await problems())[0]).toBe('max pool gradient is not finite');
  });

  test('an op that throws is a failed check and not a crash', async () => {
    const refuse = () => {
      throw new Error('out of memory');
    };
    onTestFinished(plantKernel(tier, 'MaxPool', refuse));
    expect(await problems()).toEqual([
      'max pool does not run: out of memory',
      'training step does not run: out of memory',
    ]);
    // tfjs never lets go of what it saved for a gradient that then threw; those tensors are not ours.
    tensorsBefore = tf.memory().numTensors;
  });
});
