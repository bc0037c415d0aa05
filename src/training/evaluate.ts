import { sizeOf } from '../core/shape.ts';
import type { LoadedDataset } from '../datasets/dataset.ts';
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
export const EVALUATION_BATCH = 100;

/** What a net answers to some samples, laid out one after the other: [count, outputs]. */
type Answer = (inputs: Float32Array, count: number) => Promise<Float32Array>;

/** Accuracy and mean loss over the first samples of a part. */
export async function evaluate(
  answer: Answer,
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
    const logits = await answer(inputs.subarray(start * length, end * length), end - start);
    const outputs = logits.length / (end - start);
    for (let i = start; i < end; i++) {
      const own = [...logits.subarray((i - start) * outputs, (i - start + 1) * outputs)];
      total += loss.scalar(own, labels[i]!);
      if (loss.answer(own) === labels[i]) correct += 1;
    }
  }
  return { samples, correct, accuracy: samples > 0 ? correct / samples : 0, loss: samples > 0 ? total / samples : 0 };
}
