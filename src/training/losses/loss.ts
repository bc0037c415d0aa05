import type { LoweringPlace } from '../../plan/lowering.ts';
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
  /** The same as an operation of a plan, on logits, labels, the loss and the gradient of the logits. */
  lower(
    sizes: { readonly batch: number; readonly outputs: number },
    buffers: readonly [logits: number, labels: number, loss: number, gradient: number],
    emit: LoweringPlace['emit'],
  ): void;
  /** The same in float64 for one sample. */
  scalar(logits: readonly number[], label: number): number;
  /** The class answered by the logits of one sample; the first of equals. */
  answer(logits: readonly number[]): number;
}
