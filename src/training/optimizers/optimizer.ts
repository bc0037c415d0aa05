import type { Tensor } from '@tensorflow/tfjs-core';
import { defaultsOf, type OptionTable, type OptionValues } from '../../core/options.ts';

/** One parameter tensor in one step. */
export interface UpdateStep<O> {
  readonly weight: Tensor;
  readonly gradient: Tensor;
  /** Running averages by name, zero at the start. */
  readonly slots: Readonly<Record<string, Tensor>>;
  /** 1 for the first step. */
  readonly step: number;
  /** After the schedule. */
  readonly learningRate: number;
  /** Weight decay of this parameter; 0 for biases and shape parameters. */
  readonly decay: number;
  readonly options: O;
}

/** The new weight and slots; every name in `slots` is returned. */
export interface Updated {
  readonly weight: Tensor;
  readonly slots: Readonly<Record<string, Tensor>>;
}

/** How gradients become steps. Stateless: the slots are handed in and out. */
export interface Optimizer<S extends OptionTable = OptionTable> {
  readonly id: string;
  readonly title: string;
  readonly formula: string;
  readonly source: string;
  readonly options: S;
  readonly slots: readonly string[];
  /** A learning rate that works on the presets. */
  readonly learningRate: number;
  /** True when decay is taken off the weight itself; false when it is added to the gradient. */
  readonly decoupled: boolean;
  update(step: UpdateStep<OptionValues<S>>): Updated;
}

export function defineOptimizer<const S extends OptionTable>(optimizer: Optimizer<S>): Optimizer<S> {
  // Planted here so that a bad default fails at start-up and not in somebody's run.
  defaultsOf(optimizer.options);
  return optimizer;
}
