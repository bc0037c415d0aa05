import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { readAndDispose } from '../core/readBack.ts';
import type { Question } from './attribution.ts';
import { gradientAt } from '../relevance/walkToInput.ts';

interface Points {
  readonly total: number;
  /** Points first … first + count − 1: [count, ...input]. Runs inside tf.tidy. */
  at(first: number, count: number): Tensor;
  /** What the gradients there [count, ...input] add to the sum, in the same shape. Runs inside tf.tidy. */
  share(gradients: Tensor, first: number): Tensor;
}

/** What of a question it takes. */
export type Gathering = Pick<Question, 'model' | 'target' | 'values' | 'inChunks' | 'inTurn'>;

/** Adds up what the gradients at many points give, in chunks; in the layout of the input. */
export async function sumOfGradients(
  { model, target, values, inChunks, inTurn }: Gathering,
  { total, at, share }: Points,
): Promise<Float64Array> {
  const sum = new Float64Array(values.length);
  await inChunks(total, async (first, count) => {
    const x = tf.tidy(() => at(first, count));
    const gradients = await inTurn(gradientAt(model, x, target)).finally(() => x.dispose());
    const part = tf.tidy(() => tf.sum(share(gradients, first), 0));
    gradients.dispose();
    const [read] = (await readAndDispose([part])) as [Float32Array];
    read.forEach((value, i) => (sum[i]! += value));
  });
  return sum;
}
