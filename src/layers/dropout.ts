import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from '../core/shape.ts';
import { real } from '../core/options.ts';
import { operations } from '#kernels';
import type { Value } from '../plan/lowering.ts';
import { defineLayer } from './layer.ts';

/** While training, zeroes each number with probability `rate` and scales the rest by 1 / (1 − rate). */
export const dropout = defineLayer({
  id: 'dropout',
  title: 'Dropout',
  summary: 'Silences a random part of its input while training.',
  role: 'route',
  inputs: 'one',
  options: { rate: real(0.5, 'share of numbers that are zeroed', 0, 0.99) },
  shape: ([input]) => input!,
  apply([x], _params, { training, key, lane }, { rate }) {
    if (!training || key === undefined || rate === 0) return x!;
    // The factors that the operation of a plan multiplies with.
    const factors = new Float32Array(x!.size);
    operations.dropout.run([new Float32Array(x!.size).fill(1), Float32Array.of(key), factors], {
      size: x!.size,
      rate,
      node: lane,
    });
    return tf.mul(x!, tf.tensor(factors, x!.shape));
  },
  pull: (r) => [r],
  lower({ inputs, options: { rate }, batch, output, emit, isTraining, lane, key }) {
    const [x] = inputs as [Value];
    if (!isTraining || rate === 0) return { output: x.buffer };
    const y = output();
    const dims = { size: batch * sizeOf(x.shape), rate, node: lane };
    emit(operations.dropout, [x.buffer, key, y], dims);
    // The same numbers go on the way back.
    return { output: y, back: ({ dy, dx }) => emit(operations.dropout, [dy, key, dx(0)], dims) };
  },
  detail: ({ rate }) => `${Math.round(rate * 100)} %`,
});
