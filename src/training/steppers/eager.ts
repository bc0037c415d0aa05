import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { forward, outputOf } from '../../network/forward.ts';
import type { Model } from '../../network/model.ts';
import { scalarsOf, updateOf, updateTensors } from '../optimizers/optimizer.ts';
import type { TrainingPlan } from '../trainOptions.ts';
import { stepKey } from './stepKey.ts';
import type { KeptState, StepOrder, Stepper } from './stepper.ts';

interface State {
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly slots: ReadonlyMap<string, Tensor>;
}

/** Steps op by op on the current tier of tfjs: the reference, and the way for nets that no plan can hold. */
export function eagerStepper(model: Model, plan: TrainingPlan): Stepper {
  const trained = [...model.weights].filter(([name]) => model.specs.get(name)!.trainable);
  const updates = {
    decaying: updateOf(plan.optimizer, plan.optimizerOptions, true),
    plain: updateOf(plan.optimizer, plan.optimizerOptions, false),
  };
  const variables = trained.map(([, variable]) => variable);
  const slots = new Map<string, Tensor>();
  for (const [name, variable] of trained) {
    for (const slot of plan.optimizer.slots) slots.set(`${name}/${slot}`, tf.zeros(variable.shape));
  }
  const kept = new Map<KeptState, State>();
  let pending: Scalar[] = [];

  function applyGradient(name: string, variable: Variable, gradient: Tensor | undefined, order: StepOrder): void {
    if (!gradient) return;
    const { optimizer, weightDecay } = plan;
    const own = Object.fromEntries(optimizer.slots.map((slot) => [slot, slots.get(`${name}/${slot}`)!]));
    const { w, ...running } = tf.tidy(() =>
      updateTensors(updates[model.specs.get(name)!.decays && weightDecay > 0 ? 'decaying' : 'plain'], {
        w: variable,
        gradient,
        ...own,
        ...scalarsOf(plan, order),
      }),
    );
    variable.assign(w!);
    tf.dispose([w!, gradient, ...Object.values(own)]);
    for (const slot of optimizer.slots) slots.set(`${name}/${slot}`, running[slot]!);
  }

  function drop(state: KeptState): void {
    const { weights, slots: running } = kept.get(state)!;
    kept.delete(state);
    tf.dispose([...weights.values(), ...running.values()]);
  }

  return {
    slotSizes: new Map([...slots].map(([name, { size }]) => [name, size])),
    run(order) {
      const { inputs, labels, count, shape } = order.batch;
      const updates = new Map<string, Tensor>();
      // Copies: the next batch comes in the same memory.
      const x = tf.tensor(inputs.slice(), [count, ...shape]);
      const truth = tf.tensor1d(labels.slice(), 'int32');
      const { value, grads } = tf.variableGrads(() => {
        const values = forward(model, x, {
          training: true,
          key: stepKey(plan.seed, order.step),
          onUpdate: (name, tensor) => updates.set(name, tf.keep(tf.clone(tensor))),
        });
        return plan.loss.apply(outputOf(model, values), truth);
      }, variables);
      for (const [name, variable] of trained) applyGradient(name, variable, grads[variable.name], order);
      for (const [name, tensor] of updates) {
        model.weights.get(name)!.assign(tensor);
        tensor.dispose();
      }
      tf.dispose([x, truth]);
      pending.push(value);
    },
    async losses() {
      const waiting = pending;
      pending = [];
      const read = await Promise.all(waiting.map(async (loss) => (await loss.data())[0]!));
      for (const loss of waiting) loss.dispose();
      return Float32Array.from(read);
    },
    // Clones share their memory with the tensors they copy.
    keep() {
      const state: KeptState = Symbol();
      const copies = (tensors: ReadonlyMap<string, Tensor>) =>
        new Map([...tensors].map(([name, tensor]) => [name, tf.clone(tensor)]));
      kept.set(state, { weights: copies(model.weights), slots: copies(slots) });
      return state;
    },
    back(state) {
      const { weights, slots: running } = kept.get(state)!;
      for (const [name, variable] of model.weights) variable.assign(weights.get(name)!);
      for (const [name, tensor] of slots) {
        tensor.dispose();
        slots.set(name, tf.clone(running.get(name)!));
      }
    },
    drop,
    async answer(inputs, count) {
      const logits = tf.tidy(() => {
        const x = tf.tensor(inputs.slice(), [count, ...model.network.input]);
        return outputOf(model, forward(model, x));
      });
      const values = (await logits.data()) as Float32Array;
      logits.dispose();
      return values;
    },
    async broken() {
      const tensors = [...model.weights, ...slots];
      // One read for all of them: a sum is finite only if its terms are.
      const sums = tf.tidy(() => tf.stack(tensors.map(([, tensor]) => tf.sum(tf.abs(tensor)))));
      const read = await sums.data();
      sums.dispose();
      const index = read.findIndex((sum) => !Number.isFinite(sum));
      return index < 0 ? undefined : { name: tensors[index]![0], found: read[index]! };
    },
    async readSlots() {
      const entries = [...slots].map(
        async ([name, tensor]) => [name, ((await tensor.data()) as Float32Array).slice()] as const,
      );
      return Object.fromEntries(await Promise.all(entries));
    },
    writeSlots(values) {
      tf.dispose(pending);
      pending = [];
      for (const [name, tensor] of slots) {
        slots.set(name, tf.tensor(values[name]!, tensor.shape));
        tensor.dispose();
      }
    },
    dispose() {
      for (const state of [...kept.keys()]) drop(state);
      tf.dispose([...slots.values(), ...pending]);
      slots.clear();
      pending = [];
    },
  };
}
