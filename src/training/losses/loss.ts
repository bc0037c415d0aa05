import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';

/** What training makes small. Logits are [batch, outputs]; labels are class indices, int32. */
export interface Loss {
  readonly id: string;
  readonly title: string;
  readonly formula: string;
  readonly source: string;
  /** Outputs the net needs for this many classes. */
  outputs(classes: number): number;
  /** Mean over the batch. */
  apply(logits: Tensor, labels: Tensor1D): Scalar;
  /** The same in float64, for tests: one sample. */
  scalar(logits: readonly number[], label: number): number;
  /** The class answered for each sample, int32. */
  answer(logits: Tensor): Tensor1D;
}
