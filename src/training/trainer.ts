import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D, Variable } from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import { random } from '../core/random.ts';
import { sizeOf } from '../core/shape.ts';
import type { LoadedDataset } from '../datasets/dataset.ts';
import { forward, outputOf, type ForwardOptions } from '../network/forward.ts';
import type { Model } from '../network/model.ts';
import { networkToJSON } from '../network/serialize.ts';
import { DivergedError, type Checkpoint } from './checkpoint.ts';
import { planTraining, type TrainingPlan, type TrainingRecipe } from './trainOptions.ts';

/** Accuracy and loss over some samples. */
export interface Evaluation {
  readonly samples: number;
  readonly correct: number;
  /** correct / samples */
  readonly accuracy: number;
  readonly loss: number;
}

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

/** Samples a forward pass of an evaluation takes at once. */
const EVALUATION_BATCH = 100;

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
  let good = keepState();

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

  /** Replays from the last good state to the step that failed and finds the first node that is not finite. */
  async function diverged(failed: number, found: number): Promise<DivergedError> {
    backToGood();
    while (step < failed - 1) runStep().dispose();
    const { x, labels } = batches.at(step);
    const flags = tf.tidy(() => {
      const values = forward(model, x, forwardOptions());
      return [...values].map(([id, value]) => [id, tf.all(tf.isFinite(value))] as const).flatMap(([, flag]) => [flag]);
    });
    const ids = ['input', ...model.network.nodes.map((node) => node.id)];
    const finite = await Promise.all(flags.map(async (flag) => (await flag.data())[0]));
    for (const tensor of [...flags, x, labels]) tensor.dispose();
    const rate = learningRate();
    backToGood();
    return new DivergedError(ids[finite.findIndex((ok) => !ok)] ?? 'loss', failed, found, rate, await checkpoint());
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
    };
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
      pending.push(runStep(batch));
      await model.stepped(step, shown);
      shown.dispose();
    },
    async losses() {
      const waiting = pending;
      pending = [];
      const read = await Promise.all(waiting.map(async (loss) => (await loss.data())[0]!));
      for (const loss of waiting) loss.dispose();
      const bad = read.findIndex((loss) => !Number.isFinite(loss));
      if (bad >= 0) throw await diverged(step - read.length + bad + 1, read[bad]!);
      dropState(good);
      good = keepState();
      return Float32Array.from(read);
    },
    evaluate: (part, limit = Infinity) => evaluate(model, data, plan, part, limit),
    checkpoint,
    restore(saved) {
      if (saved.optimizer !== plan.optimizer.id) {
        throw new InputError(`checkpoint of another optimiser: ${saved.optimizer}; this run uses ${plan.optimizer.id}`);
      }
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
      good = keepState();
    },
    dispose() {
      dropState(good);
      for (const tensor of [...slots.values(), ...pending]) tensor.dispose();
      slots.clear();
      pending = [];
    },
  };
}

/** Training batches by step number: a fresh order each epoch, the same for a seed wherever the run starts. */
function batchSource(data: LoadedDataset, { batchSize, stepsPerEpoch, seed }: TrainingPlan) {
  const { inputs, labels } = data.train;
  const length = sizeOf(data.shape);
  let order: { epoch: number; permutation: Uint32Array } = { epoch: -1, permutation: new Uint32Array() };
  return {
    at(step: number): { x: Tensor; labels: Tensor1D } {
      const epoch = Math.floor(step / stepsPerEpoch);
      if (order.epoch !== epoch) {
        order = { epoch, permutation: random(seed, `order ${epoch}`).permutation(data.train.count) };
      }
      const start = (step % stepsPerEpoch) * batchSize;
      const x = new Float32Array(batchSize * length);
      const y = new Int32Array(batchSize);
      for (let i = 0; i < batchSize; i++) {
        const sample = order.permutation[start + i]!;
        x.set(inputs.subarray(sample * length, (sample + 1) * length), i * length);
        y[i] = labels[sample]!;
      }
      return { x: tf.tensor(x, [batchSize, ...data.shape]), labels: tf.tensor1d(y, 'int32') };
    },
  };
}

async function evaluate(
  model: Model,
  data: LoadedDataset,
  plan: TrainingPlan,
  part: 'train' | 'test',
  limit: number,
): Promise<Evaluation> {
  const { inputs, labels, count } = data[part];
  const samples = Math.min(count, limit);
  const length = sizeOf(data.shape);
  let correct = 0;
  let loss = 0;
  for (let start = 0; start < samples; start += EVALUATION_BATCH) {
    const end = Math.min(samples, start + EVALUATION_BATCH);
    const [answers, mean] = tf.tidy(() => {
      const x = tf.tensor(inputs.slice(start * length, end * length), [end - start, ...data.shape]);
      const logits = outputOf(model, forward(model, x));
      const truth = tf.tensor1d(labels.slice(start, end), 'int32');
      return [plan.loss.answer(logits), plan.loss.apply(logits, truth)];
    });
    const [given, value] = await Promise.all([answers!.data(), mean!.data()]);
    tf.dispose([answers!, mean!]);
    loss += value[0]! * (end - start);
    for (let i = start; i < end; i++) if (given[i - start] === labels[i]) correct += 1;
  }
  return { samples, correct, accuracy: samples > 0 ? correct / samples : 0, loss: samples > 0 ? loss / samples : 0 };
}
