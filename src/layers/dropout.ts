import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from '../core/shape.ts';
import { real } from '../core/options.ts';
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
  apply([x], _params, { training, random }, { rate }) {
    if (!training || !random || rate === 0) return x!;
    const mask = new Float32Array(sizeOf(x!.shape));
    const kept = 1 / (1 - rate);
    for (let i = 0; i < mask.length; i++) mask[i] = random.uniform() < rate ? 0 : kept;
    return tf.mul(x!, tf.tensor(mask, x!.shape));
  },
  pull: (r) => [r],
  detail: ({ rate }) => `${Math.round(rate * 100)} %`,
});
