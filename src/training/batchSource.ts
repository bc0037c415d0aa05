import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { random } from '../core/random.ts';
import { sizeOf } from '../core/shape.ts';
import type { LoadedDataset } from '../datasets/dataset.ts';
import type { TrainingPlan } from './trainOptions.ts';

/** Training batches by step number: a fresh order each epoch, the same for a seed wherever the run starts. */
export function batchSource(data: LoadedDataset, { batchSize, stepsPerEpoch, seed }: TrainingPlan) {
  const { inputs, labels } = data.train;
  const length = sizeOf(data.shape);
  let order: { epoch: number; permutation: Uint32Array } = { epoch: -1, permutation: new Uint32Array() };
  return {
    at(step: number): { x: Tensor; labels: Tensor1D } {
      const epoch = Math.floor(step / stepsPerEpoch);
      if (order.epoch !== epoch) {
        order = { epoch, permutation: random(seed, `order ${epoch}`).permutation(data.train.count) };
      }
      const start = (step % stepsPerEpoch) * batchSize;
      const x = new Float32Array(batchSize * length);
      const y = new Int32Array(batchSize);
      for (let i = 0; i < batchSize; i++) {
        const sample = order.permutation[start + i]!;
        x.set(inputs.subarray(sample * length, (sample + 1) * length), i * length);
        y[i] = labels[sample]!;
      }
      return { x: tf.tensor(x, [batchSize, ...data.shape]), labels: tf.tensor1d(y, 'int32') };
    },
  };
}
