import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../../network/model.ts';
import { executorOf, type PlanEngine } from '../../plan/executorOf.ts';
import { forwardPlan, type ForwardPlan } from '../../plan/forwardPlan.ts';
import { trainingPlan } from '../../plan/trainingPlan.ts';
import { scalarsOf } from '../optimizers/optimizer.ts';
import type { TrainingPlan } from '../trainOptions.ts';
import { EVALUATION_BATCH } from '../evaluate.ts';
import { stepKey } from './stepKey.ts';
import type { KeptState, StepOrder, Stepper } from './stepper.ts';

/** Steps by a plan of the whole net. While it lives, the newest weights are the plan's; the model reads them when asked. */
export function plannedStepper(model: Model, recipe: TrainingPlan, engine: PlanEngine): Stepper {
  const lowered = trainingPlan(model, recipe);
  const executor = executorOf(engine, lowered.plan);
  const usesKey = lowered.plan.parts.forward.some(({ buffers }) => buffers.includes(lowered.key));
  const view = (buffer: number) => executor.view(buffer);
  const [input, labels, key, loss] = [lowered.input, lowered.labels, lowered.key, lowered.loss].map(view) as [
    ...[Float32Array, Float32Array, Float32Array, Float32Array],
  ];
  const views = (buffers: ReadonlyMap<string, number>) =>
    new Map([...buffers].map(([name, buffer]) => [name, view(buffer)] as const));
  const [weights, slots, scalars] = [views(lowered.weights), views(lowered.slots), views(lowered.scalars)];
  const changing = [...weights.values(), ...slots.values()];
  const kept = new Map<KeptState, Float32Array[]>();
  // Memory of states that were dropped: keeping one at every step allocates nothing.
  const spare: Float32Array[][] = [];
  let losses: number[] = [];
  let forward: ForwardPlan | null = null;
  /** The variables are newer; or the plan is. */
  let isBehind = true;
  let isAhead = false;

  /** The variables' values, into the plan. */
  async function take(): Promise<void> {
    const values = await model.read();
    for (const [name, own] of weights) own.set(values[name]!);
    isBehind = false;
  }

  function step({ step: index, learningRate, batch }: StepOrder): void {
    input.set(batch.inputs);
    labels.set(batch.labels);
    if (usesKey) key[0] = stepKey(recipe.seed, index);
    const numbers = scalarsOf(recipe, { step: index, learningRate });
    for (const [name, own] of scalars) own[0] = numbers[name]!;
    executor.run('forward');
    executor.run('backward');
    executor.run('update');
    losses.push(loss[0]!);
    isAhead = true;
  }

  function copy(): KeptState {
    const state: KeptState = Symbol();
    const copies = spare.pop() ?? changing.map((own) => new Float32Array(own.length));
    copies.forEach((to, i) => to.set(changing[i]!));
    kept.set(state, copies);
    return state;
  }

  model.follow({
    refresh(variables) {
      if (!isAhead) return;
      isAhead = false;
      for (const [name, variable] of variables) {
        const value = tf.tensor(weights.get(name)!.slice(), variable.shape);
        variable.assign(value);
        value.dispose();
      }
    },
    written() {
      isBehind = true;
      isAhead = false;
    },
  });

  return {
    slotSizes: new Map([...slots].map(([name, { length }]) => [name, length])),
    run: (order) => (isBehind ? take().then(() => step(order)) : step(order)),
    async losses() {
      const read = Float32Array.from(losses);
      losses = [];
      return read;
    },
    keep: () => (isBehind ? take().then(copy) : copy()),
    back(state) {
      kept.get(state)!.forEach((from, i) => changing[i]!.set(from));
      isAhead = true;
      isBehind = false;
    },
    drop(state) {
      spare.push(kept.get(state)!);
      kept.delete(state);
    },
    async answer(inputs, count) {
      if (isBehind) await take();
      forward ??= forwardPlan(model.network, EVALUATION_BATCH, engine);
      for (const [name, own] of forward.weights) own.set(weights.get(name)!);
      return forward.run(inputs, count);
    },
    async broken() {
      if (changing.every(areFinite)) return undefined;
      const [name, own] = [...weights, ...slots].find(([, numbers]) => !areFinite(numbers))!;
      return { name, found: own.find((value) => !Number.isFinite(value))! };
    },
    readSlots: async () => Object.fromEntries([...slots].map(([name, own]) => [name, own.slice()])),
    writeSlots(values) {
      losses = [];
      for (const [name, own] of slots) own.set(values[name]!);
    },
    dispose: () => model.follow(null),
  };
}

/** v − v is 0 for every number that is finite, else NaN; sums of it take a fraction of the time of asking each. */
function areFinite(numbers: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i]! - numbers[i]!;
  return sum === 0;
}
