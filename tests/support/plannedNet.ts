import { jsExecutor, type Executor, type Numbers } from '#kernels';
import { random, sizeOf, type Network } from '#src';
import { trainingPlan, type StepPart, type TrainingStep } from '../../src/plan/trainingPlan.ts';
import { losses } from '../../src/training/losses/registry.ts';
import { optimizers } from '../../src/training/optimizers/registry.ts';
import { schedules } from '../../src/training/schedules/registry.ts';
import { defaultsOf } from '../../src/core/options.ts';
import type { TrainingPlan } from '../../src/training/trainOptions.ts';

export type { StepPart, TrainingStep };

export interface PlannedSettings {
  readonly batch?: number;
  readonly loss?: string;
  readonly optimizer?: string;
  readonly weightDecay?: number;
}

/** A step of a net by a plan. */
export function plannedStep(net: Network, settings: PlannedSettings = {}): TrainingStep {
  const { batch = 3, loss = 'softmaxCrossEntropy', optimizer: id = 'sgd', weightDecay = 0 } = settings;
  const optimizer = optimizers.get(id);
  const recipe: TrainingPlan = {
    batchSize: batch,
    optimizer,
    optimizerOptions: defaultsOf(optimizer.options),
    learningRate: optimizer.learningRate,
    schedule: schedules.get('constant'),
    weightDecay,
    loss: losses.get(loss),
    seed: 0,
    steps: 1,
    stepsPerEpoch: 1,
  };
  const specs = new Map(
    net.nodes.flatMap(({ id: node, params }) =>
      Object.entries(params).map(([param, spec]) => [`${node}/${param}`, spec] as const),
    ),
  );
  return trainingPlan({ network: net, specs }, recipe);
}

/** The executor in float64: what the others are held against. */
export const exactly = ({ plan }: TrainingStep): Executor<StepPart, Float64Array> =>
  jsExecutor(plan, (length) => new Float64Array(length));

type Weights = Readonly<Record<string, ArrayLike<number>>>;

/** Writes weights, a batch and its labels; returns the batch. */
export function fill<N extends Numbers>(
  step: TrainingStep,
  executor: Executor<StepPart, N>,
  weights: Weights,
  x: ArrayLike<number>,
  labels: ArrayLike<number>,
): void {
  const write = (buffer: number, values: ArrayLike<number>) => executor.view(buffer).set(values);
  for (const [name, buffer] of step.weights) write(buffer, weights[name]!);
  write(step.input, x);
  write(step.labels, labels);
  write(step.key, [random(3, 'key').integer(2 ** 24)]);
}

/** Labels from 0 up to the outputs of a net. */
export function drawnLabels(net: Network, batch: number, seed = 1): Float64Array {
  const source = random(seed, 'labels');
  const outputs = sizeOf(net.nodes.find(({ id }) => id === net.output)!.shape);
  return Float64Array.from({ length: batch }, () => source.integer(Math.max(2, outputs)));
}
