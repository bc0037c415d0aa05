import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import { random } from '../core/random.ts';
import type { LoadedDataset } from '../datasets/dataset.ts';
import { forward, outputOf, type ForwardOptions } from '../network/forward.ts';
import type { Model } from '../network/model.ts';
import { networkDigest, networkToJSON } from '../network/serialize.ts';
import { batchSource } from './batchSource.ts';
import { DivergedError, type Checkpoint } from './checkpoint.ts';
import { evaluate, type Evaluation } from './evaluate.ts';
import { planTraining, type TrainingPlan, type TrainingRecipe } from './trainOptions.ts';

export type { Evaluation };

/** A run in progress, one step at a time. Owns the optimiser's memory; the model belongs to the caller. */
export interface Trainer {
  readonly plan: TrainingPlan;
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

/** Prepares a run of a model on data. */
export function startTraining(model: Model, data: LoadedDataset, recipe: TrainingRecipe = {}): Trainer {
  const plan = planTraining(model.network, data, recipe);
  const trained = [...model.weights].filter(([name]) => model.specs.get(name)!.trainable);
  if (trained.length === 0)
    throw new InputError('nothing to train: the net has no weights; add a dense or conv2d node');
  const variables = trained.map(([, variable]) => variable);
  const slots = new Map<string, Tensor>();
  for (const [name, variable] of trained) {
    for (const slot of plan.optimizer.slots) slots.set(`${name}/${slot}`, tf.zeros(variable.shape));
  }
  const batches = batchSource(data, plan);
  let step = 0;
  let pending: Scalar[] = [];
  // A loss that was read vouches for the weights it was computed with, which are those before its step.
  let good = keepState();
  let before: typeof good | undefined;

  /** Cheap: clones share their memory with the tensors they copy. */
  function keepState() {
    return {
      step,
      weights: new Map([...model.weights].map(([name, variable]) => [name, tf.clone(variable)])),
      slots: new Map([...slots].map(([name, tensor]) => [name, tf.clone(tensor)])),
    };
  }

  function dropState(state: typeof good): void {
    for (const tensor of [...state.weights.values(), ...state.slots.values()]) tensor.dispose();
  }

  function backToGood(): void {
    for (const [name, variable] of model.weights) variable.assign(good.weights.get(name)!);
    for (const [name, tensor] of slots) {
      tensor.dispose();
      slots.set(name, tf.clone(good.slots.get(name)!));
    }
    step = good.step;
  }

  const learningRate = () => plan.learningRate * plan.schedule.factor(step, plan.steps);

  function forwardOptions(): ForwardOptions {
    return { training: true, random: random(plan.seed, `dropout ${step}`) };
  }

  /** One step without telling anybody; returns the loss. */
  function runStep({ x, labels } = batches.at(step)): Scalar {
    const updates = new Map<string, Tensor>();
    const { value, grads } = tf.variableGrads(() => {
      const values = forward(model, x, {
        ...forwardOptions(),
        onUpdate: (name, tensor) => updates.set(name, tf.keep(tf.clone(tensor))),
      });
      return plan.loss.apply(outputOf(model, values), labels);
    }, variables);
    const rate = learningRate();
    step += 1;
    for (const [name, variable] of trained) applyGradient(name, variable, grads[variable.name], rate);
    for (const [name, tensor] of updates) {
      model.weights.get(name)!.assign(tensor);
      tensor.dispose();
    }
    x.dispose();
    labels.dispose();
    return value;
  }

  function applyGradient(name: string, variable: Variable, gradient: Tensor | undefined, rate: number): void {
    if (!gradient) return;
    const { optimizer, optimizerOptions: options } = plan;
    const decay = model.specs.get(name)!.decays ? plan.weightDecay : 0;
    const own = Object.fromEntries(optimizer.slots.map((slot) => [slot, slots.get(`${name}/${slot}`)!]));
    const updated = tf.tidy(() => {
      const g = decay > 0 && !optimizer.decoupled ? tf.add(gradient, tf.mul(variable, decay)) : gradient;
      const w = decay > 0 && optimizer.decoupled ? tf.mul(variable, 1 - rate * decay) : variable;
      const result = optimizer.update({ weight: w, gradient: g, slots: own, step, learningRate: rate, decay, options });
      return [result.weight, ...optimizer.slots.map((slot) => result.slots[slot]!)];
    });
    const [weight, ...kept] = updated;
    variable.assign(weight!);
    weight!.dispose();
    gradient.dispose();
    optimizer.slots.forEach((slot, i) => {
      own[slot]!.dispose();
      slots.set(`${name}/${slot}`, kept[i]!);
    });
  }

  /** The first weight or running average that is not finite. One read for all of them: a sum is finite only if its terms are. */
  async function brokenTensor(): Promise<{ readonly node: string; readonly sum: number } | undefined> {
    const tensors = [...model.weights, ...slots];
    const sums = tf.tidy(() => tf.stack(tensors.map(([, tensor]) => tf.sum(tf.abs(tensor)))));
    const read = await sums.data();
    sums.dispose();
    const index = read.findIndex((sum) => !Number.isFinite(sum));
    return index < 0 ? undefined : { node: tensors[index]![0].split('/')[0]!, sum: read[index]! };
  }

  /** The first node whose output is not finite in the forward pass of the next step. */
  async function brokenNode(): Promise<string | undefined> {
    const { x, labels } = batches.at(step);
    const flags = tf.tidy(() =>
      [...forward(model, x, forwardOptions()).values()].map((value) => tf.all(tf.isFinite(value))),
    );
    const finite = await Promise.all(flags.map(async (flag) => (await flag.data())[0]));
    for (const tensor of [...flags, x, labels]) tensor.dispose();
    return ['input', ...model.network.nodes.map((node) => node.id)][finite.findIndex((ok) => !ok)];
  }

  /** Repeats the steps from the last good state to find where the first number that is not finite came from. */
  async function diverged(last: number): Promise<DivergedError> {
    backToGood();
    let cause = { node: 'loss', step: last, found: NaN, rate: learningRate() };
    while (step < last) {
      const rate = learningRate();
      const node = await brokenNode();
      const value = runStep();
      const loss = (await value.data())[0]!;
      value.dispose();
      const tensor = await brokenTensor();
      if (!Number.isFinite(loss)) cause = { node: node ?? 'loss', step, found: loss, rate };
      else if (tensor) cause = { node: node ?? tensor.node, step, found: tensor.sum, rate };
      else continue;
      break;
    }
    backToGood();
    return new DivergedError(cause.node, cause.step, cause.found, cause.rate, await checkpoint());
  }

  async function checkpoint(): Promise<Checkpoint> {
    const at = step;
    const [weights, entries] = await Promise.all([
      model.read(),
      Promise.all([...slots].map(async ([name, t]) => [name, ((await t.data()) as Float32Array).slice()] as const)),
    ]);
    return {
      network: networkToJSON(model.network),
      step: at,
      weights,
      slots: Object.fromEntries(entries),
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
    for (const [name, tensor] of slots) {
      const numbers = Object.hasOwn(saved.slots, name) ? saved.slots[name]!.length : 0;
      if (numbers !== tensor.size) {
        throw new InputError(`damaged checkpoint: "${name}" has ${numbers} numbers; expected ${tensor.size}`);
      }
    }
  }

  return {
    plan,
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
      const shown = tf.clone(batch.x);
      if (before) dropState(before);
      before = keepState();
      try {
        pending.push(runStep(batch));
        await model.stepped(step, shown);
      } finally {
        shown.dispose();
      }
    },
    async losses() {
      const waiting = pending;
      pending = [];
      const read = await Promise.all(waiting.map(async (loss) => (await loss.data())[0]!));
      for (const loss of waiting) loss.dispose();
      const isBroken = read.some((loss) => !Number.isFinite(loss)) || (await brokenTensor()) !== undefined;
      if (isBroken) throw await diverged(step);
      if (before) {
        dropState(good);
        good = before;
        before = undefined;
      }
      return Float32Array.from(read);
    },
    evaluate: (part, limit = Infinity) => evaluate(model, data, plan.loss, { part, limit }),
    checkpoint,
    restore(saved) {
      checkFits(saved);
      model.write(saved.weights);
      for (const [name, tensor] of slots) {
        const value = tf.tensor(saved.slots[name]!, tensor.shape);
        tensor.dispose();
        slots.set(name, value);
      }
      for (const loss of pending) loss.dispose();
      pending = [];
      step = saved.step;
      dropState(good);
      if (before) dropState(before);
      before = undefined;
      good = keepState();
    },
    dispose() {
      dropState(good);
      if (before) dropState(before);
      before = undefined;
      for (const tensor of [...slots.values(), ...pending]) tensor.dispose();
      slots.clear();
      pending = [];
    },
  };
}
