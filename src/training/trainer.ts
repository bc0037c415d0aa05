import * as tf from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import type { LoadedDataset } from '../datasets/dataset.ts';
import type { Batch } from '../datasets/takeBatch.ts';
import { forward } from '../network/forward.ts';
import type { Model } from '../network/model.ts';
import { networkDigest, networkToJSON } from '../network/serialize.ts';
import { batchSource } from './batchSource.ts';
import { DivergedError, type Checkpoint } from './checkpoint.ts';
import { evaluate, type Evaluation } from './evaluate.ts';
import { stepKey } from './steppers/stepKey.ts';
import { chooseEngine, stepperOf, type EngineChoice, type TrainingEngine } from './steppers/chooseEngine.ts';
import type { KeptState } from './steppers/stepper.ts';
import { planTraining, type TrainingPlan, type TrainingRecipe } from './trainOptions.ts';

export type { Evaluation };

/** A run in progress, one step at a time. Owns the optimiser's memory; the model belongs to the caller. */
export interface Trainer {
  readonly plan: TrainingPlan;
  /** What computes the steps, and why. */
  readonly engine: EngineChoice;
  /** Steps done. */
  readonly step: number;
  /** Passes through the training samples, with a fraction. */
  readonly epoch: number;
  /** Learning rate of the next step. */
  readonly learningRate: number;
  /** Runs one step; its loss waits on the device until `losses` reads it. */
  advance(): Promise<void>;
  /** Losses of the steps since the last call, in order. Throws DivergedError when one is not finite. */
  losses(): Promise<Float32Array>;
  evaluate(part: 'train' | 'test', limit?: number): Promise<Evaluation>;
  checkpoint(): Promise<Checkpoint>;
  /** Continues from a checkpoint of the same network and optimiser. */
  restore(checkpoint: Checkpoint): void;
  dispose(): void;
}

export interface TrainerOptions {
  /** What computes the steps; without it, the fastest that can hold the net. */
  readonly engine?: TrainingEngine | 'auto';
}

/** Prepares a run of a model on data. */
export function startTraining(
  model: Model,
  data: LoadedDataset,
  recipe: TrainingRecipe = {},
  { engine }: TrainerOptions = {},
): Trainer {
  const plan = planTraining(model.network, data, recipe);
  if (![...model.specs.values()].some(({ trainable }) => trainable))
    throw new InputError('nothing to train: the net has no weights; add a dense or conv2d node');
  const choice = chooseEngine(model, engine);
  const stepper = stepperOf(model, plan, choice);
  const batches = batchSource(data, plan);
  let step = 0;
  // A loss that was read vouches for the weights it was computed with, which are those before its step.
  let good: Good | undefined;
  let before: Good | undefined;

  const keep = async (): Promise<Good> => ({ state: await stepper.keep(), step });

  function backToGood(): void {
    stepper.back(good!.state);
    step = good!.step;
  }

  function drop(state: Good | undefined): undefined {
    if (state) stepper.drop(state.state);
  }

  const learningRate = () => plan.learningRate * plan.schedule.factor(step, plan.steps);

  /** One step without telling anybody. */
  async function runStep(batch = batches.at(step)): Promise<void> {
    await stepper.run({ step, learningRate: learningRate(), batch });
    step += 1;
  }

  /** The first node whose output is not finite in the forward pass of the next step. */
  async function brokenNode(): Promise<string | undefined> {
    const flags = tf.tidy(() => {
      const values = forward(model, tensorOf(batches.at(step)), {
        training: true,
        key: stepKey(plan.seed, step),
      });
      return [...values.values()].map((value) => tf.all(tf.isFinite(value)));
    });
    const finite = await Promise.all(flags.map(async (flag) => (await flag.data())[0]));
    tf.dispose(flags);
    return ['input', ...model.network.nodes.map((node) => node.id)][finite.findIndex((ok) => !ok)];
  }

  /** Repeats the steps from the last good state to find where the first number that is not finite came from. */
  async function diverged(last: number): Promise<DivergedError> {
    backToGood();
    let cause = { node: 'loss', step: last, found: NaN, rate: learningRate() };
    while (step < last) {
      const rate = learningRate();
      const node = await brokenNode();
      await runStep();
      const [loss] = await stepper.losses();
      const weight = await stepper.broken();
      if (!Number.isFinite(loss!)) cause = { node: node ?? 'loss', step, found: loss!, rate };
      else if (weight) cause = { node: node ?? weight.name.split('/')[0]!, step, found: weight.found, rate };
      else continue;
      break;
    }
    backToGood();
    return new DivergedError(cause.node, cause.step, cause.found, cause.rate, await checkpoint());
  }

  async function checkpoint(): Promise<Checkpoint> {
    const at = step;
    const [weights, slots] = await Promise.all([model.read(), stepper.readSlots()]);
    return {
      network: networkToJSON(model.network),
      step: at,
      weights,
      slots,
      optimizer: plan.optimizer.id,
      seed: plan.seed,
      batchSize: plan.batchSize,
    };
  }

  /** Everything that restoring relies on, asked before anything changes. */
  function checkFits(saved: Checkpoint): void {
    if (saved.optimizer !== plan.optimizer.id) {
      throw new InputError(`checkpoint of another optimiser: ${saved.optimizer}; this run uses ${plan.optimizer.id}`);
    }
    if (saved.seed !== plan.seed || saved.batchSize !== plan.batchSize) {
      throw new InputError(
        `checkpoint of another order of samples: seed ${saved.seed}, batch ${saved.batchSize}; this run has seed ${plan.seed}, batch ${plan.batchSize}`,
      );
    }
    const own = networkDigest(model.network);
    const found = networkDigest({ ...model.network, input: saved.network.input, specs: saved.network.nodes });
    if (found !== own) {
      throw new InputError(
        `checkpoint of another network: ${found}, the model is ${own}; build one with networkFromJSON(checkpoint.network)`,
      );
    }
    for (const [name, size] of stepper.slotSizes) {
      const numbers = Object.hasOwn(saved.slots, name) ? saved.slots[name]!.length : 0;
      if (numbers !== size) {
        throw new InputError(`damaged checkpoint: "${name}" has ${numbers} numbers; expected ${size}`);
      }
    }
  }

  return {
    plan,
    engine: choice,
    get step() {
      return step;
    },
    get epoch() {
      return step / plan.stepsPerEpoch;
    },
    get learningRate() {
      return learningRate();
    },
    async advance() {
      const batch = batches.at(step);
      good ??= await keep();
      before = drop(before);
      before = await keep();
      await runStep(batch);
      if (!model.isWatched) return;
      const shown = tensorOf(batch);
      try {
        await model.stepped(step, shown);
      } finally {
        shown.dispose();
      }
    },
    async losses() {
      const read = await stepper.losses();
      if (read.some((loss) => !Number.isFinite(loss)) || (await stepper.broken())) throw await diverged(step);
      if (before) {
        drop(good);
        good = before;
        before = undefined;
      }
      return read;
    },
    evaluate: (part, limit = Infinity) => evaluate(stepper.answer, data, plan.loss, { part, limit }),
    checkpoint,
    restore(saved) {
      checkFits(saved);
      model.write(saved.weights);
      stepper.writeSlots(saved.slots);
      step = saved.step;
      before = drop(before);
      good = drop(good);
    },
    dispose() {
      stepper.dispose();
    },
  };
}

/** A state that a loss vouched for. */
interface Good {
  readonly state: KeptState;
  readonly step: number;
}

const tensorOf = ({ inputs, count, shape }: Batch) => tf.tensor(inputs.slice(), [count, ...shape]);
