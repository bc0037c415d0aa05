import { InputError } from '../core/errors.ts';
import { parseOptions } from '../core/options.ts';
import { describeShape, sameShape } from '../core/shape.ts';
import type { LoadedDataset } from '../datasets/dataset.ts';
import type { Network } from '../network/network.ts';
import { shapeOf } from '../network/network.ts';
import { losses } from './losses/registry.ts';
import type { Loss } from './losses/loss.ts';
import { optimizers } from './optimizers/registry.ts';
import type { Optimizer } from './optimizers/optimizer.ts';
import { schedules } from './schedules/registry.ts';
import type { Schedule } from './schedules/schedule.ts';

/** How to train. Plain JSON; everything has a default. */
export interface TrainingRecipe {
  readonly batchSize?: number;
  /** Id of an optimiser, or its id with settings. */
  readonly optimizer?: string | ({ readonly id: string } & Readonly<Record<string, unknown>>);
  /** Default: the optimiser's own. */
  readonly learningRate?: number;
  readonly schedule?: string;
  /** Added to kernels: L2 for plain optimisers, decoupled for adamw. */
  readonly weightDecay?: number;
  /** Default: binary cross-entropy for one output, else softmax cross-entropy. */
  readonly loss?: string;
  /** Order of the samples, and dropout. */
  readonly seed?: number;
  /** Planned length, which schedules need. */
  readonly steps?: number;
}

/** A checked recipe. */
export interface TrainingPlan {
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  readonly optimizerOptions: Readonly<Record<string, unknown>>;
  readonly learningRate: number;
  readonly schedule: Schedule;
  readonly weightDecay: number;
  readonly loss: Loss;
  readonly seed: number;
  readonly steps: number;
  readonly stepsPerEpoch: number;
}

const KNOWN = ['batchSize', 'optimizer', 'learningRate', 'schedule', 'weightDecay', 'loss', 'seed', 'steps'];

/** Checks a recipe against the net and the data it is for. */
export function planTraining(net: Network, data: LoadedDataset, recipe: TrainingRecipe = {}): TrainingPlan {
  const unknown = Object.keys(recipe).find((key) => !KNOWN.includes(key));
  if (unknown) throw new InputError(`unknown training option: "${unknown}"; known: ${KNOWN.join(', ')}`);
  const chosen = typeof recipe.optimizer === 'object' ? recipe.optimizer : { id: recipe.optimizer ?? 'adam' };
  const { id, ...settings } = chosen;
  const optimizer = optimizers.get(id);
  const loss = losses.get(recipe.loss ?? defaultLoss(net));
  checkFit(net, data, loss);
  const batchSize = number(batchSizeOf(recipe, data), 'batch size', 1, data.train.count, true);
  return {
    batchSize,
    optimizer,
    optimizerOptions: parseOptions(optimizer.options, settings, `optimiser ${id}`),
    learningRate: number(recipe.learningRate ?? optimizer.learningRate, 'learning rate', 0, Infinity),
    schedule: schedules.get(recipe.schedule ?? 'constant'),
    weightDecay: number(recipe.weightDecay ?? 0, 'weight decay', 0, Infinity),
    loss,
    seed: number(recipe.seed ?? 0, 'seed', 0, Number.MAX_SAFE_INTEGER, true),
    steps: number(recipe.steps ?? 1000, 'number of steps', 1, 1e9, true),
    stepsPerEpoch: Math.max(1, Math.floor(data.train.count / batchSize)),
  };
}

function defaultLoss(net: Network): string {
  return shapeOf(net, net.output)[0] === 1 ? 'binaryCrossEntropy' : 'softmaxCrossEntropy';
}

/** 32, or all samples when there are fewer. */
export function batchSizeOf(recipe: TrainingRecipe, data: LoadedDataset): number {
  return recipe.batchSize ?? Math.min(32, data.train.count);
}

/** A number within its bounds, or an error that names them. */
export function number(value: number, what: string, min: number, max: number, isWhole = false): number {
  const fits = typeof value === 'number' && value >= min && value <= max && (!isWhole || Number.isInteger(value));
  if (!fits) {
    const range = max === Infinity ? `${min} or more` : `from ${min} to ${max}`;
    throw new InputError(`bad ${what}: ${value}; use a ${isWhole ? 'whole ' : ''}number ${range}`);
  }
  return value;
}

function checkFit(net: Network, data: LoadedDataset, loss: Loss): void {
  if (!sameShape(net.input, data.shape)) {
    throw new InputError(
      `data do not fit the net: "${data.title}" has samples of ${describeShape(data.shape)}, the net reads ${describeShape(net.input)}; change the input of the net`,
    );
  }
  const output = shapeOf(net, net.output);
  const wanted = loss.outputs(data.classes.length);
  if (output.length !== 1 || (output[0] !== wanted && output[0] !== data.classes.length)) {
    throw new InputError(
      `the net's output does not fit: ${describeShape(output)} for ${data.classes.length} classes; end it with { "kind": "dense", "units": ${wanted} }`,
      net.output,
    );
  }
  if (loss.id === 'binaryCrossEntropy' && (output[0] !== 1 || data.classes.length !== 2)) {
    throw new InputError(
      `binaryCrossEntropy needs two classes and one output: got ${data.classes.length} and ${output[0]}; use softmaxCrossEntropy`,
    );
  }
}
