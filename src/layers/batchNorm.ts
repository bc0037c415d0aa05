import * as tf from '@tensorflow/tfjs-core';
import { real } from '../core/options.ts';
import { ABSENT, operations } from '#kernels';
import { channelsOf, sizeOf } from '../core/shape.ts';
import type { Value } from '../plan/lowering.ts';
import { defineLayer, vectorParam } from './layer.ts';

/**
 * (x − mean) / √(variance + epsilon) · gamma + beta per channel (Ioffe and Szegedy 2015). Training uses the batch's
 * biased variance and moves the running statistics by r ← (1 − momentum)·r + momentum·b with the unbiased one, as
 * PyTorch does; otherwise the running statistics are used.
 */
export const batchNorm = defineLayer({
  id: 'batchNorm',
  title: 'Batch normalisation',
  summary: 'Gives every channel mean 0 and variance 1 over the batch, then a trained scale and shift.',
  role: 'normalize',
  inputs: 'one',
  options: {
    epsilon: real(1e-5, 'added to the variance', 1e-12, 1),
    momentum: real(0.1, 'how fast the running statistics follow', 0, 1),
  },
  shape: ([input]) => input!,
  params([input]) {
    const shape = [channelsOf(input!)];
    const statistic = (start: number) => ({ ...vectorParam(shape, start), trainable: false });
    return {
      gamma: vectorParam(shape, 1),
      beta: vectorParam(shape, 0),
      movingMean: statistic(0),
      movingVariance: statistic(1),
    };
  },
  apply([x], { gamma, beta, movingMean, movingVariance }, context, { epsilon, momentum }) {
    const normalise = (mean: tf.Tensor, variance: tf.Tensor) =>
      tf.add(tf.mul(tf.sub(x!, mean), tf.mul(tf.rsqrt(tf.add(variance, epsilon)), gamma!)), beta!);
    if (!context.training) return normalise(movingMean!, movingVariance!);

    const axes = x!.shape.map((_, axis) => axis).slice(0, -1);
    const { mean, variance } = tf.moments(x!, axes);
    const count = x!.size / x!.shape[x!.shape.length - 1]!;
    const unbiased = tf.mul(variance, count / Math.max(count - 1, 1));
    const follow = (old: tf.Tensor, now: tf.Tensor) => tf.add(tf.mul(old, 1 - momentum), tf.mul(now, momentum));
    context.update('movingMean', follow(movingMean!, mean));
    context.update('movingVariance', follow(movingVariance!, unbiased));
    return normalise(mean, variance);
  },
  pull: (r, { params: { gamma, movingVariance } }, { epsilon }) => [
    tf.mul(r, tf.mul(gamma!, tf.rsqrt(tf.add(movingVariance!, epsilon)))),
  ],
  lower({ inputs, params, options: { epsilon, momentum }, batch, output, own, emit, isTraining }) {
    const [x] = inputs as [Value];
    const y = output();
    const channels = channelsOf(x.shape);
    const dims = { rows: (batch * sizeOf(x.shape)) / channels, channels };
    const { gamma, beta, movingMean, movingVariance } = params as Record<string, number>;
    if (!isTraining) {
      emit(operations.batchNormInference, [x.buffer, gamma!, beta!, movingMean!, movingVariance!, y], {
        ...dims,
        epsilon,
      });
      return {
        output: y,
        back: ({ dy, dx }) =>
          emit(operations.batchNormInferenceBackward, [gamma!, movingVariance!, dy, dx(0)], { ...dims, epsilon }),
      };
    }
    const [mean, rstd] = [own('mean', channels), own('rstd', channels)];
    const statistics = [movingMean!, movingVariance!];
    emit(operations.batchNorm, [x.buffer, gamma!, beta!, ...statistics, y, mean, rstd], { ...dims, epsilon, momentum });
    return {
      output: y,
      back: ({ dy, dx, gradients }) =>
        emit(
          operations.batchNormBackward,
          [x.buffer, gamma!, mean, rstd, dy, dx(0), gradients.gamma ?? ABSENT, gradients.beta ?? ABSENT],
          dims,
        ),
    };
  },
  detail: () => 'per channel',
});
