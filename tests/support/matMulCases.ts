import * as tf from '@tensorflow/tfjs-core';
import { denseGradientsOracle, denseOracle } from '#kernels';
import { stream, type KernelCase } from './kernelCases.ts';

/** A dense layer's product, from too small to matter to large; odd sizes on every axis. */
export const matMulCases: readonly KernelCase[] = [
  [1, 1, 1],
  [2, 3, 17],
  [3, 255, 17],
  [17, 257, 33],
].map(([batch, inputs, units], seed) => {
  const { block } = stream(seed + 1);
  const [x, kernel] = [block([batch!, inputs!]), block([inputs!, units!])];
  return {
    name: `${batch}x${inputs} by ${inputs}x${units}`,
    op: (a, b) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D),
    inputs: [x, kernel],
    forward: () => denseOracle(x, kernel),
    gradients: (dy) => {
      const { input, kernel: weights } = denseGradientsOracle(dy, x, kernel);
      return [input, weights];
    },
    upstream: block,
  };
});
