import { InputError } from '../core/errors.ts';
import { build, type Model } from '../network/model.ts';

/** Steps kept at most; then every second one is let go. */
const MOST = 32;
/** Numbers kept at most, over all steps. */
const MOST_NUMBERS = 8e6;

/** The weights of some steps of a run, evenly thinned as it grows. Plain numbers: no tensors are held. */
export interface Checkpoints {
  /** Kept steps, in order. */
  readonly steps: readonly number[];
  keep(step: number): Promise<void>;
  /** A model with the weights of a kept step; belongs to the caller. */
  modelAt(step: number): Model;
}

export function checkpointsOf(model: Model): Checkpoints {
  const kept = new Map<number, Record<string, Float32Array>>();
  const numbers = [...model.weights.values()].reduce((sum, { size }) => sum + size, 0);
  const most = Math.max(4, Math.min(MOST, Math.floor(MOST_NUMBERS / Math.max(1, numbers))));

  /** The first and the last stay. */
  function thin(): void {
    const steps = [...kept.keys()];
    steps.forEach((step, i) => {
      if (i % 2 === 1 && i < steps.length - 1) kept.delete(step);
    });
  }

  return {
    get steps() {
      return [...kept.keys()];
    },
    async keep(step) {
      if (kept.has(step)) return;
      kept.set(step, await model.read());
      if (kept.size > most) thin();
    },
    modelAt(step) {
      const weights = kept.get(step);
      if (!weights) {
        throw new InputError(`step ${step} is not kept; kept steps: ${[...kept.keys()].join(', ') || 'none'}`);
      }
      const copy = build(model.network, { seed: model.seed });
      copy.write(weights);
      return copy;
    },
  };
}
