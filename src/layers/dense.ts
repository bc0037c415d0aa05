import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { ABSENT, operations } from '#kernels';
import { InputError } from '../core/errors.ts';
import { flag, whole } from '../core/options.ts';
import { describeShape } from '../core/shape.ts';
import type { Value } from '../plan/lowering.ts';
import { defineLinear, kernelParam, vectorParam } from './layer.ts';

/** y = x·W + b. Input [units], kernel [in, out]. */
export const dense = defineLinear({
  id: 'dense',
  title: 'Dense',
  summary: 'Every output unit weighs every input unit.',
  inputs: 'one',
  isGlobal: true,
  options: { units: whole(1, 'output units'), bias: flag(true, 'adds a trained constant to every unit') },
  shape([input], { units }) {
    if (input!.length !== 1) {
      throw new InputError(`needs a flat input: got ${describeShape(input!)}; put flatten or globalAvgPool before it`);
    }
    return [units];
  },
  params: ([input], { units, bias }) => ({
    kernel: kernelParam([input![0]!, units], input![0]!, units),
    ...(bias ? { bias: vectorParam([units], 0) } : {}),
  }),
  linear: {
    forward(x, kernel, bias) {
      // Casts: shape() has made sure that both are matrices.
      const product = tf.matMul(x as Tensor2D, kernel as Tensor2D);
      return bias ? tf.add(product, bias) : product;
    },
    transpose: (r, kernel) => tf.matMul(r as Tensor2D, kernel as Tensor2D, false, true),
  },
  lower(place) {
    const { inputs, params, options, batch, isRectified, output, emit } = place;
    const [x] = inputs as [Value];
    const y = output();
    const dims = { m: batch, k: x.shape[0]!, n: options.units };
    const { kernel, bias = ABSENT } = params as { kernel: number; bias?: number };
    emit(operations.dense, [x.buffer, kernel, bias, y], { ...dims, relu: Number(isRectified) });
    return {
      output: y,
      isRectified,
      back: ({ dy, dx, gradients }) =>
        emit(
          operations.denseBackward,
          [x.buffer, kernel, dy, dx(0), gradients.kernel ?? ABSENT, gradients.bias ?? ABSENT],
          dims,
        ),
    };
  },
  detail: ({ units }) => `${units} units`,
});
