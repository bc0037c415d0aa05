import type { NetworkJSON } from '../network/serialize.ts';

/** A run at one step, complete: continuing from it repeats the run bit for bit on the same engine. Plain data. */
export interface Checkpoint {
  readonly network: NetworkJSON;
  readonly step: number;
  readonly weights: Readonly<Record<string, Float32Array>>;
  /** Running averages of the optimiser by "node/param/slot". */
  readonly slots: Readonly<Record<string, Float32Array>>;
  readonly optimizer: string;
  /** The order of the samples, and dropout, follow from these and the step. */
  readonly seed: number;
  readonly batchSize: number;
}

/** The run left the finite numbers. The model has been put back to the last good step. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
  /** Node whose output or weights first held NaN or infinity; 'loss' when every node was finite. */
  readonly node: string;
  readonly step: number;
  readonly lastGood: Checkpoint;

  constructor(node: string, step: number, found: number, learningRate: number, lastGood: Checkpoint) {
    const place = node === 'loss' ? 'in the loss itself' : `in node "${node}"`;
    super(
      `diverged: ${found} at step ${step}, first ${place}; ` +
        `the weights are back at step ${lastGood.step}: continue with a learning rate below ${learningRate}`,
    );
    this.node = node;
    this.step = step;
    this.lastGood = lastGood;
  }
}
