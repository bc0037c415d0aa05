import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import { random } from '../core/random.ts';
import { sizeOf } from '../core/shape.ts';
import type { Params, ParamSpec } from '../layers/layer.ts';
import type { Network, NetworkNode } from './network.ts';

/** Called after every training step, before the next one starts; see `observe`. */
export type StepListener = (step: number, batch: Tensor | undefined) => Promise<void> | void;

/** Where the newest weights are while something other than tfjs trains them. */
export interface WeightSource {
  /** Brings the variables up to date; does nothing where they are. */
  refresh(weights: ReadonlyMap<string, Variable>): void;
  /** The variables have been given other values. */
  written(): void;
}

/** A network with weights. Whoever builds one disposes it. */
export interface Model {
  readonly network: Network;
  /**
   * Variables by "node/param", in walking order; up to date whenever they are asked for. While a trainer is at work, change
   * them by `write`: what is assigned to a variable alone is overwritten by the next step.
   */
  readonly weights: ReadonlyMap<string, Variable>;
  readonly specs: ReadonlyMap<string, ParamSpec>;
  readonly seed: number;
  /** Weights of one node by parameter name. */
  paramsOf(node: NetworkNode): Params;
  /** All weights as plain numbers, by "node/param". */
  read(): Promise<Record<string, Float32Array>>;
  /** Replaces weights; names or sizes that do not fit throw and change nothing. */
  write(values: Readonly<Record<string, Float32Array>>): void;
  /** From now on the newest weights are there; null: in the variables again. One source at a time. */
  follow(source: WeightSource | null): void;
  /** Whether anybody listens to steps. */
  readonly isWatched: boolean;
  /** Runs after each step of any loop that calls `stepped`; returns the way to stop. */
  onStep(listener: StepListener): () => void;
  /** Tells the listeners that a step is done; `train` calls it, a loop of your own should too. */
  stepped(step: number, batch?: Tensor): Promise<void>;
  dispose(): void;
}

export interface BuildOptions {
  readonly seed?: number;
  /** Id of the initialiser for every kernel. */
  readonly initializer?: string;
}

/**
 * Gives a network its weights. The same seed gives the same numbers on every tier; each weight has a stream of its
 * own, so adding a node does not change the others' start.
 */
export function build(net: Network, { seed = 0, initializer = 'heNormal' }: BuildOptions = {}): Model {
  const scheme = net.vocabulary.initializers.get(initializer);
  const source = random(seed, 'weights');
  const weights = new Map<string, Variable>();
  const specs = new Map<string, ParamSpec>();
  for (const node of net.nodes) {
    for (const [param, spec] of Object.entries(node.params)) {
      const name = `${node.id}/${param}`;
      const start =
        spec.start === 'kernel'
          ? scheme.draw({ shape: spec.shape, fanIn: spec.fanIn!, fanOut: spec.fanOut! }, source.fork(name))
          : new Float32Array(sizeOf(spec.shape)).fill(spec.start);
      const value = tf.tensor(start, [...spec.shape]);
      weights.set(name, tf.variable(value, spec.trainable));
      value.dispose();
      specs.set(name, spec);
    }
  }
  return modelOf(net, weights, specs, seed);
}

/** A model with these variables, which it owns from now on. */
function modelOf(
  net: Network,
  weights: Map<string, Variable>,
  specs: ReadonlyMap<string, ParamSpec>,
  seed: number,
): Model {
  const listeners = new Set<StepListener>();
  let source: WeightSource | null = null;
  const current = (): ReadonlyMap<string, Variable> => {
    source?.refresh(weights);
    return weights;
  };

  return {
    network: net,
    get weights() {
      return current();
    },
    specs,
    seed,
    paramsOf(node) {
      const now = current();
      return Object.fromEntries(Object.keys(node.params).map((param) => [param, now.get(`${node.id}/${param}`)!]));
    },
    follow(next) {
      if (next && source) {
        throw new InputError('the model is being trained already; dispose that trainer first, or build another model');
      }
      if (!next) current();
      source = next;
    },
    get isWatched() {
      return listeners.size > 0;
    },
    async read() {
      const entries = await Promise.all(
        [...current()].map(async ([name, variable]) => [name, (await variable.data()) as Float32Array] as const),
      );
      // Copies: on the cpu tier data() hands out the live buffer.
      return Object.fromEntries(entries.map(([name, values]) => [name, values.slice()]));
    },
    write(values) {
      checkWeights(values, specs);
      for (const [name, variable] of weights) {
        const value = tf.tensor(values[name]!, variable.shape);
        variable.assign(value);
        value.dispose();
      }
      source?.written();
    },
    onStep(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async stepped(step, batch) {
      for (const listener of listeners) await listener(step, batch);
    },
    dispose() {
      for (const variable of weights.values()) variable.dispose();
      weights.clear();
      listeners.clear();
    },
  };
}

/**
 * The model as it is now: training may go on, the frozen one keeps its weights. Costs no copy, because a training step
 * puts new tensors in the place of the old ones. Whoever freezes a model disposes the frozen one.
 */
export function freeze(model: Model): Model {
  const weights = [...model.weights].map(([name, value]) => [name, tf.variable(value, value.trainable)] as const);
  return modelOf(model.network, new Map(weights), model.specs, model.seed);
}

function checkWeights(values: Readonly<Record<string, Float32Array>>, specs: ReadonlyMap<string, ParamSpec>): void {
  for (const [name, spec] of specs) {
    const found = Object.hasOwn(values, name) ? values[name] : undefined;
    if (!found)
      throw new InputError(`weights are missing: "${name}"; this network needs ${[...specs.keys()].join(', ')}`);
    if (found.length !== sizeOf(spec.shape)) {
      throw new InputError(`wrong size of weights "${name}": ${found.length} numbers; expected ${sizeOf(spec.shape)}`);
    }
  }
  const extra = Object.keys(values).find((name) => !specs.has(name));
  if (extra !== undefined) throw new InputError(`unknown weights: "${extra}"; known: ${[...specs.keys()].join(', ')}`);
}
