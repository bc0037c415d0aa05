import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from '../core/shape.ts';
import type { LoadedDataset } from '../datasets/dataset.ts';
import { forward, outputOf } from '../network/forward.ts';
import type { Model } from '../network/model.ts';
import type { Loss } from './losses/loss.ts';

/** Accuracy and loss over some samples. */
export interface Evaluation {
  readonly samples: number;
  readonly correct: number;
  /** correct / samples */
  readonly accuracy: number;
  readonly loss: number;
}

/** Samples a forward pass of an evaluation takes at once. */
const EVALUATION_BATCH = 100;

/** Accuracy and mean loss over the first samples of a part. */
export async function evaluate(
  model: Model,
  data: LoadedDataset,
  loss: Loss,
  { part, limit }: { readonly part: 'train' | 'test'; readonly limit: number },
): Promise<Evaluation> {
  const { inputs, labels, count } = data[part];
  const samples = Math.min(count, limit);
  const length = sizeOf(data.shape);
  let correct = 0;
  let total = 0;
  for (let start = 0; start < samples; start += EVALUATION_BATCH) {
    const end = Math.min(samples, start + EVALUATION_BATCH);
    const [answers, mean] = tf.tidy(() => {
      const x = tf.tensor(inputs.slice(start * length, end * length), [end - start, ...data.shape]);
      const logits = outputOf(model, forward(model, x));
      const truth = tf.tensor1d(labels.slice(start, end), 'int32');
      return [loss.answer(logits), loss.apply(logits, truth)];
    });
    const [given, value] = await Promise.all([answers!.data(), mean!.data()]);
    tf.dispose([answers!, mean!]);
    total += value[0]! * (end - start);
    for (let i = start; i < end; i++) if (given[i - start] === labels[i]) correct += 1;
  }
  return { samples, correct, accuracy: samples > 0 ? correct / samples : 0, loss: samples > 0 ? total / samples : 0 };
}
