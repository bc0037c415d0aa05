import { random } from '../core/random.ts';
import { sizeOf } from '../core/shape.ts';
import type { LoadedDataset } from '../datasets/dataset.ts';
import type { Batch } from '../datasets/takeBatch.ts';
import type { TrainingPlan } from './trainOptions.ts';

/**
 * Training batches by step number: a fresh order each epoch, the same for a seed wherever the run starts. The numbers stand
 * until the next batch is asked for: it comes in the same memory.
 */
export function batchSource(data: LoadedDataset, { batchSize, stepsPerEpoch, seed }: TrainingPlan) {
  const { inputs, labels } = data.train;
  const length = sizeOf(data.shape);
  let order: { epoch: number; permutation: Uint32Array } = { epoch: -1, permutation: new Uint32Array() };
  const batch: Batch = {
    inputs: new Float32Array(batchSize * length),
    labels: new Int32Array(batchSize),
    count: batchSize,
    shape: data.shape,
  };
  return {
    at(step: number): Batch {
      const epoch = Math.floor(step / stepsPerEpoch);
      if (order.epoch !== epoch) {
        order = { epoch, permutation: random(seed, `order ${epoch}`).permutation(data.train.count) };
      }
      const start = (step % stepsPerEpoch) * batchSize;
      for (let i = 0; i < batchSize; i++) {
        const sample = order.permutation[start + i]!;
        // By hand: on points, a view of each sample would take longer than the step itself.
        for (let k = 0; k < length; k++) batch.inputs[i * length + k] = inputs[sample * length + k]!;
        batch.labels[i] = labels[sample]!;
      }
      return batch;
    },
  };
}
