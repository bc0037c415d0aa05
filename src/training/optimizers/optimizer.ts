import { applyTensors, updateProgram, type StreamProgram } from '#kernels';
import type { Tensor } from '@tensorflow/tfjs-core';
import { defaultsOf, type OptionTable, type OptionValues } from '../../core/options.ts';

/** The moment of an update. */
export interface UpdateMoment<O> {
  /** 1 for the first step. */
  readonly step: number;
  /** After the schedule. */
  readonly learningRate: number;
  readonly options: O;
}

/**
 * How gradients become steps: formulas over the weights `w`, their gradients `g` and the running averages, from which every
 * engine makes its own update.
 */
export interface Optimizer<S extends OptionTable = OptionTable> {
  readonly id: string;
  readonly title: string;
  readonly formula: string;
  readonly source: string;
  readonly options: S;
  /** Running averages by name, zero at the start. */
  readonly slots: readonly string[];
  /** A learning rate that works on the presets. */
  readonly learningRate: number;
  /** True when decay is taken off the weight itself; false when it is added to the gradient. */
  readonly decoupled: boolean;
  /** Numbers that change from step to step, beside `learningRate`; by the names the formulas use. */
  scalars(moment: UpdateMoment<OptionValues<S>>): Readonly<Record<string, number>>;
  /**
   * Assignments in order, of `w`, of slots, or of names for parts of a formula; each sees those before it. They know `w`, `g`,
   * the slots, the options, `learningRate` and the scalars.
   */
  readonly update: readonly (readonly [target: string, formula: string])[];
}

export function defineOptimizer<const S extends OptionTable>(optimizer: Optimizer<S>): Optimizer<S> {
  // Planted here so that a bad default or formula fails at start-up and not in somebody's run.
  updateOf(optimizer as unknown as Optimizer, defaultsOf(optimizer.options), true);
  return optimizer;
}

/** The arrays of an update in their order: the weights, what is known about them, and the numbers of the step. */
export interface Update {
  readonly arrays: readonly string[];
  readonly scalars: readonly string[];
  readonly program: StreamProgram;
}

const WEIGHT = 'w';
/** The gradient as it arrives; formulas see it with the weight decay in it, as `g`. */
const GRADIENT = 'gradient';

/** One optimiser's update of weights that decay, or of those that do not. */
export function updateOf(
  { slots, scalars, decoupled, update, id }: Optimizer,
  options: Readonly<Record<string, unknown>>,
  decays: boolean,
): Update {
  const arrays = [WEIGHT, GRADIENT, ...slots];
  // Asked for at some moment: the names are always the same.
  const own = Object.keys(scalars({ step: 1, learningRate: 1, options: options as never }));
  const numbers = Object.entries(options).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  const names = ['learningRate', 'decay', ...own];
  if (new Set([...arrays, ...names, 'g']).size !== arrays.length + names.length + 1) {
    throw new Error(`internal: optimiser "${id}" uses a name twice`);
  }
  const program = updateProgram({
    arrays,
    scalars: names,
    assign: [
      ...numbers.map(([name, value]) => [name, String(value)] as const),
      ...(decays && decoupled ? ([[WEIGHT, 'w * (1 - learningRate * decay)']] as const) : []),
      ['g', decays && !decoupled ? 'gradient + decay * w' : 'gradient'],
      ...update,
    ],
  });
  return { arrays, scalars: names, program };
}

/** What of a recipe the numbers of a step follow from. */
interface Pace {
  readonly optimizer: Optimizer;
  readonly optimizerOptions: Readonly<Record<string, unknown>>;
  readonly weightDecay: number;
}

/** The numbers of one step, by name; steps count from 0 here. */
export function scalarsOf(
  { optimizer, optimizerOptions, weightDecay }: Pace,
  { step, learningRate }: { readonly step: number; readonly learningRate: number },
): Readonly<Record<string, number>> {
  const moment = { step: step + 1, learningRate, options: optimizerOptions as never };
  return { learningRate, decay: weightDecay, ...optimizer.scalars(moment) };
}

/** The update of one tensor, op by op: new values of the arrays that change, by name. */
export function updateTensors(
  { program }: Update,
  given: Readonly<Record<string, Tensor | number>>,
): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(program.outputs.map(({ name, values }) => [name, applyTensors(values[0]!, given)]));
}
